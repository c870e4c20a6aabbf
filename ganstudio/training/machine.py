"""On what to compute: the device, its threads, and how memory is given back."""

from __future__ import annotations

import ctypes
import os
import platform
import sys
import threading

import torch

from ganstudio.recipe.data import IMAGE_KINDS
from ganstudio.recipe.tree import Recipe

_MMAP_THRESHOLD = -3
_TRIM_THRESHOLD = -1


def resolve_device(recipe: Recipe) -> torch.device:
    """The device that the recipe asks for; ``auto`` takes a GPU for images only.

    Networks on points are so small that the launch of a GPU kernel costs more than its work.

    Raises:
        ValueError: a device that this machine has not got.
    """
    wanted = recipe.machine.device
    have_cuda, have_mps = torch.cuda.is_available(), torch.backends.mps.is_available()
    if wanted == "cuda" and not have_cuda:
        raise ValueError("machine.device: no NVIDIA GPU is to be had here; use 'auto' or 'cpu'")
    if wanted == "mps" and not have_mps:
        raise ValueError("machine.device: no Apple GPU is to be had here; use 'auto' or 'cpu'")
    if wanted != "auto":
        return torch.device(wanted)
    if recipe.data.kind in IMAGE_KINDS:
        if have_cuda:
            return torch.device("cuda")
        if have_mps:
            return torch.device("mps")
    return torch.device("cpu")


def device_name(device: torch.device) -> str:
    """The device as people know it."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return {"cpu": "CPU", "mps": "Apple GPU"}.get(device.type, device.type)


def resolve_threads(recipe: Recipe) -> int:
    """CPU threads for this run: what the recipe says, or all cores but one."""
    return recipe.machine.threads or max(1, (os.cpu_count() or 2) - 1)


def has_bf16(device: torch.device) -> bool:
    """Whether the device multiplies bfloat16 in hardware; elsewhere it is emulated, far slower."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device.type == "cpu" and platform.machine().lower() in ("x86_64", "amd64"):
        # Private names of torch: where a version lacks them, the machine counts as without.
        asked = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
        return any(getattr(torch.cpu, name, bool)() for name in asked)
    return device.type == "mps" or bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


def precision_note(recipe: Recipe, device: torch.device) -> str:
    """What a person should know of bf16 on this machine; empty where all is well."""
    if recipe.machine.precision != "bf16" or has_bf16(device):
        return ""
    return (f"This machine's {'processor' if device.type == 'cpu' else 'GPU'} has no bf16 "
            "arithmetic: the run works in bf16 but is many times slower than in float32")


def keep_large_buffers() -> None:
    """Ask glibc to keep freed buffers up to 32 MB instead of handing them back at once.

    Without it every snapshot's temporaries cost page faults again (measured: 1.9 → 1.3 steps
    for a full snapshot). Elsewhere than on glibc nothing is done.
    """
    if sys.platform != "linux":
        return
    try:
        libc = ctypes.CDLL("libc.so.6")
        libc.mallopt(_MMAP_THRESHOLD, 32 << 20)
        libc.mallopt(_TRIM_THRESHOLD, 512 << 20)
    except (OSError, AttributeError):
        return


def prepare_thread(threads: int) -> None:
    """To be called first on the thread that trains: torch's thread count belongs to a thread."""
    torch.set_num_threads(threads)
    keep_large_buffers()


def lower_priority(nice: int) -> None:
    """Let the window come first. On Linux a niceness belongs to the calling thread alone."""
    if sys.platform == "linux" and nice:
        try:
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), nice)
        except OSError:
            return
