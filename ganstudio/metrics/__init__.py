"""How good, and how diverse, a set of fakes is."""
