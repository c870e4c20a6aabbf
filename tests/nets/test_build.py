import copy
import subprocess
import sys

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from ganstudio.nets.build import build_discriminator, build_generator
from ganstudio.nets.sizes import ALLOWED_IMAGE_SIZES, check_dcgan_shape, halvings
from ganstudio.recipe.networks import Dcgan, Mlp

from .conftest import INITS, ZOO, ZOO_IDS, make_d, make_g, seeded


@pytest.mark.parametrize(("part", "shape"), ZOO, ids=ZOO_IDS)
def test_shapes_and_ranges(part, shape):
    G, D = make_g(part, shape), make_d(part, shape)
    x = G(torch.randn(5, 3))
    assert x.shape == (5, *shape)
    if len(shape) == 3:
        assert x.abs().max() <= 1
    assert D(x).shape == (5,)
    features = D.features(x)
    assert features.dim() == 2 and features.shape[0] == 5


@pytest.mark.parametrize("channels", [1, 3])
def test_dcgan_makes_every_allowed_size(channels):
    part = Dcgan(width=4, norm="none")
    for size in ALLOWED_IMAGE_SIZES:
        x = make_g(part, (channels, size, size))(torch.randn(2, 3))
        assert x.shape == (2, channels, size, size)
        assert make_d(part, (channels, size, size))(x).shape == (2,)


def test_allowed_sizes_and_stairs():
    assert tuple(range(8, 129, 4)) == ALLOWED_IMAGE_SIZES
    assert halvings(32) == [32, 16, 8, 4]
    assert halvings(28) == [28, 14, 7]
    assert all(4 <= halvings(size)[-1] <= 7 for size in ALLOWED_IMAGE_SIZES)


def test_at_32_pixels_it_is_the_standard_dcgan():
    G, D = make_g(Dcgan(width=64), (3, 32, 32), latent=100), make_d(Dcgan(width=64), (3, 32, 32))
    assert G.project.weight.shape == (256 * 4 * 4, 100)
    assert [tuple(up.weight.shape) for up in G.up] == [
        (256, 128, 4, 4), (128, 64, 4, 4), (64, 3, 4, 4)]
    assert [tuple(down.weight.shape) for down in D.down] == [
        (64, 3, 4, 4), (128, 64, 4, 4), (256, 128, 4, 4)]
    assert D.logit.weight.shape == (1, 256 * 4 * 4)
    # Batch norm everywhere but on G's output and D's first layer; no bias in front of it.
    assert [after.norm is not None for after in G.after] == [True] * 3
    assert [after.norm is not None for after in D.after] == [False, True, True]
    assert G.project.bias is None and G.up[0].bias is None and G.up[-1].bias is not None
    assert D.down[0].bias is not None and D.down[1].bias is None


def test_channels_stop_at_eight_times_the_width():
    D = make_d(Dcgan(width=4), (1, 128, 128))
    assert [down.weight.shape[0] for down in D.down] == [4, 8, 16, 32, 32]


# Every network with one way of drawing, and every way with a network of each kind.
DRAWN = [*((part, shape, "normal") for part, shape in ZOO),
         *((part, shape, init) for init in INITS for part, shape in
           ((Mlp(depth=1, width=5, norm="batch"), (2,)), (Dcgan(width=4), (1, 8, 8))))]


@pytest.mark.parametrize(("part", "shape", "init"), DRAWN)
def test_weights_come_from_the_given_generator_alone(part, shape, init):
    part = part.model_copy(update={"init": init})
    outside = torch.get_rng_state()
    for make in (make_g, make_d):
        torch.manual_seed(1)
        first = make(part, shape, seed=7).state_dict()
        torch.manual_seed(2)
        again = make(part, shape, seed=7).state_dict()
        other = make(part, shape, seed=8).state_dict()
        assert all(torch.equal(first[k], again[k]) for k in first)
        assert not all(torch.equal(first[k], other[k]) for k in first)
    torch.set_rng_state(outside)
    make_g(part, shape)
    assert torch.equal(torch.get_rng_state(), outside)


