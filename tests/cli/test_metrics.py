import json
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from ganstudio.cli.metrics import metrics


@pytest.fixture
def rings(tmp_path):
    """A real ring, a good fake, a collapsed fake and the file of its modes."""
    rng = np.random.default_rng(0)
    angles = 2 * np.pi * np.arange(8) / 8
    centres = np.stack([np.cos(angles), np.sin(angles)], axis=1)

    def ring(modes):
        return centres[rng.integers(modes, size=400)] + 0.01 * rng.standard_normal((400, 2))

    np.save(tmp_path / "real.npy", ring(8))
    np.savez(tmp_path / "good.npz", samples=ring(8))
    np.savetxt(tmp_path / "bad.csv", ring(2), delimiter=",")
    (tmp_path / "modes.json").write_text(json.dumps({"centres": centres.tolist(), "sigma": 0.01}))
    return tmp_path


def run(folder, fake, capsys, real="real.npy", **options):
    modes = options.pop("modes", None)
    code = metrics(str(folder / real), str(folder / fake),
                   modes=str(folder / modes) if modes else None, **options)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_json_is_one_document_of_values_beside_floors(rings, capsys):
    code, out, err = run(rings, "good.npz", capsys, modes="modes.json", as_json=True)
    found = json.loads(out)
    assert (code, err) == (0, "")
    assert set(found) == {"modes", "high_quality", "reverse_kl", "frechet", "kid", "mmd_rbf",
                          "sliced_w1", "sliced_w2", "energy", "precision", "recall", "density",
                          "coverage", "diversity", "duplicates", "memorised"}
    assert all({"value", "floor"} <= set(score) for score in found.values())
    assert found["modes"]["value"] == 8 and isinstance(found["modes"]["value"], int)
    _, out, _ = run(rings, "bad.csv", capsys, modes="modes.json", as_json=True)
    bad = json.loads(out)
    assert bad["modes"]["value"] == 2
    assert bad["reverse_kl"]["value"] == pytest.approx(np.log(4), abs=0.01)
    _, out, _ = run(rings, "real.npy", capsys, as_json=True)
    assert json.loads(out)["memorised"]["value"] == 1  # it has been trained on nothing else
    assert bad["coverage"]["value"] < 0.3 < bad["coverage"]["floor"]


def test_the_line_has_w1_and_options_reach_the_metrics(tmp_path, capsys):
    x = np.random.default_rng(1).standard_normal(300)
    np.save(tmp_path / "real.npy", x)
    np.save(tmp_path / "fake.npy", x + 1)
    _, out, _ = run(tmp_path, "fake.npy", capsys, k=7, bandwidth=2.5, as_json=True)
    found = json.loads(out)
    assert found["w1"]["value"] == pytest.approx(1)
    assert "2.5" in found["mmd_rbf"]["note"]
    assert "k = 7" in found["recall"]["note"]


def test_a_table_for_people(rings, capsys):
    code, out, err = run(rings, "good.npz", capsys)
    assert (code, err) == (0, "")
    assert "Fréchet distance" in out
    assert "FID" not in out
    assert "±" in out


def save_images(folder, count, seed, size=8):
    rng = np.random.default_rng(seed)
    for i in range(count):
        label = folder / str(i % 2)
        label.mkdir(parents=True, exist_ok=True)
        pixels = rng.integers(0, 100, (size, size)) + 150 * (i % 2)
        Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(label / f"{i:03}.png")


@pytest.mark.parametrize(("features", "name"), [
    ("random", "random features"), ("pixels", "pixels"), ("classifier", "classifier features (2"),
])
def test_folders_of_images_on_named_features(tmp_path, capsys, monkeypatch, features, name):
    monkeypatch.setattr("ganstudio.metrics.features.CLASSIFIER_STEPS", 40)
    save_images(tmp_path / "real", 60, 0)
    save_images(tmp_path / "fake", 40, 1)
    code, out, _ = run(tmp_path, "fake", capsys, real="real", features=features, as_json=True)
    found = json.loads(out)
    assert code == 0
    assert all(score["note"].startswith(f"Features: {name}") for score in found.values())
    assert found["precision"]["value"] > 0.5
    assert "modes" not in found


def test_the_callers_mistakes_are_one_sentence_and_exit_2(rings, capsys):
    np.save(rings / "three.npy", np.zeros((50, 3)))
    np.save(rings / "few.npy", np.zeros((2, 2)))
    np.save(rings / "nan.npy", np.full((50, 2), np.nan))
    np.save(rings / "images.npy", np.zeros((50, 8, 8)))
    (rings / "junk.npy").write_text("junk")
    save_images(rings / "large", 10, 0, size=9)
    for fake, options, message in [
        ("three.npy", {}, "dimensions"), ("few.npy", {}, "at least 4"), ("nan.npy", {}, "NaN"),
        ("junk.npy", {}, "cannot be read"), ("none.npy", {}, "does not exist"),
        ("images.npy", {}, "one kind"), ("good.npz", {"k": 0}, "k is 0"),
        ("good.npz", {"bandwidth": 0.0}, "bandwidth"), ("good.npz", {"modes": "no"}, "modes file"),
        ("good.npz", {"k": 400}, "401"),
        ("large", {"real": "images.npy"}, "same size"),
        ("images.npy", {"real": "images.npy", "features": "magic"}, "no features 'magic'"),
        ("images.npy", {"real": "images.npy", "modes": "modes.json"}, "Modes are for points"),
    ]:
        code, out, err = run(rings, fake, capsys, as_json=True, **options)
        assert code == 2, fake
        assert out == ""
        assert message in err, fake
        assert len(err.strip().splitlines()) == 1 and err.strip().endswith(".")


def test_points_need_neither_torch_nor_qt(rings):
    code = ("import sys; from ganstudio.cli.metrics import metrics; "
            f"metrics({str(rings / 'real.npy')!r}, {str(rings / 'bad.csv')!r}, as_json=True); "
            "sys.exit('torch' in sys.modules or 'PySide6' in sys.modules)")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=100)
    assert done.returncode == 0, done.stderr.decode()
    json.loads(done.stdout)
