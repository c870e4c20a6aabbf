"""Losses, penalties, update rules, toy games, vector fields and spectra."""
