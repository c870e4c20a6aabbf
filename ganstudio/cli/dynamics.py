"""``ganstudio dynamics SPEC``: one toy game played and judged."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

DONE, THEIR_FAULT = 0, 2


def dynamics(spec_text_or_path: str, as_json: bool) -> int:
    """Play a specification and print what came of it; the process's exit code.

    ``spec_text_or_path`` is JSON text that begins with ``{``, the path of a JSON file, or ``-``
    for stdin. What is wrong with it goes to stderr in one sentence (exit code 2).
    """
    from ganstudio.game.spec import SpecError, check_spec, read_json

    try:
        document = read_json(_text(spec_text_or_path))
        check_spec(document)  # before torch is imported, so that a slip is answered at once
        from ganstudio.game.dynamics import run_spec
        result = run_spec(document)
    except (SpecError, OSError, UnicodeDecodeError) as error:
        print(_sentence(error, spec_text_or_path), file=sys.stderr)
        return THEIR_FAULT
    print(json.dumps(result, allow_nan=False) if as_json else summary(result))
    return DONE


def _text(given: str) -> str:
    if given.strip() == "-":
        return sys.stdin.read()
    if given.lstrip().startswith("{"):
        return given
    return Path(given).read_text(encoding="utf-8")


def _sentence(error: Exception, given: str) -> str:
    if isinstance(error, OSError):
        return (f"cannot read the specification {given!r}: {error.strerror or error}; give a JSON "
                "file, - for stdin, or the JSON itself")
    if isinstance(error, UnicodeDecodeError):
        return f"the specification {given!r} is not a UTF-8 text file"
    return str(error)


def summary(result: dict[str, Any]) -> str:
    """A result of ``run_spec`` in a few lines for a person."""
    start, final = result["start"], result["final"]
    steps = len(result["iterates"]) - 1
    lines = [
        f"{result['game']}, {result['rule']}: {steps} steps",
        f"from ({start[0]:.6g}, {start[1]:.6g}) to ({final[0]:.6g}, {final[1]:.6g}), "
        f"{result['final_distance']:.6g} from the equilibrium",
    ]
    if result["stopped_at"] is not None:
        lines.append(f"stopped after step {result['stopped_at']}: the path left the finite numbers")
    if result["eigenvalues"] is None:
        lines.append("eigenvalues: none (no derivative there, or no equilibrium is known)")
    else:
        shown = ", ".join(f"{re:.6g}{im:+.6g}i" for re, im in result["eigenvalues"])
        lines += [f"eigenvalues: {shown}",
                  f"spectral radius: {result['spectral_radius']:.6g}",
                  result["linear"]["sentence"]]
    lines.append(f"verdict: {result['verdict']}")
    if result["confirmed"] is False:
        lines.append("From this start the run did not do what the eigenvalues say of small "
                     "displacements.")
    return "\n".join(lines)
