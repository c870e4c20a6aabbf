"""Feature networks for image metrics. Each has a ``name`` that is shown with every number.

Only a published Inception network makes a Fréchet distance an FID. It cannot be had offline, so
the built-in choices are called what they are: pixels, random features, classifier features. A
user's own network comes in as a plug-in, "module:function".
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ganstudio.metrics.checks import Array, MetricsError
from ganstudio.metrics.extractor import Extractor, Images

BATCH = 256
MOST_PIXELS = 256  # more would make a Fréchet distance dear, and mostly a matter of their number
CLASSIFIER_STEPS = 500
MOST_HELD_OUT = 1000
RATE = 0.1  # the classifier's learning rate at its first step; falls to 0


class Pixels:
    """The pixels themselves, averaged over 2 × 2 squares until at most 256 numbers are left."""

    name = "pixels"

    def __call__(self, images: Images) -> Array:
        """Features (n, d) of images (n, c, h, w)."""
        x = _checked(images)
        while np.prod(x.shape[1:]) > MOST_PIXELS and min(x.shape[2:]) > 1:
            n, c, h, w = x.shape
            even = x[:, :, : h // 2 * 2, : w // 2 * 2].reshape(n, c, h // 2, 2, w // 2, 2)
            x = even.mean(axis=(3, 5))
        return x.reshape(len(x), -1).astype(np.float64)


class RandomFeatures:
    """128 features of a small convolutional network whose random weights come from ``seed``.

    An untrained network still tells textures and shapes apart (Saxe et al. 2011), needs no
    data, and is the same for everybody.
    """

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self.name = "random features" if seed == 0 else f"random features (seed {seed})"

    def __call__(self, images: Images) -> Array:
        """Features (n, 128) of images (n, c, h, w)."""
        x = _checked(images)
        weights = _random_weights(x.shape[1], self.seed)

        def forward(batch: Tensor) -> Tensor:
            h, seen = batch, []
            for i, (kernel, bias) in enumerate(weights):
                h = F.relu(F.conv2d(h, kernel, bias, stride=1 if i == 0 else 2, padding=1))
                seen.append(h)
            return torch.cat([seen[1].mean(dim=(2, 3)),
                              F.adaptive_avg_pool2d(seen[2], 2).flatten(1)], dim=1)

        return _in_batches(forward, x)


def _random_weights(channels: int, seed: int) -> list[tuple[Tensor, Tensor]]:
    """He-scaled kernels of three layers; drawn by numpy, whose streams never change."""
    rng, out = np.random.default_rng(seed), []
    for fan, width in ((channels, 16), (16, 32), (32, 24)):
        kernel = rng.standard_normal((width, fan, 3, 3)) * np.sqrt(2 / (9 * fan))
        out.append((torch.from_numpy(kernel).float(),
                    torch.from_numpy(rng.standard_normal(width) * 0.1).float()))
    return out


class ClassifierFeatures:
    """The last hidden layer (64) of a small classifier trained in seconds on the data's labels."""

    name = "classifier features"

    def __init__(
        self, images: Images, labels: Sequence[Any], *, steps: int = CLASSIFIER_STEPS,
        seed: int = 0,
    ) -> None:
        """Train on images (n, c, h, w) and n labels; a tenth is held out for the accuracy.

        Raises:
            MetricsError: fewer than two labels, or not one for each image, or under 20 images.
        """
        with _one_thread():
            for _ in self._train(images, labels, steps, seed):
                pass

    @classmethod
    def in_pieces(cls, images: Images, labels: Sequence[Any], *, steps: int = CLASSIFIER_STEPS,
                  seed: int = 0) -> Generator[None, None, ClassifierFeatures]:
        """The same one training step at a time, with as many threads as the caller has."""
        made = cls.__new__(cls)
        yield from made._train(images, labels, steps, seed)
        return made

    def _train(self, images: Images, labels: Sequence[Any], steps: int, seed: int
               ) -> Iterator[None]:
        x, names = _checked(images), sorted({str(label) for label in labels})
        if len(labels) != len(x):
            raise MetricsError(f"There are {len(labels)} labels for {len(x)} images; "
                               "one for each is needed.")
        if len(names) < 2 or len(x) < 20:
            raise MetricsError(f"A classifier needs at least 20 images with 2 labels; REAL has "
                               f"{len(x)} with {len(names)}.")
        place = {name: k for k, name in enumerate(names)}
        y = torch.tensor([place[str(label)] for label in labels])
        order = torch.from_numpy(np.random.default_rng(seed).permutation(len(x)))
        held, used = order[: len(x) // 10], order[len(x) // 10:]
        self._trunk, head = yield from _train_classifier(torch.from_numpy(x), y, used, len(names),
                                                         steps, seed)
        held = held[:MOST_HELD_OUT]
        seen = _in_batches(self._trunk, x[held.numpy()])
        right = head(torch.from_numpy(seen).float()).argmax(dim=1) == y[held]
        self.accuracy = float(right.float().mean())
        # Kernel distances go by powers of the features, so these are given the mean square 1.
        self._scale = float(np.sqrt((seen**2).mean())) or 1.0
        self.name = (f"classifier features ({len(names)} labels, "
                     f"accuracy {100 * self.accuracy:.0f} %)")

    def __call__(self, images: Images) -> Array:
        """Features (n, 64) of images (n, c, h, w)."""
        return _in_batches(self._trunk, _checked(images)) / self._scale


@contextmanager
def _one_thread() -> Iterator[None]:
    """One thread while a small network trains: on a busy machine more are many times slower."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _train_classifier(
    x: Tensor, y: Tensor, used: Tensor, labels: int, steps: int, seed: int
) -> Generator[None, None, tuple[nn.Module, nn.Module]]:
    """Descend the cross-entropy with momentum; the caller's random numbers are left untouched."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        trunk = nn.Sequential(
            nn.Conv2d(x.shape[1], 16, 3, stride=2 if min(x.shape[2:]) > 16 else 1, padding=1),
            nn.ReLU(),
            nn.Conv2d(16, 32, 3, stride=2, padding=1), nn.ReLU(),
            nn.Conv2d(32, 64, 3, stride=2, padding=1), nn.ReLU(),
            nn.AdaptiveAvgPool2d(3), nn.Flatten(), nn.Linear(576, 64), nn.ReLU())
        head = nn.Linear(64, labels)
    parameters = [*trunk.parameters(), *head.parameters()]
    speeds = [torch.zeros_like(p) for p in parameters]
    picks = torch.Generator().manual_seed(seed)
    for step in range(steps):
        pick = used[torch.randint(len(used), (min(64, len(used)),), generator=picks)]
        with torch.enable_grad():
            loss = F.cross_entropy(head(trunk(x[pick])), y[pick])
            slopes = torch.autograd.grad(loss, parameters)
        with torch.no_grad():
            for p, speed, slope in zip(parameters, speeds, slopes, strict=True):
                p.sub_(speed.mul_(0.9).add_(slope), alpha=RATE * (1 - step / steps))
        yield
    return trunk.eval().requires_grad_(False), head.eval().requires_grad_(False)


