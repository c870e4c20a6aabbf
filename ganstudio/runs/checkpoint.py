"""A trainer's whole state as one safetensors file: no pickle, nothing left out."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from ganstudio.recipe import Recipe, from_text, to_text
from ganstudio.runs.atomic import write_bytes
from ganstudio.runs.errors import RunError
from ganstudio.training.trainer import State

FORMAT = 1


def state_digest(state: State) -> str:
    """A SHA-256 over every name, type, shape and byte of the state, and its plain numbers.

    Two trainers with one digest go on identically.
    """
    digest = hashlib.sha256()
    for name in sorted(state.tensors):
        tensor = state.tensors[name].detach().to("cpu", copy=False).contiguous()
        digest.update(f"{name}|{tensor.dtype}|{tuple(tensor.shape)}|".encode())
        digest.update(tensor.reshape(-1).view(torch.uint8).numpy().tobytes())
    digest.update(json.dumps(state.values, sort_keys=True).encode())
    return digest.hexdigest()


def save_checkpoint(path: Path, state: State, recipe: Recipe) -> None:
    """Write the state and the recipe as of now; the file appears whole or not at all.

    Raises:
        OSError: the disk is full or the folder cannot be written.
    """
    tensors = {name: t.detach().to("cpu").contiguous() for name, t in state.tensors.items()}
    metadata = {"format": str(FORMAT), "values": json.dumps(state.values),
                "recipe": to_text(recipe)}
    write_bytes(path, save(tensors, metadata))


def load_checkpoint(path: Path) -> tuple[State, Recipe]:
    """The state and the recipe of a checkpoint.

    Raises:
        RunError: missing, damaged, or from a newer version.
    """
    try:
        with safe_open(path, framework="pt") as file:
            metadata: dict[str, str] = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError, ValueError) as error:
        raise RunError(f"{path} is not a readable checkpoint: {error}") from None
    if metadata.get("format") != str(FORMAT):
        raise RunError(f"{path} has checkpoint format {metadata.get('format', 'none')!r}; this "
                       f"GAN Studio reads format {FORMAT}")
    try:
        values: Any = json.loads(metadata["values"])
        if not isinstance(values, dict) or not isinstance(values.get("step"), int):
            raise ValueError("it does not say its step")
        return State(tensors, values), from_text(metadata["recipe"], f"{path}: its recipe")
    except (KeyError, ValueError, RecursionError) as error:
        raise RunError(f"{path} is damaged: {error}") from None
