"""A generator as safetensors, and a few lines of plain torch that load it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from ganstudio.runs.export.layers import Layer, state
from ganstudio.runs.script.networks import MAXOUT
from ganstudio.runs.script.text import block, inside


def weights_bytes(layers: list[Layer], notes: dict[str, str]) -> bytes:
    """The safetensors file; its names are those of the ``nn.Sequential`` in ``loader_text``."""
    return save(state(layers), notes)


def loader_text(layers: list[Layer], weights: str, latent: Any, sample_shape: tuple[int, ...],
                offset: NDArray[Any] | None = None, scale: NDArray[Any] | None = None) -> str:
    """A script that loads the file named ``weights`` and makes 16 samples."""
    noise = {"normal": f"torch.randn(16, {latent.dim})",
             "uniform": f"torch.rand(16, {latent.dim}) * 2 - 1",
             "uniform01": f"torch.rand(16, {latent.dim})",
             "sphere": f"nn.functional.normalize(torch.randn(16, {latent.dim}))"}[latent.kind]
    maxout = "\n\n" + block(MAXOUT) + "\n" if any(x.kind == "Maxout" for x in layers) else ""
    if len(sample_shape) == 3:
        last = "images = (samples + 1) / 2  # from [-1, 1] to [0, 1]"
    elif offset is not None and scale is not None and (np.any(offset != 0) or np.any(scale != 1)):
        last = (f"points = torch.tensor({offset.tolist()}) + torch.tensor({scale.tolist()}) * "
                "samples  # in the data's own units")
    else:
        last = ""
    rows = "\n".join(", ".join(row) + "," for row in _rows(layers))
    lines = [
        "from pathlib import Path", "", "import torch", "from safetensors.torch import load_file",
        "from torch import nn", *([maxout] if maxout else []), "",
        f"generator = nn.Sequential(\n{inside(rows)}\n).eval()",
        f"generator.load_state_dict(load_file(Path(__file__).with_name({weights!r})))",
        f"with torch.no_grad():\n    samples = generator({noise})  # {(16, *sample_shape)}",
        *([last] if last else []), "print(samples)"]
    return "\n".join(lines) + "\n"


def _rows(layers: list[Layer]) -> list[list[str]]:
    """A row for each linear map and what follows it."""
    rows: list[list[str]] = []
    for layer in layers:
        if "weight" in layer.tensors and layer.tensors["weight"].ndim > 1:
            rows.append([])
        rows[-1].append(layer.text)
    return rows
