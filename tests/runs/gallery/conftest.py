import pytest
from PIL import Image

from ganstudio.runs.gallery import write


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Large drawings take most of the time, and are beside the point of many a test."""
    monkeypatch.setattr(write, "render", lambda *_: Image.new("RGB", (4, 4)))
