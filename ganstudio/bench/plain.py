"""The loop that a good engineer writes by hand, as honest and as plain as we can make it.

Data stays in memory and is indexed there, fakes are made once a round and used by both players,
D's step detaches them, gradients are set to None, losses are read every step as any script that
prints them does. Everything is torch's own: ``nn.Sequential``, ``torch.optim``,
``BCEWithLogitsLoss``.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn


def mlp(inputs: int, outputs: int, activation: Callable[[], nn.Module], width: int = 128,
        depth: int = 3) -> nn.Sequential:
    """``depth`` hidden layers of ``width``."""
    layers: list[nn.Module] = []
    for _ in range(depth):
        layers += [nn.Linear(inputs, width), activation()]
        inputs = width
    return nn.Sequential(*layers, nn.Linear(inputs, outputs))


def dcgan_generator(latent: int = 100, width: int = 64, channels: int = 3) -> nn.Sequential:
    """32 × 32 images, as in the usual tutorial."""
    def up(before: int, after: int) -> list[nn.Module]:
        return [nn.ConvTranspose2d(before, after, 4, 2, 1, bias=False), nn.BatchNorm2d(after),
                nn.ReLU(inplace=True)]
    return nn.Sequential(
        nn.Unflatten(1, (latent, 1, 1)),
        nn.ConvTranspose2d(latent, width * 4, 4, 1, 0, bias=False), nn.BatchNorm2d(width * 4),
        nn.ReLU(inplace=True), *up(width * 4, width * 2), *up(width * 2, width),
        nn.ConvTranspose2d(width, channels, 4, 2, 1), nn.Tanh())


def dcgan_discriminator(width: int = 64, channels: int = 3) -> nn.Sequential:
    """The same stairs downward."""
    def down(before: int, after: int) -> list[nn.Module]:
        return [nn.Conv2d(before, after, 4, 2, 1, bias=False), nn.BatchNorm2d(after),
                nn.LeakyReLU(0.2, inplace=True)]
    return nn.Sequential(
        nn.Conv2d(channels, width, 4, 2, 1), nn.LeakyReLU(0.2, inplace=True),
        *down(width, width * 2), *down(width * 2, width * 4),
        nn.Conv2d(width * 4, 1, 4, 1, 0), nn.Flatten())


def small_game(generator: nn.Module, discriminator: nn.Module, data: Tensor, batch: int,
               lr_d: float, lr_g: float, k_d: int, real_weight: float) -> Callable[[int], None]:
    """A function that takes n rounds of one of the small games each time it is called.

    A round is ``k_d`` steps of D, each on real samples and fakes of its own, and one of G; D's
    term of the real samples is weighted. Noise is uniform on [0, 1]², both rates are those of
    plain gradient descent.
    """
    optimizer_d = torch.optim.SGD(discriminator.parameters(), lr=lr_d)
    optimizer_g = torch.optim.SGD(generator.parameters(), lr=lr_g)
    criterion = nn.BCEWithLogitsLoss()
    ones, zeros = torch.ones(batch, 1), torch.zeros(batch, 1)
    history: list[tuple[float, float]] = []

    def rounds(count: int) -> None:
        history.clear()
        for _ in range(count):
            for _ in range(k_d):
                real = data[torch.randint(0, len(data), (batch,))]
                with torch.no_grad():
                    fake = generator(torch.rand(batch, 2))
                optimizer_d.zero_grad()
                loss_d = (real_weight * criterion(discriminator(real), ones)
                          + criterion(discriminator(fake), zeros))
                loss_d.backward()
                optimizer_d.step()

            optimizer_g.zero_grad()
            loss_g = criterion(discriminator(generator(torch.rand(batch, 2))), ones)
            loss_g.backward()
            optimizer_g.step()
            history.append((loss_d.item(), loss_g.item()))

    return rounds


def plain_loop(generator: nn.Module, discriminator: nn.Module, data: Tensor, latent: int,
               batch: int, lr: float, beta1: float) -> Callable[[int], None]:
    """A function that takes n steps of the plain loop each time it is called.

    ``data`` is float, or uint8 images that become [−1, 1] batch by batch; networks and data are on
    one device. On a GPU losses are read when all n steps are done, since reading one waits for it.
    """
    device = data.device
    optimizer_d = torch.optim.Adam(discriminator.parameters(), lr=lr, betas=(beta1, 0.999))
    optimizer_g = torch.optim.Adam(generator.parameters(), lr=lr, betas=(beta1, 0.999))
    criterion = nn.BCEWithLogitsLoss()
    ones, zeros = torch.ones(batch, 1, device=device), torch.zeros(batch, 1, device=device)
    history: list[tuple[float, float]] = []
    unread: list[Tensor] = []

    def steps(count: int) -> None:
        history.clear()
        for _ in range(count):
            real = data[torch.randint(0, len(data), (batch,), device=device)]
            if real.dtype == torch.uint8:
                real = real.float() / 127.5 - 1
            fake = generator(torch.randn(batch, latent, device=device))

            optimizer_d.zero_grad()
            loss_d = (criterion(discriminator(real), ones)
                      + criterion(discriminator(fake.detach()), zeros))
            loss_d.backward()
            optimizer_d.step()

            optimizer_g.zero_grad()
            loss_g = criterion(discriminator(fake), ones)
            loss_g.backward()
            optimizer_g.step()
            if device.type == "cpu":
                history.append((loss_d.item(), loss_g.item()))
            else:
                unread.extend((loss_d.detach(), loss_g.detach()))
        if unread:
            losses = torch.stack(unread).tolist()
            history.extend(zip(losses[::2], losses[1::2], strict=True))
            unread.clear()

    return steps
