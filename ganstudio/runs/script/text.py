"""Putting a script's text together."""

from __future__ import annotations

from textwrap import dedent, indent
from typing import Any

WIDTH = 100


def block(text: str) -> str:
    """A piece of a script, written indented in a Python file."""
    return dedent(text).strip("\n")


def inside(text: str, levels: int = 1) -> str:
    """The text, so many levels further in."""
    return indent(text, "    " * levels)


def heading(title: str) -> str:
    """The line that opens a part of the script."""
    return f"# ---- {title} ".ljust(WIDTH, "-")


def number(value: Any) -> str:
    """A number as Python writes it, so that reading it gives the very same one."""
    return repr(value)


def join(*pieces: str) -> str:
    """Pieces one below the other; empty ones leave no gap."""
    return "\n".join(piece for piece in pieces if piece)
