"""Whether a window can be opened here, found out without Qt.

Qt aborts the process, where Python cannot catch it, when there is no display or when one of
its system libraries is missing. So both are looked for first, through ctypes alone.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Mapping
from pathlib import Path

HEADLESS_HINT = "train without a window with `ganstudio train PRESET`"

# Library → the Debian package that holds it.
CORE_LIBRARIES = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libdbus-1.so.3": "libdbus-1-3",
}
XCB_LIBRARIES = {
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}


def problem(environ: Mapping[str, str] | None = None, system: str = sys.platform) -> str | None:
    """Why no window can be opened, in one sentence, or None if one can."""
    if not system.startswith("linux"):
        return None
    env = os.environ if environ is None else environ
    wanted = [name.split(":")[0] for name in env.get("QT_QPA_PLATFORM", "").split(";") if name]
    if not wanted:
        display = usable_display(env)
        if display is None:
            return no_display(env)
        wanted = [display]
    elif wanted == ["xcb"] and not x_answers(env.get("DISPLAY")):
        return no_display(env)
    libraries = dict(CORE_LIBRARIES)
    if "xcb" in wanted:
        libraries.update(XCB_LIBRARIES)
    missing = [name for name in libraries if not loads(name)]
    return missing_libraries(missing, libraries) if missing else None


def usable_display(env: Mapping[str, str]) -> str | None:
    """Qt's name of the first display server that answers: ``xcb``, ``wayland`` or None."""
    if wayland_answers(env):
        return "wayland"
    return "xcb" if x_answers(env.get("DISPLAY")) else None


def wayland_answers(env: Mapping[str, str]) -> bool:
    """Whether a Wayland compositor listens where the environment says."""
    name = env.get("WAYLAND_DISPLAY")
    if not name:
        return False
    import socket
    path = Path(env.get("XDG_RUNTIME_DIR", "")) / name
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            probe.settimeout(2)
            probe.connect(str(path))
        return True
    except OSError:
        return False


def x_answers(display: str | None) -> bool:
    """Whether an X server accepts us; also True where libxcb is missing and cannot ask."""
    if not display:
        return False
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(display.encode(), None)
    try:
        return not xcb.xcb_connection_has_error(connection)
    finally:
        xcb.xcb_disconnect(connection)


def loads(library: str) -> bool:
    """Whether the dynamic linker finds the library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def no_display(env: Mapping[str, str]) -> str:
    """The sentence for a machine without a screen."""
    display = env.get("DISPLAY")
    why = f"the display {display} does not answer" if display else "there is no display here"
    return f"ganstudio: no window can be opened because {why}; {HEADLESS_HINT}."


def missing_libraries(missing: list[str], packages: Mapping[str, str]) -> str:
    """The sentence for absent system libraries, with the command that brings them."""
    noun = "the system library" if len(missing) == 1 else "the system libraries"
    names = ", ".join(missing)
    wanted = " ".join(packages[name] for name in missing)
    return (f"ganstudio: no window can be opened because {noun} {names} cannot be found; "
            f"install with `sudo apt install {wanted}`, or {HEADLESS_HINT}.")
