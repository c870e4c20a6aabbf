"""Some of a finite set kept from training, to tell what was learned from what was memorised."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ganstudio.data.dataset import DataError, Dataset

_HOLD_OUT_STREAM = 0x0E1D
LEAST = 2


def hold_out(data: Dataset, share: float, seed: int) -> Dataset:
    """The set with ``share`` of its items, drawn with ``seed``, moved to ``held_out``.

    A share of 0 gives the very set. Both parts are copies in memory.

    Raises:
        DataError: too few items are left on either side.
    """
    if share <= 0:
        return data
    count, total = round(share * len(data)), len(data)
    if min(count, total - count) < LEAST:
        raise DataError(f"data.held_out: {share:g} of {total} items leaves {total - count} to "
                        f"train on and {count} held out; at least {LEAST} of each are needed")
    rng = np.random.default_rng([seed, _HOLD_OUT_STREAM])
    out = np.zeros(total, dtype=bool)
    out[rng.choice(total, count, replace=False)] = True
    note = f"{count:,} of {total:,} items are held out and never trained on."
    return replace(data, items=data.items[~out], held_out=data.items[out],
                   labels=None if data.labels is None else data.labels[~out],
                   notes=(*data.notes, note))
