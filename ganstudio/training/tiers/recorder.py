"""Recording what the device is told to do in a round, to have it done again in one call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from typing import Protocol

import torch


class Recording(Protocol):
    """Work that was recorded."""

    def replay(self) -> None:
        """Have it done again, on the same memory; nobody waits for it."""


class Recorder(Protocol):
    """Makes recordings. Tests have one of their own, which records what the CPU does."""

    exact: bool
    """Whether the same work done twice gives the same bits."""
    rates: torch.dtype
    """Of a learning rate that lies on the device."""

    def aside(self) -> AbstractContextManager[object]:
        """Where the work is to be done a few times before it is recorded."""

    def record(self, act: Callable[[], object], generators: Sequence[torch.Generator],
               beside: Recording | None) -> Recording:
        """What ``act`` has the device do, which need not be done now.

        Random numbers may be drawn from ``generators`` alone. The recording may use the same
        memory as ``beside``, for neither reads what the other leaves there.
        """

    def wait(self) -> None:
        """Until the device has done all that it was told."""


class CudaRecorder:
    """Records CUDA graphs, as torch's notes on them ask ("CUDA Graphs" in "CUDA semantics").

    The work is first done on the stream on which it will be recorded, so that handles and
    workspaces exist. Memory is taken from a pool of the graph's own; several graphs share one,
    which the notes allow where they never run at once and none reads another's results.
    """

    exact = False  # cuDNN's backward passes may add up in any order
    rates = torch.float32  # what the fused Adam kernel reads

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self._stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]

    def aside(self) -> AbstractContextManager[object]:
        """The recording stream, which waits for the present one and is waited for by it."""
        return _Aside(self._stream)

    def record(self, act: Callable[[], object], generators: Sequence[torch.Generator],
               beside: Recording | None) -> torch.cuda.CUDAGraph:
        """A graph of what ``act`` does; generators are as before if it cannot be made."""
        drawn = [*generators, torch.cuda.default_generators[self._stream.device.index]]
        states = [generator.get_state() for generator in drawn]
        try:
            return self._captured(act, generators, beside)
        except BaseException:
            for generator, state in zip(drawn, states, strict=True):
                _renew(generator, state)
            raise

    def _captured(self, act: Callable[[], object], generators: Sequence[torch.Generator],
                  beside: Recording | None) -> torch.cuda.CUDAGraph:
        graph = torch.cuda.CUDAGraph()
        for generator in generators:
            graph.register_generator_state(generator)
        pool = beside.pool() if isinstance(beside, torch.cuda.CUDAGraph) else None
        torch.cuda.synchronize(self.device)
        torch.cuda.empty_cache()
        # Not torch.cuda.graph: where the end of a capture fails that leaves its stream in force.
        with torch.cuda.stream(self._stream):
            # Other threads may use the device meanwhile: one that saves copies a state from it.
            graph.capture_begin(pool, capture_error_mode="thread_local")
            try:
                act()
            except BaseException:
                with suppress(RuntimeError):
                    graph.capture_end()
                raise
            graph.capture_end()
        return graph

    def wait(self) -> None:
        """Until the present stream is empty; the interpreter's lock is free meanwhile."""
        torch.cuda.current_stream(self.device).synchronize()


class _Aside:
    """Inside, ``stream`` is the present one; what is before and after keeps its order."""

    def __init__(self, stream: torch.cuda.Stream) -> None:
        self._stream = stream
        self._inside = torch.cuda.stream(stream)

    def __enter__(self) -> None:
        self._stream.wait_stream(torch.cuda.current_stream(self._stream.device))
        self._inside.__enter__()  # type: ignore[no-untyped-call]

    def __exit__(self, *error: object) -> None:
        self._inside.__exit__(*error)
        torch.cuda.current_stream(self._stream.device).wait_stream(self._stream)


def _renew(generator: torch.Generator, state: torch.Tensor) -> None:
    """Give a generator a new inside: a capture that broke off may have left it unusable."""
    fresh = torch.Generator(device=generator.device)
    fresh.set_state(state)
    generator.graphsafe_set_state(fresh)
