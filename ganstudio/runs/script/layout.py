"""How a script is set: its imports at the top, and room between its parts."""

from __future__ import annotations

import re

STANDARD = ("copy", "gzip", "math", "pathlib", "re", "sys")
TORCH = ("normalize", "relu", "softplus")
"""Functions of torch.nn.functional that parts of a script use."""


def imports_text(body: str) -> str:
    """All that ``body`` needs, in the customary order."""
    found = {"import sys", "import numpy as np", "import torch", "from torch import nn"}
    found |= {f"import {name}" for name in ("copy", "math") if f"{name}." in body}
    found |= set(re.findall(r"^((?:import|from) .*)$", body, re.MULTILINE))
    used = [name for name in TORCH if re.search(rf"(?<![.\w]){name}\(", body)]
    if used:
        found.add(f"from torch.nn.functional import {', '.join(used)}")
    if not re.search(r"\bnp\.", body):
        found.remove("import numpy as np")
    groups = ([line for line in found if (_module(line) in STANDARD) == standard]
              for standard in (True, False))
    return "\n\n".join("\n".join(sorted(group, key=_order)) for group in groups)


def _module(line: str) -> str:
    return line.split()[1].split(".")[0]


def _order(line: str) -> tuple[bool, str]:
    return line.startswith("from"), line.split()[1].lower()


def spaced(body: str) -> str:
    """The body without its imports, two lines free around each definition and heading."""
    out: list[str] = []
    free, after = False, False  # a free line was met; the last part was a definition
    decorated = False
    for line in body.splitlines():
        if not line.strip():
            free = True
            continue
        if re.match(r"(import|from) ", line):
            continue
        opens = line.startswith(("def ", "class ", "@"))
        begins = opens or line.startswith("# ----")
        top = not line[0].isspace() and line[0] not in ")]}"
        wide = top and not decorated and (begins or after)
        out += ["", ""] if wide else [""] if free else []
        out.append(line.rstrip())
        free, decorated = False, line.startswith("@")
        after = opens or (after and not top)
    return "\n".join(out).strip("\n")
