"""``ganstudio inspect``: what a run folder holds."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from ganstudio.cli.main import complain
from ganstudio.cli.train import metric_lines
from ganstudio.training.frames import SCALARS
from ganstudio.training.metrics_frames import from_entry, latest


def inspect(path: Path, *, as_json: bool) -> int:
    """Print recipe, step, last losses and metrics, journal and state digest."""
    from ganstudio.recipe import RecipeError
    from ganstudio.runs.checkpoint import state_digest
    from ganstudio.runs.errors import RunError
    from ganstudio.runs.folder import RunFolder

    try:
        folder = RunFolder.open(path)
        saved = folder.latest()
        recipe = saved[1] if saved else folder.recipe()
        journal = folder.journal.read()
        tiers = folder.tiers.read()
        about = folder.about()
        measured = [f for f in map(from_entry, folder.metrics.read()) if f is not None]
    except (RunError, RecipeError) as error:
        return complain(str(error))
    rows = folder.history.rows(max(folder.history.count - 1, 0))
    losses: dict[str, float | None] = dict.fromkeys(SCALARS)
    if len(rows):
        losses = {n: float(rows[-1][n]) if math.isfinite(rows[-1][n]) else None for n in SCALARS}
    answer: dict[str, Any] = {
        "run": str(path), "name": recipe.name, "created": about.get("created"),
        "step": int(saved[0].values["step"]) if saved else 0,
        "losses": losses, "metrics": latest(measured), "recipe": recipe.model_dump(mode="json"),
        "tier": tiers[-1].get("tier") if tiers else None, "tiers": tiers,
        "journal": journal, "state_digest": state_digest(saved[0]) if saved else None,
    }
    answer["diagnoses"] = [{k: v for k, v in entry.items() if k != "kind"} for entry in journal
                           if entry.get("kind") == "diagnosis"]
    if as_json:
        print(json.dumps(answer, ensure_ascii=False))
        return 0
    made = about.get("created", "at an unknown time")
    print(f"{recipe.name}: step {answer['step']}, made {made}")
    for name, value in losses.items():
        print(f"  {name:<8} {'–' if value is None else format(value, '.5g')}")
    for line in metric_lines(answer["metrics"]):
        print(f"  {line}")
    print(f"  digest   {answer['state_digest'] or 'no state saved yet'}")
    for entry in tiers[-1:]:
        why = f" ({entry['why']})" if entry.get("why") else ""
        print(f"  tier     {entry.get('tier')}{why} from step {entry['step']} on")
    print("journal:")
    for entry in journal:
        rest = {k: v for k, v in entry.items() if k not in ("step", "time", "kind")}
        print(f"  {entry['step']:>9}  {entry.get('kind')}  {json.dumps(rest, ensure_ascii=False)}")
    return 0
