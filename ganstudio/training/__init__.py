"""One deterministic step, and what may be seen of it."""
