"""What may be taken away from a run besides a gallery: script, weights, logs, recipe."""
