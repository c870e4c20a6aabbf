"""``ganstudio bench``: every figure measured here, now, in one run."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable

from ganstudio.bench.figures import Figure, machine_line
from ganstudio.cli.main import complain


def _headless(arguments: argparse.Namespace) -> list[Figure]:
    from ganstudio.bench.headless import headless
    return headless(arguments.rounds, arguments.seconds)


def _window(arguments: argparse.Namespace) -> list[Figure]:
    from ganstudio.bench.window import window
    return window(arguments.rounds, arguments.seconds)


def _start(arguments: argparse.Namespace) -> list[Figure]:
    from ganstudio.bench.start import start
    return start(max(3, arguments.rounds // 2))


def _memory(arguments: argparse.Namespace) -> list[Figure]:
    from ganstudio.bench.memory import memory
    return memory(40 * arguments.seconds)


def _soak(arguments: argparse.Namespace) -> list[Figure]:
    from ganstudio.bench.soak import soak
    return soak(arguments.full, arguments.part)


PARTS: dict[str, Callable[[argparse.Namespace], list[Figure]]] = {
    "headless": _headless, "window": _window, "start": _start, "memory": _memory,
}
LONG: dict[str, Callable[[argparse.Namespace], list[Figure]]] = {"soak": _soak}
"""Parts that are run only by name."""


STUDIES = ("collapse", "doctor")
"""Parts that are tables of their own, run one at a time and only by name."""


def bench(arguments: argparse.Namespace) -> int:
    """Measure the parts asked for (all but the studies by default) and print them."""
    if arguments.soak and "soak" not in arguments.parts:
        arguments.parts.append("soak")
    known = (*PARTS, *LONG, *STUDIES)
    unknown = [part for part in arguments.parts if part not in known]
    if unknown:
        return complain(f"there is no bench part {unknown[0]!r}; the parts are "
                        f"{', '.join(known)}")
    if arguments.device == "cuda":
        return _on_cuda(arguments)
    studies = [part for part in arguments.parts if part in STUDIES]
    if studies and len(arguments.parts) > 1:
        return complain(f"{studies[0]!r} is a study of its own; run it without other parts")
    if studies == ["doctor"]:
        from ganstudio.bench.doctor import doctor
        doctor(arguments.seeds, as_json=arguments.json)
        return 0
    if studies:
        from ganstudio.bench.collapse import collapse
        collapse(arguments.seeds, arguments.steps, full=arguments.full, as_json=arguments.json)
        return 0
    return _told({part: (PARTS | LONG)[part] for part in arguments.parts or PARTS}, arguments)


def _on_cuda(arguments: argparse.Namespace) -> int:
    """The headless part on an NVIDIA GPU."""
    import torch

    from ganstudio.bench.on_gpu import NO_CUDA, on_gpu
    if arguments.parts not in ([], ["headless"]):
        return complain("--device cuda goes with the headless part alone")
    if not torch.cuda.is_available():
        return complain(NO_CUDA)
    device = torch.device("cuda")
    return _told({"headless": lambda a: on_gpu(a.rounds, a.seconds, device)}, arguments,
                 f", {torch.cuda.get_device_name(device)}")


def _told(parts: dict[str, Callable[[argparse.Namespace], list[Figure]]],
          arguments: argparse.Namespace, beside: str = "") -> int:
    """Measure the parts and print each as it is done; ``beside`` is also on the machine's line."""
    figures: list[Figure] = []
    for part, measure in parts.items():
        print(f"bench: {part} …", file=sys.stderr, flush=True)
        measured = measure(arguments)
        figures += measured
        if not arguments.json:
            print(part)
            for figure in measured:
                print(figure.line(), flush=True)
    if arguments.json:
        print(json.dumps({"machine": machine_line() + beside,
                          "figures": [f.plain() for f in figures],
                          "all_hold": all(f.holds is not False for f in figures)},
                         ensure_ascii=False))
    else:
        print(f"\n{machine_line()}{beside}")
    return 0