@pytest.mark.parametrize(("part", "shape"), ZOO, ids=ZOO_IDS)
def test_state_round_trip_is_exact(part, shape):
    z, x = torch.randn(4, 3), torch.rand(4, *shape)
    for make, at in ((make_g, z), (make_d, x)):
        net, other = make(part, shape, seed=1), make(part, shape, seed=2)
        for _ in range(3):
            net(at)  # moves running statistics and spectral vectors
        other.load_state_dict(net.state_dict())
        assert torch.equal(net.eval()(at), other.eval()(at))
        net.train().use_dropout_rng(seeded(5))
        other.train().use_dropout_rng(seeded(5))
        assert torch.equal(net(at), other(at))
        assert all(torch.equal(a, b) for a, b in
                   zip(net.state_dict().values(), other.state_dict().values(), strict=True))


@pytest.mark.parametrize(("part", "shape"), ZOO, ids=ZOO_IDS)
def test_flags_tell_the_truth(part, shape):
    D = make_d(part, shape)
    D.use_dropout_rng(seeded())
    x = torch.rand(4, *shape)
    with torch.no_grad():
        for p in D.parameters():  # away from where spectral norm's iteration has converged
            p.add_(torch.randn(p.shape, generator=seeded(1)))
    before = copy.deepcopy(D.state_dict())
    D(x)
    moved = any(not torch.equal(before[k], v) for k, v in D.state_dict().items())
    assert D.stateful_forward == moved
    assert D.has_dropout == (not torch.equal(D(x), D(x)) and part.dropout > 0)
    if not D.has_dropout and part.norm != "spectral":
        alone = D(torch.cat([x[:1], torch.rand_like(x)]))[0]
        assert D.uses_batch_statistics == (not torch.allclose(alone, D(x)[0], atol=1e-6))


@pytest.mark.parametrize(("part", "shape"), ZOO, ids=ZOO_IDS)
def test_evaluation_is_per_sample_and_moves_nothing(part, shape):
    D = make_d(part, shape, dtype=torch.float64)
    x = torch.rand(6, *shape, dtype=torch.float64)
    D(x)
    D.eval()
    before = copy.deepcopy(D.state_dict())
    together = D(x)
    apart = torch.cat([D(x[i:i + 1]) for i in range(6)])
    assert torch.allclose(together, apart, atol=1e-10)
    assert all(torch.equal(before[k], v) for k, v in D.state_dict().items())


@pytest.mark.parametrize(("part", "shape"), ZOO, ids=ZOO_IDS)
def test_logit_is_a_linear_map_of_the_features(part, shape):
    D = make_d(part, shape, dtype=torch.float64).eval()
    x = torch.rand(40, *shape, dtype=torch.float64) * 2 - 1
    features = torch.cat([D.features(x), torch.ones(40, 1, dtype=torch.float64)], 1)
    basis = features[:, features.std(0) > 0] if features.shape[1] > 40 else features
    fit = torch.linalg.lstsq(basis, D(x).unsqueeze(1), driver="gelsd").solution
    assert torch.allclose((basis @ fit).squeeze(1), D(x), atol=1e-8)


def test_normal_generators_take_either_precision():
    for dtype in (torch.float32, torch.float64):
        for part, shape in ZOO:
            G = make_g(part, shape, dtype=dtype)
            assert G(torch.randn(4, 3, dtype=dtype)).dtype == dtype


def test_discriminator_takes_channels_last_images():
    D = make_d(Dcgan(width=4, norm="none"), (3, 12, 12), dtype=torch.float64)
    x = torch.rand(4, 3, 12, 12, dtype=torch.float64)
    expected = D(x)
    D = D.to(memory_format=torch.channels_last)
    assert torch.allclose(D(x.to(memory_format=torch.channels_last)), expected, atol=1e-12)


