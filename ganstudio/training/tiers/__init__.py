"""Faster ways to take the very same steps."""
