import runpy

import pytest
import torch
from safetensors.torch import load_file

from ganstudio.runs.export.write import write_export
from tests import tiny
from tests.runs.export.reading import run_onnx


def dcgan(size, **more):
    part = {"kind": "dcgan", "width": 4}
    return {"data": {"kind": "digits", "size": size}, "latent": {"dim": 3}, "batch": 8,
            "generator": {**part, **more}, "discriminator": part}


GENERATORS = {
    **{f"{norm}-{act}": {"generator": tiny.mlp(norm=norm, activation=act, dropout=0.2)}
       for norm, act in (("none", "relu"), ("batch", "leaky_relu"), ("layer", "maxout"),
                         ("spectral", "silu"), ("batch", "maxout"), ("none", "tanh"))},
    "bounded": {"generator": tiny.mlp(out="tanh")},
    "linear": {"generator": tiny.mlp(depth=0)}, "float64": {"machine": {"precision": "float64"}},
    "average": {"average": {"decay": 0.5}, "generator": tiny.mlp(norm="spectral")},
    "mlp images": tiny.IMAGES, "dcgan 8": dcgan(8), "dcgan 20 spectral": dcgan(20, norm="spectral"),
    "dcgan 28 layer": dcgan(28, norm="layer", activation="silu"),
}


def samples_of(content, latent):
    z = torch.randn(5, latent.dim, generator=torch.manual_seed(3))
    with torch.no_grad():
        return z, content.generator(z.to(next(content.generator.parameters()).dtype)).float()


@pytest.mark.parametrize("name", GENERATORS)
def test_onnx_samples_alike(made, tmp_path, name):
    content, trainer = made(**GENERATORS[name])
    (path,) = write_export("onnx", content, tmp_path / "g.onnx")
    z, want = samples_of(content, trainer.recipe.latent)
    got = run_onnx(path.read_bytes(), z)
    torch.testing.assert_close(got, want, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", GENERATORS)
def test_onnxruntime_agrees(made, tmp_path, name):
    runtime = pytest.importorskip("onnxruntime", reason="onnxruntime is not installed here")
    content, trainer = made(**GENERATORS[name])
    (path,) = write_export("onnx", content, tmp_path / "g.onnx")
    z, want = samples_of(content, trainer.recipe.latent)
    session = runtime.InferenceSession(path.read_bytes())
    assert session.get_modelmeta().custom_metadata_map["step"] == "3"
    (got,) = session.run(None, {"z": z.numpy()})
    torch.testing.assert_close(torch.from_numpy(got), want, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", GENERATORS)
def test_the_weights_load_in_a_few_lines_of_torch(made, tmp_path, name):
    content, trainer = made(**GENERATORS[name])
    weights, loader = write_export("safetensors", content, tmp_path / "my weights.safetensors")
    text = loader.read_text(encoding="utf-8")
    assert "ganstudio" not in text
    if trainer.recipe.generator.activation != "maxout":
        assert len([line for line in text.splitlines() if line]) <= 16
    variables = runpy.run_path(str(loader))
    assert variables["samples"].shape == (16, *trainer.dataset.shape)
    z, want = samples_of(content, trainer.recipe.latent)
    with torch.no_grad():
        torch.testing.assert_close(variables["generator"](z), want, rtol=1e-5, atol=1e-6)
    assert all(t.dtype in (torch.float32, torch.int64) for t in load_file(weights).values())


@pytest.mark.parametrize("kind", ["uniform", "uniform01", "sphere"])
def test_the_example_draws_the_right_noise(made, tmp_path, kind):
    content, _ = made(latent={"kind": kind, "dim": 3})
    _, loader = write_export("safetensors", content, tmp_path / "w.safetensors")
    text = loader.read_text()
    drawn = text[text.index("generator(nn" if kind == "sphere" else "generator(torch"):]
    z = eval(drawn[len("generator("):drawn.index(")  #")], {"torch": torch, "nn": torch.nn})
    assert z.shape == (16, 3)
    if kind == "sphere":
        torch.testing.assert_close(z.norm(dim=1), torch.ones(16))
    else:
        low = -1 if kind == "uniform" else 0
        assert low <= z.min() < low + 0.4 and 0.7 < z.max() <= 1


def test_points_come_out_in_the_units_of_the_file(made, tmp_path):
    (tmp_path / "a.csv").write_text("100,1\n300,1.5\n500,7\n100,3\n")
    content, trainer = made(data={"kind": "points", "path": str(tmp_path / "a.csv")}, batch=4)
    _, loader = write_export("safetensors", content, tmp_path / "w.safetensors")
    made_by = runpy.run_path(str(loader))
    want = torch.tensor(trainer.dataset.offset) + torch.tensor(
        trainer.dataset.scale) * made_by["samples"]
    torch.testing.assert_close(made_by["points"], want.float())
