"""The two players' networks, their averages, and the latents they start from."""
