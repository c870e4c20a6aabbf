"""A run told as one plain PyTorch script."""
