"""Update rules, one file a family."""
