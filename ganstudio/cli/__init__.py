"""The command line: ``ganstudio [studio | train | resume | …]``."""

from ganstudio.cli.main import main

__all__ = ["main"]
