"""Our speed against the plain loop, side by side in one run."""
