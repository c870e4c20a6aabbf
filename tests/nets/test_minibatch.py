import pytest
import torch

from ganstudio.nets.minibatch import MinibatchDiscrimination, MinibatchStddev

from .conftest import seeded


def test_closeness_is_the_papers_formula():
    layer = MinibatchDiscrimination(5, 3, 2, seeded(), std=0.5, dtype=torch.float64)
    f = torch.randn(6, 5, generator=seeded(1), dtype=torch.float64)
    m = (f @ layer.projection).reshape(6, 3, 2)
    expected = torch.zeros(6, 3, dtype=torch.float64)
    for i in range(6):
        for j in range(6):
            if i != j:
                expected[i] += torch.exp(-(m[i] - m[j]).abs().sum(1))
    assert torch.allclose(layer.closeness(f), expected)
    assert torch.equal(layer(f)[:, :5], f)
    assert layer(f).shape == (6, 8)


def test_a_collapsed_batch_is_as_close_as_can_be_and_a_lone_sample_has_no_company():
    layer = MinibatchDiscrimination(5, 3, 2, seeded())
    assert torch.allclose(layer.closeness(torch.ones(7, 5)), torch.full((7, 3), 6.0))
    assert torch.equal(layer.closeness(torch.randn(1, 5)), torch.zeros(1, 3))


def test_closeness_gradients():
    layer = MinibatchDiscrimination(3, 2, 2, seeded(), std=0.5, dtype=torch.float64)
    f = torch.randn(3, 3, generator=seeded(1), dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(layer, (f,))
    assert torch.autograd.gradgradcheck(layer, (f,))


@pytest.mark.parametrize("shape", [(8, 3), (8, 3, 4, 4)])
def test_stddev_of_groups_of_four(shape):
    x = torch.randn(shape, generator=seeded(), dtype=torch.float64)
    y = MinibatchStddev()(x)
    assert y.shape == (8, 4, *shape[2:])
    assert torch.equal(y[:, :3], x)
    for start in range(2):  # members of a group stand two apart
        group = x[start::2]
        spread = torch.sqrt(group.var(0, correction=0) + 1e-8).mean()
        assert torch.allclose(y[start::2, 3], spread.expand_as(y[start::2, 3]))


@pytest.mark.parametrize(("n", "size"), [(4, 4), (6, 3), (10, 2), (7, 7), (1, 1)])
def test_group_sizes_that_fit(n, size):
    x = torch.randn(n, 2, generator=seeded(), dtype=torch.float64)
    y = MinibatchStddev()(x)
    first = x[:: n // size]
    assert y[0, 2].item() == pytest.approx(
        torch.sqrt(first.var(0, correction=0) + 1e-8).mean().item())


def test_stddev_gradients_and_a_collapsed_batch():
    layer = MinibatchStddev()
    x = torch.randn(4, 2, 2, 2, generator=seeded(), dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(layer, (x,))
    assert torch.autograd.gradgradcheck(layer, (x,))
    same = torch.ones(4, 3, requires_grad=True)
    layer(same).sum().backward()
    assert torch.isfinite(same.grad).all()
    assert torch.allclose(layer(same)[:, 3], torch.full((4,), 1e-4))


def test_a_group_of_one_is_refused():
    with pytest.raises(ValueError, match="at least 2"):
        MinibatchStddev(1)


@pytest.mark.parametrize("layer", [MinibatchStddev(), MinibatchDiscrimination(3, 2, 2, seeded())])
def test_at_test_time_a_sample_does_not_see_its_batch(layer):
    for seed in range(60):
        said = layer(torch.randn(8, 3, generator=seeded(seed)))[:, 3:]
    layer.eval()
    one, other = (layer(torch.randn(5, 3, generator=seeded(s)))[:, 3:] for s in (98, 99))
    assert torch.equal(one, other) and torch.equal(one[0], one[4])
    assert torch.allclose(one[0], said.mean(0), rtol=0.6, atol=0.1)
    layer.train()
