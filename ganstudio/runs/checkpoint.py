"""A trainer's whole state as one safetensors file: no pickle, nothing left out."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from ganstudio.recipe import Recipe, from_text, to_text
from ganstudio.runs.atomic import write_bytes
from ganstudio.runs.errors import RunError
from ganstudio.training.trainer import State

FORMAT = 2
OLDEST_FORMAT = 1
MAX_BYTES = 8_000_000_000
MAX_TENSORS = 100_000


class Checkpoint(NamedTuple):
    """A trainer's state, the recipe as of then, and how many lines the journal had.

    ``entries`` is None in a checkpoint of format 1, which did not say.
    """

    state: State
    recipe: Recipe
    entries: int | None = None

    @property
    def step(self) -> int:
        """Steps done."""
        return int(self.state.values["step"])


def state_digest(state: State) -> str:
    """A SHA-256 over every name, type, shape and byte of the state, and its plain numbers.

    Two trainers with one digest go on identically.
    """
    digest = hashlib.sha256()
    for name in sorted(state.tensors):
        tensor = state.tensors[name].detach().to("cpu", copy=False).contiguous()
        digest.update(f"{name}|{tensor.dtype}|{tuple(tensor.shape)}|".encode())
        digest.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
    digest.update(json.dumps(state.values, sort_keys=True).encode())
    return digest.hexdigest()


def nonfinite_weights(state: State) -> str | None:
    """The name of a tensor of the networks that holds a NaN or an infinity, if there is one."""
    for name, tensor in state.tensors.items():
        ours = name.startswith(("g.", "d.", "average."))
        if ours and tensor.is_floating_point() and not bool(tensor.isfinite().all()):
            return name
    return None


def save_checkpoint(path: Path, state: State, recipe: Recipe, entries: int = 0) -> None:
    """Write the state and the recipe as of now; the file appears whole or not at all.

    Raises:
        OSError: the disk is full or the folder cannot be written.
    """
    tensors = {name: t.detach().to("cpu").contiguous() for name, t in state.tensors.items()}
    metadata = {"format": str(FORMAT), "values": json.dumps(state.values),
                "recipe": to_text(recipe), "journal_lines": str(entries)}
    write_bytes(path, save(tensors, metadata))


def load_checkpoint(path: Path) -> Checkpoint:
    """What a checkpoint holds.

    Raises:
        RunError: missing, damaged, with weights that are no numbers, or from a newer version.
    """
    metadata, tensors = _read(path)
    version = metadata.get("format", "none")
    if version not in [str(n) for n in range(OLDEST_FORMAT, FORMAT + 1)]:
        raise RunError(f"{path} has checkpoint format {version[:20]!r}; this GAN Studio reads "
                       f"{OLDEST_FORMAT} to {FORMAT}")
    try:
        values: Any = json.loads(metadata["values"])
        step = values.get("step") if isinstance(values, dict) else None
        if not isinstance(step, int) or isinstance(step, bool) or not 0 <= step < 2**63:
            raise ValueError("it does not say its step")
        entries = int(metadata["journal_lines"]) if version != "1" else None
        if entries is not None and not 0 <= entries < 2**63:
            raise ValueError(f"it cannot stand at line {entries} of a journal")
        recipe = from_text(metadata["recipe"], f"{path}: its recipe")
    except (KeyError, ValueError, RecursionError) as error:
        raise RunError(f"{path} is damaged: {error}") from None
    state = State(tensors, values)
    bad = nonfinite_weights(state)
    if bad is not None:
        raise RunError(f"{path} is damaged: {bad} holds values that are not numbers")
    return Checkpoint(state, recipe, entries)


def _read(path: Path) -> tuple[dict[str, str], dict[str, torch.Tensor]]:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise RunError(f"{path} is too large to be a checkpoint ({size:,} bytes)")
        with safe_open(path, framework="pt") as file:
            names = file.keys()
            if len(names) > MAX_TENSORS:
                raise RunError(f"{path} is damaged: it holds {len(names):,} tensors")
            return file.metadata() or {}, {name: file.get_tensor(name) for name in names}
    except (OSError, SafetensorError, ValueError, TypeError, KeyError, RuntimeError,
            AttributeError, MemoryError) as error:
        if isinstance(error, RunError):
            raise
        why = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise RunError(f"{path} is not a readable checkpoint: {why}") from None