class PluggedIn:
    """A user's own features: a network, or a function of an array (n, c, h, w)."""

    def __init__(self, target: Callable[..., Any], name: str) -> None:
        self._target = target
        self.name = str(getattr(target, "name", name))
        self.inception = bool(getattr(target, "published_inception", False))

    def __call__(self, images: Images) -> Array:
        """Features (n, d); raises MetricsError where the plug-in fails or returns another shape."""
        x = _checked(images)
        try:
            if isinstance(self._target, nn.Module):
                out = _in_batches(self._target.eval(), x)
            else:
                out = np.asarray(self._target(x), dtype=np.float64)
        except Exception as error:
            raise MetricsError(f"The features {self.name!r} failed: {error}.") from error
        if out.ndim != 2 or len(out) != len(x):
            raise MetricsError(f"The features {self.name!r} have shape {out.shape}; for "
                               f"{len(x)} images ({len(x)}, d) is needed.")
        return out


def load_plugin(spec: str) -> PluggedIn:
    """Import "module:function", also from the working folder.

    The name may stand for a function from images (n, c, h, w) in [−1, 1] to features (n, d), for
    a network, or for a network's class. Its attribute ``name`` is shown if it has one, and
    ``published_inception = True`` lets its Fréchet distance be called FID.
    """
    module_name, _, attribute = spec.partition(":")
    sys.path.insert(0, str(Path.cwd()))
    try:
        target = getattr(importlib.import_module(module_name), attribute)
        if isinstance(target, type):
            target = target()
    except Exception as error:
        raise MetricsError(f"The features {spec!r} cannot be loaded: {error}.") from error
    finally:
        sys.path.remove(str(Path.cwd()))
    if not callable(target):
        raise MetricsError(f"The features {spec!r} cannot be called as a function.")
    return PluggedIn(target, spec)


def extractor(
    spec: str, images: Images, labels: Sequence[Any] | None = None, seed: int = 0
) -> Extractor:
    """Make the features that ``spec`` names: random, pixels, classifier or "module:function".

    ``images`` and ``labels`` are the real data, which a classifier is trained on.
    """
    if spec == "random":
        return RandomFeatures(seed)
    if spec == "pixels":
        return Pixels()
    if spec == "classifier":
        if labels is None:
            raise MetricsError("Classifier features need labels: an .npz file with \"labels\", or "
                               "a folder with one folder of images per label.")
        return ClassifierFeatures(images, labels, steps=CLASSIFIER_STEPS, seed=seed)
    if ":" in spec:
        return load_plugin(spec)
    raise _unknown(spec)


def check_spec(spec: str) -> None:
    """Raise MetricsError where ``spec`` names no features, or a plug-in that cannot be loaded."""
    if ":" in spec:
        load_plugin(spec)
    elif spec not in ("random", "pixels", "classifier"):
        raise _unknown(spec)


def _unknown(spec: str) -> MetricsError:
    return MetricsError(f"There are no features {spec!r}; there are random, pixels, classifier "
                        "and your own as module:function.")


def _checked(images: npt.NDArray[Any]) -> Images:
    x = np.ascontiguousarray(images, dtype=np.float32)
    if x.ndim != 4 or 0 in x.shape:
        raise MetricsError(f"Images have shape {x.shape}; n by channels by height by width is "
                           "needed.")
    if not np.isfinite(x).all():
        raise MetricsError("The images hold NaN or infinite values.")
    return x


def _in_batches(forward: Callable[[Tensor], Any], x: Images) -> Array:
    """Run a network over the images without gradients: float64 (n, d)."""
    with torch.no_grad():
        parts = [forward(torch.from_numpy(x[i:i + BATCH])) for i in range(0, len(x), BATCH)]
        return np.asarray(torch.cat(parts).double().numpy())
