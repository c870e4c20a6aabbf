"""A run as a TensorBoard event file: losses, outputs, metrics, samples, recipe and changes.

The tensorboard package weighs some 60 MB with what it brings and writes by threads of its own; an
event file is a row of length-framed protocol buffers with checksums (tensorflow/core/lib/io/
record_writer.h, tensorflow/core/util/event.proto).
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any

from PIL import Image

from ganstudio.runs.export.wire import data, double, single, whole

_STRING = 7
_POLYNOMIAL = 0x82F63B78


def _table() -> list[int]:
    rows = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (_POLYNOMIAL if value & 1 else 0)
        rows.append(value)
    return rows


_CRC = _table()


def crc32c(raw: bytes) -> int:
    """The Castagnoli checksum (RFC 3720, B.4)."""
    crc = 0xFFFF_FFFF
    table = _CRC
    for byte in raw:
        crc = table[(crc ^ byte) & 0xFF] ^ crc >> 8
    return crc ^ 0xFFFF_FFFF


def masked(raw: bytes) -> int:
    """The checksum as record files keep it: turned by 15 bits and shifted."""
    crc = crc32c(raw)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFF_FFFF


def record(raw: bytes) -> bytes:
    """One record: length, its checksum, the bytes, their checksum."""
    length = struct.pack("<Q", len(raw))
    return length + struct.pack("<I", masked(length)) + raw + struct.pack("<I", masked(raw))


# ---- events ----------------------------------------------------------------------------------


def event(when: float, step: int, *values: bytes) -> bytes:
    """Summary values of one step as a record; ``when`` is in seconds since 1970."""
    return record(double(1, when) + whole(2, step)
                  + data(5, b"".join(data(1, value) for value in values)))


def opening(when: float) -> bytes:
    """The record that every event file begins with."""
    return record(double(1, when) + data(3, "brain.Event:2"))


def scalar(tag: str, value: float) -> bytes:
    """One number."""
    return data(1, tag) + single(2, value)


def picture(tag: str, image: Image.Image) -> bytes:
    """One RGB or grey picture, kept as PNG."""
    buffer = BytesIO()
    image.save(buffer, "PNG")
    channels = len(image.getbands())
    body = whole(1, image.height) + whole(2, image.width) + whole(3, channels)
    return data(1, tag) + data(4, body + data(4, buffer.getvalue()))


def words(tag: str, text: str) -> bytes:
    """One piece of text (Markdown), for the tab of texts."""
    tensor = whole(1, _STRING) + data(2, b"") + data(8, text)
    return data(1, tag) + data(8, tensor) + data(9, data(1, data(1, "text")))


def hparams(leaves: Mapping[str, Any], name: str, when: float) -> tuple[bytes, bytes]:
    """The recipe for the tab of hyperparameters, by dotted path: the values, and the end mark."""
    pairs = b"".join(data(1, data(1, path) + data(2, _value(value)))
                     for path, value in leaves.items() if not isinstance(value, list))
    start = data(3, pairs + data(4, name) + double(5, when))
    end = data(4, whole(1, 1) + double(2, when))  # 1 is success
    return (_plugin("_hparams_/session_start_info", "hparams", start),
            _plugin("_hparams_/session_end_info", "hparams", end))


def _plugin(tag: str, plugin: str, content: bytes) -> bytes:
    nothing = whole(1, 1) + data(2, data(2, whole(1, 0)))  # readers want a tensor, if an empty one
    return (data(1, tag) + data(8, nothing)
            + data(9, data(1, data(1, plugin) + data(2, content))))


def _value(value: Any) -> bytes:
    if isinstance(value, bool):
        return whole(4, value)
    if isinstance(value, int | float):
        return double(2, float(value))
    return data(3, str(value))


def recipe_words(text: str) -> str:
    """A recipe's text as Markdown that keeps its lines."""
    return f"```json\n{text.rstrip()}\n```"


def change_words(label: str, changes: Mapping[str, Any]) -> str:
    """One change of the recipe in words."""
    rows = [f"- `{path}`: {json.dumps(pair[0], ensure_ascii=False)} → "
            f"{json.dumps(pair[1], ensure_ascii=False)}" for path, pair in changes.items()]
    return "\n".join([*([f"**{label}**", ""] if label else []), *rows])


def numbers(prefix: str, fields: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """The numbers among nested fields, each with a tag such as ``metrics/fid``."""
    for name, value in fields.items():
        if isinstance(value, Mapping):
            yield from numbers(f"{prefix}/{name}", value)
        elif isinstance(value, int | float) and not isinstance(value, bool) and name != "step":
            yield f"{prefix}/{name}", float(value)
