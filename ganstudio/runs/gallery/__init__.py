"""A sample gallery to take away."""
