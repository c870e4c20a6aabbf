"""How CUDA's recorder goes about it, against a CUDA that only writes down what it is asked."""

from types import SimpleNamespace

import pytest
import torch

from ganstudio.training.tiers.recorder import CudaRecorder


class Cuda:
    """What of torch.cuda the recorder calls."""

    def __init__(self):
        self.calls = []
        self.ends_badly = False
        cuda = self

        class Stream:
            def __init__(self, name="side"):
                self.name = name
                self.device = SimpleNamespace(index=0)

            def wait_stream(self, other):
                cuda.calls.append(f"{self.name} waits for {other.name}")

            def synchronize(self):
                cuda.calls.append(f"synchronize {self.name}")

        class Using:
            def __init__(self, stream):
                self.stream = stream

            def __enter__(self):
                self.before, cuda.present = cuda.present, self.stream

            def __exit__(self, *_):
                cuda.present = self.before

        class Graph:
            def register_generator_state(self, generator):
                cuda.calls.append(f"register {generator.name}")

            def capture_begin(self, pool=None, capture_error_mode="global"):
                assert capture_error_mode == "thread_local"  # others may save meanwhile
                cuda.calls.append(f"begin on {cuda.present.name}, {pool}")

            def capture_end(self):
                cuda.calls.append(f"end on {cuda.present.name}")
                if cuda.ends_badly:
                    raise RuntimeError("capture_end: operation failed due to a previous error")

            def pool(self):
                return "its pool"

        self.present = Stream("main")
        self.Stream, self.stream, self.CUDAGraph = lambda _: Stream(), Using, Graph
        self.current_stream = lambda *_: self.present
        self.default_generators = [Generator("default")]
        self.synchronize = lambda *_: self.calls.append("synchronize")
        self.empty_cache = lambda: None


class Generator:
    """A generator of that CUDA; ``inside`` is what a capture may leave unusable."""

    def __init__(self, name="new", device=None):
        self.name, self.device, self.inside, self.state = name, "cuda", object(), 7

    def get_state(self):
        return self.state

    def set_state(self, state):
        self.state = state

    def graphsafe_set_state(self, other):
        self.inside, self.state = other.inside, other.state


@pytest.fixture
def cuda(monkeypatch):
    made = Cuda()
    monkeypatch.setattr(torch, "cuda", made)
    monkeypatch.setattr(torch, "Generator", Generator)
    return made


def test_a_graph_is_captured_on_the_side_stream_with_its_generators(cuda):
    recorder = CudaRecorder(torch.device("cuda"))
    with recorder.aside():
        assert cuda.present.name == "side"
    streams = [Generator("noise"), Generator("layers")]
    first = recorder.record(lambda: cuda.calls.append("work"), streams, None)
    recorder.record(lambda: None, streams, first)
    assert cuda.present.name == "main"
    assert cuda.calls == [
        "side waits for main", "main waits for side",
        "register noise", "register layers", "synchronize", "begin on side, None", "work",
        "end on side", "register noise", "register layers", "synchronize",
        "begin on side, its pool", "end on side"]


@pytest.mark.parametrize("ends_badly", [True, False])
def test_where_the_work_fails_the_reason_is_its_own_and_generators_are_renewed(cuda, ends_badly):
    cuda.ends_badly = ends_badly
    streams = [Generator("noise"), *cuda.default_generators]
    insides = [each.inside for each in streams]

    def fails():
        streams[0].state = 11
        raise RuntimeError("operation not permitted when stream is capturing")

    with pytest.raises(RuntimeError, match="not permitted"):
        CudaRecorder(torch.device("cuda")).record(fails, streams[:1], None)
    assert cuda.present.name == "main" and "end on side" in cuda.calls
    assert [each.state for each in streams] == [7, 7]
    assert not any(a is b.inside for a, b in zip(insides, streams, strict=True))


def test_where_the_end_fails_the_stream_is_the_one_of_before(cuda):
    cuda.ends_badly = True
    stream = Generator("noise")
    inside = stream.inside
    with pytest.raises(RuntimeError, match="previous error"):
        CudaRecorder(torch.device("cuda")).record(lambda: None, [stream], None)
    assert cuda.present.name == "main" and stream.inside is not inside


def test_waiting_waits_for_the_present_stream(cuda):
    CudaRecorder(torch.device("cuda")).wait()
    assert cuda.calls == ["synchronize main"]


def test_what_the_recorder_calls_is_there_in_torch():
    """Names and parameters, as far as a build without CUDA has them."""
    import inspect

    from torch.cuda import graphs
    assert {"pool", "capture_error_mode"} <= set(
        inspect.signature(graphs.CUDAGraph.capture_begin).parameters)
    for name in ("capture_end", "replay", "pool"):
        assert callable(getattr(graphs.CUDAGraph, name))
    for name in ("Stream", "stream", "current_stream", "synchronize", "empty_cache",
                 "default_generators"):
        assert hasattr(torch.cuda, name)
    assert hasattr(torch.Generator, "graphsafe_set_state")
