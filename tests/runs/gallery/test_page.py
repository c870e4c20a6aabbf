"""The page: self-contained, safe with any name, complete."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from ganstudio.recipe import preset, with_value
from ganstudio.runs.gallery.palette import DARK, LIGHT
from ganstudio.runs.gallery.settings import change_text, commands, recipe_tables
from ganstudio.runs.gallery.write import write_gallery
from ganstudio.studio import theme

from .made import HOSTILE, images, points

VOID = {"meta", "img", "source", "br", "input", "rect", "path"}


class Reader(HTMLParser):
    """Collects tags and text, and checks that every tag is closed in its turn."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def read(folder: Path) -> Reader:
    reader = Reader()
    reader.feed((folder / "index.html").read_text(encoding="utf-8"))
    reader.close()
    assert reader.open == []
    return reader


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = images(name=HOSTILE, run_folder=f"runs/{HOSTILE}; rm -rf ~",
                  state_digest="<b>0123</b>",
                  recipe=with_value(preset("images", "/data/</pre><script>x</script>"),
                                    "name", HOSTILE),
                  tweaks=[(10, HOSTILE, {"loss.kind": ["non_saturating", "<i>hinge</i>"],
                                         "no.<such>.field": [1, None]}),
                          (500, "", {"update.train_g": [True, False]})])
    return write_gallery(data, tmp_path_factory.mktemp("page") / "g")


def test_nothing_is_fetched_from_anywhere(hostile: Path) -> None:
    reader = read(hostile)
    for tag, attributes in reader.tags:
        assert tag not in {"script", "link", "iframe", "object", "embed", "base", "form"}
        for name in ("src", "srcset", "href", "data", "poster", "action", "xlink:href"):
            value = attributes.get(name)
            assert value is None or re.match(r"data:image/(png|webp);base64,[\w+/=]+$", value)
        assert not any(name.startswith("on") for name in attributes)
    html = (hostile / "index.html").read_text(encoding="utf-8")
    style = html[html.index("<style>"):html.index("</style>")]
    assert "url(" not in style and "@import" not in style
    assert set(re.findall(r"https?://[^\s\"'<]+", html)) == {"http://www.w3.org/2000/svg"}


def test_a_hostile_name_is_only_text(hostile: Path) -> None:
    reader = read(hostile)
    shown = HOSTILE.replace("\x07", "").replace("\x1b", "")
    assert shown in reader.text
    assert "<i>hinge</i>" in reader.text
    html = (hostile / "index.html").read_text(encoding="utf-8")
    assert "<script" not in html and "onerror=alert(2)>" not in html
    assert "<script" not in (hostile / "curves.svg").read_text(encoding="utf-8")


def test_every_picture_has_words(hostile: Path) -> None:
    pictures = [attributes for tag, attributes in read(hostile).tags if tag == "img"]
    assert len(pictures) >= 5
    assert all(attributes.get("alt") for attributes in pictures)


@pytest.mark.usefixtures("quick")
def test_it_shows_all_that_was_asked(tmp_path: Path) -> None:
    data = images()
    text = read(write_gallery(data, tmp_path / "g")).text
    for section in ("Samples", "Time-lapse", "Curves", "Changed while it trained", "Recipe",
                    "Make it again", "Files in this folder"):
        assert section in text
    for title, rows in recipe_tables(data.recipe):
        assert title in text
        for name, value in rows:
            assert name in text and value in text
    assert "1,190" in text and "0123abcd" in text
    assert "Optimizer of D, Learning rate: 0.0002 → 0.0001" in text
    assert "ganstudio gallery RUN --out NEW-FOLDER --rows 2 --columns 3 --seed 5" in text


def test_points_come_in_both_lights(tmp_path: Path) -> None:
    reader = read(write_gallery(points(), tmp_path / "g"))
    dark = [a for tag, a in reader.tags if tag == "source"]
    assert len(dark) >= 3
    assert all("dark" in (a["media"] or "") for a in dark)


def test_fields_without_meaning_are_left_out() -> None:
    tables = dict(recipe_tables(with_value(preset("ring"), "optimizer_d.kind", "sgd")))
    assert "β₁" not in dict(tables["Optimizer of D"])
    assert "β₁" in dict(tables["Optimizer of G"])
    assert dict(tables["Loss"])["Loss"] == "Non-saturating"
    assert dict(tables["Data: Ring"])["Points"] == "100,000 points"
    assert dict(tables["Moves"])["Train D"] == "on"


def test_changes_in_words() -> None:
    recipe = preset("ring")
    assert change_text(recipe, "batch", [256, 64]) == "Batch size: 256 samples → 64 samples"
    assert change_text(recipe, "loss.kind", ["minimax", "hinge"]) == "Loss: Minimax → Hinge"
    assert change_text(recipe, "gone.away", 3) == "gone.away: 3"


def test_commands_quote_the_run() -> None:
    data = replace(images(), run_folder="my runs/a; rm -rf ~", tweaks=[])
    first, again = (line for _, line in commands(data))
    assert "gallery 'my runs/a; rm -rf ~' --out" in first
    assert again == "ganstudio train recipe.json --steps 1190"


def test_colours_are_the_studios() -> None:
    for ours, theirs in ((LIGHT, theme.LIGHT), (DARK, theme.DARK)):
        for name in ("text", "muted", "line", "real", "fake", "player_d", "player_g", "marker",
                     "low", "middle", "high"):
            assert getattr(ours, name) == getattr(theirs, name)
        assert ours.paper == theirs.plot
