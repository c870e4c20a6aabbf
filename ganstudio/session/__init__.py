"""The loop as an actor: commands in, frames out."""
