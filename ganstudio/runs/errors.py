"""The one error of the run folder."""


class RunError(ValueError):
    """A run folder that cannot be read, written or gone on with: one sentence for the person."""
