"""GAN Studio: train generative adversarial networks and watch the game they play."""

__version__ = "0.1.0"
