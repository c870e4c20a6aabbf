import pytest
import torch
from torch import nn

from ganstudio.recipe.networks import Dcgan, Mlp

from .conftest import make_d, make_g


def test_batch_norm_standardises_in_training_and_remembers():
    G = make_g(Mlp(depth=1, width=5, norm="batch"), (2,), dtype=torch.float64)
    seen = []
    G.norms[0].register_forward_hook(lambda _m, _i, out: seen.append(out.clone()))
    z = torch.randn(64, 3, dtype=torch.float64) * 4 + 2
    G(z)
    assert torch.allclose(seen[0].mean(0), torch.zeros(5, dtype=torch.float64), atol=1e-12)
    assert torch.allclose(seen[0].var(0, correction=0), torch.ones(5, dtype=torch.float64),
                          atol=1e-3)
    pre = z @ G.weight_0.T
    assert torch.allclose(G.norms[0].running_mean, 0.1 * pre.mean(0))
    assert torch.allclose(G.norms[0].running_var, 0.9 + 0.1 * pre.var(0))
    assert int(G.norms[0].num_batches_tracked) == 1


def test_batch_norm_in_evaluation_uses_what_it_remembers():
    G = make_g(Mlp(depth=1, width=5, norm="batch"), (2,), dtype=torch.float64)
    for _ in range(200):
        G(torch.randn(64, 3, dtype=torch.float64))
    G.eval()
    norm = G.norms[0]
    z = torch.randn(3, 3, dtype=torch.float64)
    hidden = (z @ G.weight_0.T - norm.running_mean) / torch.sqrt(norm.running_var + norm.eps)
    hidden = (hidden * norm.weight + norm.bias).relu()
    assert torch.allclose(G(z), hidden @ G.weight_1.T + G.bias_1)


def test_norms_stand_only_where_they_belong():
    for norm, cls in (("batch", nn.BatchNorm1d), ("layer", nn.LayerNorm)):
        D = make_d(Mlp(depth=3, width=5, norm=norm), (2,))
        assert len(D.norms) == 3 and all(isinstance(m, cls) for m in D.norms)
        assert D.norms[-1].weight.shape == (5,)  # hidden, not the logit
    assert make_d(Mlp(depth=0, norm="batch"), (2,)).norms is None
    D = make_d(Dcgan(width=4, norm="layer"), (1, 16, 16))
    assert [type(after.norm) for after in D.after] == [type(None), nn.GroupNorm]
    assert D.after[1].norm.num_groups == 1


def test_layer_norm_standardises_each_sample():
    D = make_d(Dcgan(width=4, norm="layer", init="kaiming"), (1, 16, 16), dtype=torch.float64)
    seen = []
    D.after[1].norm.register_forward_hook(lambda _m, _i, out: seen.append(out.clone()))
    D(torch.rand(3, 1, 16, 16, dtype=torch.float64))
    flat = seen[0].flatten(1)
    assert torch.allclose(flat.mean(1), torch.zeros(3, dtype=torch.float64), atol=1e-12)
    assert flat.var(1, correction=0).tolist() == pytest.approx([1.0] * 3, abs=0.01)


def test_bias_goes_where_batch_norm_would_cancel_it():
    G = make_g(Mlp(depth=2, width=4, norm="batch"), (2,))
    assert G.bias_0 is None and G.bias_1 is None and G.bias_2 is not None
    assert "bias_0" not in dict(G.named_parameters())