@pytest.mark.parametrize(("shape", "word"), [
    ((1, 30, 30), "multiples of 4"), ((3, 132, 132), "multiples of 4"), ((1, 32, 28), "32×28"),
    ((2,), "use an MLP"), ((1, 4, 4), "multiples of 4"), ((8, 8), "shape"), ((0, 8, 8), "shape"),
])
def test_dcgan_says_what_it_cannot_make(shape, word):
    for build in (lambda: build_generator(Dcgan(), 2, shape, seed_rng=seeded()),
                  lambda: build_discriminator(Dcgan(), shape, seed_rng=seeded())):
        with pytest.raises(ValueError, match=word):
            build()


def test_other_refusals():
    with pytest.raises(ValueError, match="latent dimension"):
        build_generator(Mlp(), 0, (2,), seed_rng=seeded())
    with pytest.raises(ValueError, match="shape"):
        build_discriminator(Mlp(), (2, 2), seed_rng=seeded())
    with pytest.raises(ValueError, match="channels"):
        check_dcgan_shape((8, 8))


def test_sizes_can_be_read_without_torch():
    code = "import sys, ganstudio.nets.sizes; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_building_never_imports_the_compiler():
    code = ("import sys, torch, ganstudio.nets.build, ganstudio.nets.average, "
            "ganstudio.nets.latent, ganstudio.game.losses, ganstudio.game.penalties\n"
            "sys.exit('torch._dynamo' in sys.modules)")
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@settings(max_examples=25, deadline=None)
@given(depth=st.integers(0, 4), width=st.integers(1, 9), d=st.integers(1, 4),
       slope=st.floats(0, 1), seed=st.integers(0, 1000))
def test_plain_mlp_is_the_stack_of_layers_it_stands_for(depth, width, d, slope, seed):
    part = Mlp(depth=depth, width=width, activation="leaky_relu", slope=slope)
    D = make_d(part, (d,), seed=seed, dtype=torch.float64)
    layers = []
    for i in range(depth + 1):
        weight = getattr(D, f"weight_{i}")
        layer = nn.Linear(weight.shape[1], weight.shape[0], dtype=torch.float64)
        layer.weight.data.copy_(weight)
        layer.bias.data.copy_(getattr(D, f"bias_{i}"))
        layers += [layer, nn.LeakyReLU(slope)]
    plain = nn.Sequential(*layers[:-1])
    x = torch.randn(7, d, dtype=torch.float64)
    assert torch.equal(D(x), plain(x).squeeze(1))
    ours = torch.autograd.grad(D(x).square().sum(), list(D.parameters()))
    theirs = torch.autograd.grad(plain(x).square().sum(), list(plain.parameters()))
    assert all(torch.allclose(a, b, atol=1e-12) for a, b in zip(ours, theirs, strict=True))


@pytest.mark.parametrize("depth", [0, 2])
def test_points_come_through_tanh_where_the_part_says_so(depth):
    """The same weights with and without it, and the slopes by finite differences."""
    plain = make_g(Mlp(depth=depth, width=6), (2,), dtype=torch.float64)
    bounded = make_g(Mlp(depth=depth, width=6, out="tanh"), (2,), dtype=torch.float64)
    z = torch.randn(50, 3, dtype=torch.float64) * 3
    assert torch.equal(bounded(z), torch.tanh(plain(z))) and bounded(z).abs().max() <= 1
    assert torch.autograd.gradcheck(bounded, (z[:4].requires_grad_(),))
    assert torch.equal(make_g(Mlp(depth=depth, width=6, out="tanh"), (1, 8, 8))(z.float()),
                       make_g(Mlp(depth=depth, width=6), (1, 8, 8))(z.float()))


def test_parameters_can_be_swapped_functionally():
    D = make_d(Mlp(depth=2, width=5), (2,))
    x = torch.randn(6, 2)
    doubled = {name: 2 * p for name, p in D.named_parameters()}
    expected = copy.deepcopy(D)
    expected.load_state_dict(doubled)
    assert torch.equal(torch.func.functional_call(D, doubled, (x,)), expected(x))


def test_a_copy_is_independent():
    D = make_d(Mlp(depth=1, width=5), (2,))
    twin = copy.deepcopy(D)
    x = torch.randn(6, 2)
    with torch.no_grad():
        for p in twin.parameters():
            p.add_(1.0)
    assert not torch.allclose(D(x), twin(x))
