"""The kinds of export besides the gallery. No torch, so that the window can ask."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind: its readable name, what it is good for, and how its file ends (a folder: none).

    ``weights``: it holds the generator's weights, so the averaged ones may be taken.
    """

    title: str
    about: str
    ending: str
    weights: bool = False


KINDS: dict[str, Kind] = {
    "script": Kind(
        "PyTorch script", "The whole experiment as one readable file of plain PyTorch, which "
        "repeats this run's losses and needs nothing of GAN Studio.", ".py"),
    "onnx": Kind(
        "Generator as ONNX", "The generator for other programs and languages: latents in, "
        "samples out.", ".onnx", weights=True),
    "safetensors": Kind(
        "Generator as safetensors", "The generator's weights, and beside them a few lines of "
        "PyTorch that load them and make samples.", ".safetensors", weights=True),
    "tensorboard": Kind(
        "TensorBoard log", "Losses, outputs, metrics, samples, the recipe and every change, for "
        "TensorBoard to show.", ""),
    "recipe": Kind(
        "Recipe", "The settings as they are now, as a text file to start the same run from.",
        ".json"),
}
