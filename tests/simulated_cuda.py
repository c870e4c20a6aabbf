"""A CUDA device as far as looks use one, on a machine that has none: what is put on a side stream
is done when the test says so and not before, and what a real one does only by bad luck (memory
that is another tensor's by now, a copy that does not wait for what it copies) it always does.
"""

import threading
import weakref

import numpy as np
import torch

from ganstudio.training import host_copies

POISON = 0xA5


class Simulated:
    """Stands for ``torch.cuda``. Operations on the training stream are done at once (the CPU does
    them), but the host is not told before ``run``.
    """

    def __init__(self, monkeypatch):
        self.log, self.waits, self.broken = [], 0, None
        self.look_ms, self.now = 2.0, 0.0
        self.training = Stream(self, "training")
        self.sides, self.buffers, self._queue, self._known = [], [], [], []
        self._lock = threading.RLock()
        monkeypatch.setattr(host_copies, "_cuda", self)
        monkeypatch.setattr(host_copies, "pinned", self.pinned)
        monkeypatch.setattr(torch.Tensor, "record_stream",
                            lambda tensor, stream: self._recorded(tensor, stream))

    def run(self):
        """The device gets everything done."""
        with self._lock:
            queue, self._queue = self._queue, []
            for act in queue:
                act()

    # ---- torch.cuda ----------------------------------------------------------------------------

    def Stream(self, device):  # noqa: N802
        self.sides.append(Stream(self, "side"))
        return self.sides[-1]

    def current_stream(self, device):
        return self.training

    def Event(self, enable_timing=False, blocking=False):  # noqa: N802
        return Event(self, enable_timing)

    def stream(self, stream):
        return Deferred(self, stream)

    # ---- what happens ---------------------------------------------------------------------------

    def put(self, act):
        with self._lock:
            self._queue.append(act)

    def copy(self, stream, buffer, source):
        """Queue a copy; it goes wrong unless all was done to make it right."""
        self.log.append("copy")
        ordered = stream.waited is self.training.last

        def act():
            kept = any(tensor is source and on is stream for tensor, on in self._known)
            if ordered and kept:
                buffer.numpy()[...] = source.numpy()

        self.put(act)

    def _recorded(self, tensor, stream):
        self.log.append("record_stream")
        self._known.append((tensor, stream))

    def pinned(self, like):
        """Memory that was another buffer's before, if there is some; full of rubbish."""
        size = like.numel() * like.element_size()
        free = [b for b in self.buffers if b.free and len(b.bytes) == size]
        if not free:
            free = [Buffer(size)]
            self.buffers += free
        return free[0].give(like)


class Buffer:
    def __init__(self, size):
        self.bytes, self._holder = np.empty(size, np.uint8), lambda: None

    @property
    def free(self):
        return self._holder() is None

    def give(self, like):
        self.bytes[:] = POISON
        kind = np.uint8 if like.dtype is torch.uint8 else np.float32
        tensor = torch.from_numpy(self.bytes.view(kind).reshape(like.shape))
        self._holder = weakref.ref(tensor)
        return tensor


class Stream:
    def __init__(self, device, name):
        self.device, self.name, self.last, self.waited = device, name, None, None

    def wait_event(self, event):
        self.device.log.append("wait")
        self.waited = event


class Event:
    def __init__(self, device, timed):
        self.device, self.timed, self.done, self.at = device, timed, False, None

    def record(self, stream):
        device = self.device
        device.log.append(f"record {stream.name}")
        device.now += device.look_ms
        self.at, stream.last = device.now, self
        device.put(self._happen)

    def _happen(self):
        self.done = True

    def query(self):
        if self.device.broken:
            raise self.device.broken
        return self.done

    def synchronize(self):
        self.device.waits += not self.done
        self.device.run()

    def elapsed_time(self, end):
        assert self.done and end.done and self.timed and end.timed
        return end.at - self.at


class Deferred:
    """Within ``torch.cuda.stream``: copies are queued."""

    def __init__(self, device, stream):
        self.device, self.on = device, stream

    def __enter__(self):
        torch.Tensor.copy_ = self._copy()

    def __exit__(self, *error):
        del torch.Tensor.copy_  # what it had from its base is there again

    def _copy(self):
        def copy_(buffer, source, non_blocking=False):
            assert non_blocking, "the thread waits for a copy"
            assert buffer.dtype is source.dtype, "a copy that converts makes another tensor"
            assert buffer.is_contiguous() and source.is_contiguous()
            self.device.copy(self.on, buffer, source)
            return buffer

        return copy_
