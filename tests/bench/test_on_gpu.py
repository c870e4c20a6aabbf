"""The bench on a GPU, played by the CPU: graphs, eager and plain in one interleaved run."""

import pytest
import torch

from ganstudio.bench import on_gpu
from ganstudio.bench.headless import made_up_images
from ganstudio.bench.recipes import dcgan_recipe, points_recipe, tiny_recipe
from ganstudio.data.catalogue import load_dataset


def test_every_run_is_timed_in_each_way(monkeypatch, capsys):
    monkeypatch.setattr(on_gpu, "CHUNK", 2)
    monkeypatch.setattr(on_gpu, "WARM", 2)
    recipe = tiny_recipe()
    device = torch.device("cpu")
    figures = on_gpu._compared("mlp", "MLP", on_gpu._placed(recipe, device),
                               load_dataset(recipe.data, 0), 2, 0.01, device)
    assert [f.key for f in figures] == [
        "gpu_mlp_ours_plain", "gpu_mlp_ours_eager", "gpu_mlp_eager_plain",
        "gpu_mlp_ours", "gpu_mlp_eager", "gpu_mlp_plain"]
    assert all(f.spread.low > 0 for f in figures)
    named = {f.key: f for f in figures}
    assert "eager tier / plain" in named["gpu_mlp_eager_plain"].title


@pytest.mark.parametrize("images", [False, True])
def test_the_plain_loop_goes_where_its_data_is(images):
    """On the meta device, where nothing can be read, it waits only when its losses are read."""
    recipe = dcgan_recipe() if images else points_recipe(8)
    data = made_up_images(16) if images else load_dataset(recipe.data, 0)
    steps = on_gpu._plain(recipe, data, torch.device("meta"))
    with pytest.raises(NotImplementedError, match="no data"):
        steps(2)
