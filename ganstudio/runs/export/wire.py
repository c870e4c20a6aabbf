"""Protocol buffers, written and nothing more: what ONNX and TensorBoard files are made of.

The format (protobuf.dev, "Encoding") is a few lines; the packages that bring it weigh megabytes.
"""

from __future__ import annotations

import struct


def varint(value: int) -> bytes:
    """A whole number, seven bits a byte, the low ones first; a negative one as 64 bits."""
    value &= 0xFFFF_FFFF_FFFF_FFFF
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def whole(field: int, value: int) -> bytes:
    """An integer, enumeration or truth value."""
    return varint(field << 3) + varint(value)


def double(field: int, value: float) -> bytes:
    """A 64-bit float."""
    return varint(field << 3 | 1) + struct.pack("<d", value)


def single(field: int, value: float) -> bytes:
    """A 32-bit float."""
    return varint(field << 3 | 5) + struct.pack("<f", value)


def data(field: int, value: bytes | str) -> bytes:
    """Bytes, text, or a message within the message."""
    raw = value.encode("utf-8") if isinstance(value, str) else value
    return varint(field << 3 | 2) + varint(len(raw)) + raw
