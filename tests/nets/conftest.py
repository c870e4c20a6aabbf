import pytest
import torch

from ganstudio.nets.build import build_discriminator, build_generator
from ganstudio.recipe.networks import Dcgan, Mlp


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def make_g(part, shape, latent=3, seed=0, dtype=torch.float32):
    return build_generator(part, latent, shape, seed_rng=seeded(seed), dtype=dtype)


def make_d(part, shape, seed=0, dtype=torch.float32):
    return build_discriminator(part, shape, seed_rng=seeded(seed), dtype=dtype)


ACTIVATIONS = ["relu", "leaky_relu", "tanh", "silu", "maxout"]
NORMS = ["none", "batch", "layer", "spectral"]
INITS = ["default", "normal", "xavier", "kaiming", "orthogonal"]

# One of everything, small: (part, sample shape).
ZOO = [
    *((Mlp(depth=2, width=6, activation=a), (2,)) for a in ACTIVATIONS),
    *((Mlp(depth=2, width=6, norm=n), (2,)) for n in NORMS[1:]),
    (Mlp(depth=0), (2,)),
    (Mlp(depth=1, width=6, dropout=0.3), (1,)),
    (Mlp(depth=2, width=6), (3, 8, 8)),
    *((Dcgan(width=4, norm=n), (1, 12, 12)) for n in NORMS),
    (Dcgan(width=4, norm="none", activation="silu", dropout=0.2), (3, 8, 8)),
    (Dcgan(width=4, norm="layer", activation="leaky_relu"), (1, 28, 28)),
]
ZOO_IDS = [f"{p.kind}-{'x'.join(map(str, s))}-{p.activation}-{p.norm}-{p.dropout}" for p, s in ZOO]
