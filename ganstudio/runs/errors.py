"""The one error of the run folder."""


class RunError(ValueError):
    """A run folder that cannot be read, written or gone on with: one sentence for the person."""


class RunNotWritableError(RunError):
    """A run folder that can be read and not be written: it is locked, or its disk allows no more.
    """
