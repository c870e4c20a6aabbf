"""How what is seen on a device comes into the host's memory without the training thread waiting.

On a CPU a tensor is copied and that is all. On a GPU work is only queued: a copy to the host
would wait until everything before it is done, and the device would then stand idle until the
thread has queued more. So the copies go through a stream of their own, which waits for the look
and nothing else, into pinned memory, and the thread goes on; it asks later whether they are there.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any, Generic, Protocol, TypeVar

import torch
from torch import Tensor

_cuda: Any = torch.cuda  # its streams and events are not typed
F = TypeVar("F")
Making = Generator[tuple[Tensor, ...], list[Any], F]
"""A quick look: it queues its work, yields the tensors that it wants on the host, and is given
arrays of them (read-only, float32, or uint8 where they were), from which it makes its frame."""


class Arrival(Protocol):
    """Tensors of one look on their way to the host."""

    def ready(self) -> bool:
        """Whether all are there. Never waits."""

    def arrays(self) -> list[Any]:
        """Read-only arrays that own their memory; waits for what is not there yet."""

    def seconds(self) -> float:
        """What a device has spent on the look, once it is ready; 0 where that is the thread's
        own time.
        """


class HostCopies(Protocol):
    """Brings the tensors of a look to the host."""

    def mark(self) -> Any:
        """A look begins: from here on the device's time is its own."""

    def queue(self, tensors: Sequence[Tensor], begun: Any) -> Arrival:
        """Send for them; ``begun`` is the mark. Nobody may write to the tensors afterwards."""


def copies_from(device: torch.device) -> HostCopies:
    """The way from this device to the host."""
    return StreamCopies(device) if device.type == "cuda" else DirectCopies()


def owned(tensor: Tensor) -> Any:
    """A read-only array, float32 or of bytes, that shares no memory with the tensor; waits."""
    array = tensor.detach().to("cpu", _kind(tensor), copy=True,
                               memory_format=torch.contiguous_format).numpy()
    array.flags.writeable = False
    return array


def upload(tensor: Tensor, device: torch.device, dtype: torch.dtype) -> Tensor:
    """What was made on the host, on the device.

    From memory that is not pinned a copy to a GPU would first wait for all that is queued there.
    """
    if device.type != "cuda":
        return tensor.to(device, dtype)
    return tensor.to(dtype).pin_memory().to(device, non_blocking=True)


def _kind(tensor: Tensor) -> torch.dtype:
    return torch.uint8 if tensor.dtype is torch.uint8 else torch.float32


class QuickLook(Generic[F]):
    """A look whose work is queued; its frame shows ``step``, whenever it comes."""

    def __init__(self, step: int, making: Making[F], arrival: Arrival) -> None:
        self.step = step
        self._making = making
        self._arrival = arrival

    def ready(self) -> bool:
        """Whether the frame can be had without waiting for a device."""
        return self._arrival.ready()

    def frame(self) -> F:
        """The frame; to be asked for once."""
        try:
            self._making.send(self._arrival.arrays())
        except StopIteration as made:
            frame: F = made.value
            return frame
        raise AssertionError("a quick look sends for its tensors once")

    def device_seconds(self) -> float:
        """What a device has spent on it, once it is ready."""
        return self._arrival.seconds()


# ---- without waiting ---------------------------------------------------------------------------


class DirectCopies:
    """From memory that the host can read: copied at once."""

    def mark(self) -> None:
        """The thread's own clock tells what a look takes."""

    def queue(self, tensors: Sequence[Tensor], begun: None) -> Arrival:
        """Copy them."""
        return _There([owned(tensor) for tensor in tensors])


class _There:
    def __init__(self, arrays: list[Any]) -> None:
        self._arrays = arrays

    def ready(self) -> bool:
        return True

    def arrays(self) -> list[Any]:
        return self._arrays

    def seconds(self) -> float:
        return 0.0


class StreamCopies:
    """From a CUDA device, on a stream beside the one that trains."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self.stream = _cuda.Stream(device)

    def mark(self) -> Any:
        """Put an event where the look's work begins."""
        return self._noted(_cuda.current_stream(self.device))

    def queue(self, tensors: Sequence[Tensor], begun: Any) -> Arrival:
        """Have them copied as soon as they are made."""
        sources = [t.detach().to(_kind(t)).contiguous() for t in tensors]
        made = self._noted(_cuda.current_stream(self.device))
        self.stream.wait_event(made)
        buffers = []
        with _cuda.stream(self.stream):
            for source in sources:
                buffer = pinned(source)
                buffer.copy_(source, non_blocking=True)
                # Else the memory might be another tensor's before this stream has read it.
                source.record_stream(self.stream)
                buffers.append(buffer)
        return _Copied(buffers, begun, made, self._noted(self.stream))

    @staticmethod
    def _noted(stream: Any) -> Any:
        event = _cuda.Event(enable_timing=True, blocking=True)
        event.record(stream)
        return event


def pinned(like: Tensor) -> Tensor:
    """An empty tensor of this shape and kind that a device can write into by itself.

    torch keeps such memory, by powers of two, and gives it out again only when the streams that
    copied into it have got past that: an arrival may be dropped at any time.
    """
    return torch.empty(like.shape, dtype=like.dtype, pin_memory=True)


class _Copied:
    def __init__(self, buffers: list[Tensor], begun: Any, made: Any, done: Any) -> None:
        self._buffers = buffers
        self._begun, self._made, self._done = begun, made, done

    def ready(self) -> bool:
        return bool(self._done.query())

    def arrays(self) -> list[Any]:
        self._done.synchronize()
        # Copied once more: pinned memory is dear, and a frame lives as long as somebody shows it.
        return [owned(buffer) for buffer in self._buffers]

    def seconds(self) -> float:
        return float(self._begun.elapsed_time(self._made)) / 1000
