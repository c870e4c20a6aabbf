"""A discriminator of packs: what is side by side, and what single samples are told."""

import pytest
import torch

from ganstudio.nets.build import build_discriminator
from ganstudio.recipe.networks import Dcgan, Mlp
from ganstudio.recipe.stabilisers import Minibatch

from .conftest import seeded

F64 = torch.float64
CASES = [(Mlp(depth=1, width=6), (2,)), (Mlp(depth=1, width=6), (1, 8, 8)),
         (Dcgan(width=4, norm="none"), (3, 8, 8))]


def packed(part, shape, m, company=None):
    return build_discriminator(part, shape, seed_rng=seeded(), dtype=F64,
                               minibatch=Minibatch(pack=m), company=company)


@pytest.mark.parametrize(("part", "shape"), CASES)
@pytest.mark.parametrize("m", [2, 4])
def test_a_logit_is_of_the_samples_of_its_pack_alone(part, shape, m):
    d = packed(part, shape, m)
    x = torch.randn(8, *shape, dtype=F64, generator=seeded(1)).requires_grad_()
    logits = d(x)
    assert logits.shape == (8 // m,)
    for i, logit in enumerate(logits):
        slope, = torch.autograd.grad(logit, x, retain_graph=True)
        felt = slope.flatten(1).abs().sum(1) > 0
        assert felt.tolist() == [i * m <= j < (i + 1) * m for j in range(8)]
    assert torch.equal(d(d.packed(x)), logits)
    features = d.features(x)
    assert torch.equal(d.head(features), logits) and torch.equal(d.read(x)[0], logits)


@pytest.mark.parametrize(("part", "shape"), CASES)
def test_the_slots_of_a_pack_hold_whole_samples(part, shape):
    d = packed(part, shape, 2)
    x = torch.randn(4, *shape, dtype=F64)
    side = d.packed(x)
    assert torch.equal(side[0, :shape[0]], x[0]) and torch.equal(side[0, shape[0]:], x[1])
    with pytest.raises(ValueError, match="cannot be split"):
        d.packed(x[:3])


def test_a_lone_sample_is_judged_beside_its_company():
    company = torch.randn(4 * 2, 2, dtype=F64, generator=seeded(2))
    d = packed(Mlp(depth=1, width=6), (2,), 3, company)
    x = torch.randn(5, 2, dtype=F64, generator=seeded(3))
    d.eval()
    alone = d(x)
    d.train()
    for i in range(5):
        packs = torch.cat([torch.cat((x[i:i + 1], company[2 * k:2 * k + 2])) for k in range(4)])
        assert torch.allclose(alone[i], d(packs).mean())
