import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits

from ganstudio.metrics.catalogue import compute
from ganstudio.metrics.checks import MetricsError
from ganstudio.metrics.extractor import Extractor
from ganstudio.metrics.features import (
    ClassifierFeatures,
    Pixels,
    RandomFeatures,
    extractor,
    load_plugin,
)
from ganstudio.metrics.table import label

KNOWN = [0.1934036, 0.04103292, 0.0]
KNOWN_SUM = 27.887096


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def digits():
    found = load_digits()
    return (found.images / 8 - 1).astype(np.float32)[:, None], found.target


@pytest.fixture
def plugin(tmp_path, monkeypatch):
    """Write a module in the working folder; every test has its own name for it."""
    monkeypatch.chdir(tmp_path)

    def write(name, text):
        (tmp_path / f"{name}.py").write_text(text)
        return name

    return write


def noise(n, c=1, size=8, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, (n, c, size, size)).astype(np.float32)


def test_pixels_are_averaged_until_few_enough():
    x = noise(3, 1, 8)
    assert (Pixels()(x) == x.reshape(3, -1)).all()
    big = noise(2, 3, 64)
    found = Pixels()(big)
    assert found.shape == (2, 3 * 8 * 8)
    assert found[0, 0] == pytest.approx(big[0, 0, :8, :8].mean())


@pytest.mark.parametrize(("c", "size"), [(1, 8), (3, 32), (1, 28)])
def test_random_features_are_the_same_for_the_same_seed_and_any_batching(c, size):
    x = noise(300, c, size)
    found = RandomFeatures()(x)
    assert found.shape == (300, 128)
    assert np.isfinite(found).all()
    assert RandomFeatures()(x[290:]) == pytest.approx(found[290:], abs=1e-5)
    assert not np.allclose(RandomFeatures(1)(x), found)


def test_random_features_have_a_known_value():
    """They must not change from one release to the next, or numbers could not be compared."""
    x = np.linspace(-1, 1, 64, dtype=np.float32).reshape(1, 1, 8, 8)
    found = RandomFeatures()(x)[0]
    assert found[[0, 50, 127]] == pytest.approx(KNOWN, rel=1e-4, abs=1e-6)
    assert found.sum() == pytest.approx(KNOWN_SUM, rel=1e-4)


def test_names_say_what_they_are():
    assert RandomFeatures().name == "random features"
    assert Pixels().name == "pixels"
    assert "FID" not in label("frechet", RandomFeatures().name)
    assert isinstance(RandomFeatures(), Extractor)


def test_a_classifier_learns_and_leaves_the_stream_of_random_numbers_alone(digits):
    images, labels = digits
    torch.manual_seed(5)
    before = torch.get_rng_state()
    found = ClassifierFeatures(images, labels, steps=100)
    assert torch.equal(torch.get_rng_state(), before)
    assert found.accuracy > 0.8
    assert found.name.startswith("classifier features (10 labels, accuracy ")
    features = found(images)
    assert features.shape == (len(images), 64)
    assert (features**2).mean() == pytest.approx(1, rel=0.05)


def test_a_classifier_is_the_same_for_the_same_seed(digits):
    images, labels = digits[0][:100], digits[1][:100]
    one, two = (ClassifierFeatures(images, labels, steps=3)(images) for _ in range(2))
    other = ClassifierFeatures(images, labels, steps=3, seed=1)(images)
    assert one == pytest.approx(two, rel=1e-4, abs=1e-6)
    assert not np.allclose(one, other)


def test_random_features_tell_digits_from_damaged_digits(digits):
    images, _ = digits
    order = np.random.default_rng(0).permutation(len(images))
    a, b = images[order[:600]], images[order[600:1200]]
    which = ["frechet", "kid", "precision"]
    good = compute(a, b, features=RandomFeatures(), which=which, repeats=5)
    bad = compute(a, b[:, :, ::-1], features=RandomFeatures(), which=which, repeats=5)
    for key in which:
        assert abs(good[key]["value"] - good[key]["floor"]) < 5 * good[key]["floor_sd"], key
        assert abs(bad[key]["value"] - bad[key]["floor"]) > 10 * bad[key]["floor_sd"], key


def test_a_plugged_in_function(plugin):
    name = plugin("my_means", "def means(x):\n    return x.mean(axis=(2, 3))\n")
    found = load_plugin(f"{name}:means")
    x = noise(5, 3)
    assert found.name == "my_means:means"
    assert found(x) == pytest.approx(x.mean(axis=(2, 3)))
    assert not found.inception


def test_a_plugged_in_network(plugin):
    name = plugin("my_net", """
import torch
class Net(torch.nn.Module):
    name = "my network"
    published_inception = True
    def __init__(self):
        super().__init__()
        self.drop = torch.nn.Dropout(0.5)
    def forward(self, x):
        return self.drop(x).flatten(1)
net = Net()
""")
    x = noise(300)
    for spec in (f"{name}:Net", f"{name}:net"):
        found = load_plugin(spec)
        assert (found.name, found.inception) == ("my network", True)
        assert found(x) == pytest.approx(x.reshape(300, -1))  # dropout is off


def test_plugins_at_fault(plugin):
    name = plugin("my_faults", """
flat = 3
def wrong_shape(x): return x
def crash(x): raise RuntimeError("out of luck")
""")
    for spec, message in [("no_such_module:f", "cannot be loaded"),
                          (f"{name}:nothing", "cannot be loaded"),
                          (f"{name}:flat", "cannot be called")]:
        with pytest.raises(MetricsError, match=message):
            load_plugin(spec)
    for spec, message in [(f"{name}:wrong_shape", r"have shape \(2, 1, 8, 8\)"),
                          (f"{name}:crash", "out of luck")]:
        with pytest.raises(MetricsError, match=message):
            load_plugin(spec)(noise(2))


def test_extractors_by_name():
    x = noise(30)
    assert extractor("random", x).name == "random features"
    assert extractor("pixels", x).name == "pixels"
    for spec, labels, message in [
        ("inception", None, "There are no features 'inception'"),
        ("classifier", None, "need labels"),
        ("classifier", [1] * 30, "2 labels"),
        ("classifier", [1] * 29, "29 labels for 30 images"),
    ]:
        with pytest.raises(MetricsError, match=message):
            extractor(spec, x, labels)


@pytest.mark.parametrize("images", [np.zeros((3, 8, 8)), np.zeros((0, 1, 8, 8)),
                                    np.full((2, 1, 8, 8), np.nan)])
def test_images_at_fault(images):
    for features in (Pixels(), RandomFeatures()):
        with pytest.raises(MetricsError):
            features(images)
