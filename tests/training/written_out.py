"""The game of two very small networks written out by hand, with every entry of its Jacobian."""

import torch
from torch.nn.functional import leaky_relu, softplus

SMALL = {
    "data": {"kind": "ring", "points": 100}, "latent": {"dim": 2}, "batch": 8,
    "generator": {"kind": "mlp", "depth": 1, "width": 3, "activation": "tanh"},
    "discriminator": {"kind": "mlp", "depth": 1, "width": 3, "activation": "leaky_relu"},
}


def written_out(made, real, z):
    """The two losses as functions of one flat vector, with no code of ours in them."""
    shapes = [p.shape for p in [*made.players.weights_g, *made.players.weights_d]]
    n_g = sum(p.numel() for p in made.players.weights_g)

    def parts(w):
        return [t.reshape(s) for t, s in zip(torch.split(w, [s.numel() for s in shapes]), shapes,
                                             strict=True)]

    def logits(w):
        w0, b0, w1, b1, u0, c0, u1, c1 = parts(w)
        fake = torch.tanh(z @ w0.T + b0) @ w1.T + b1

        def judge(x):
            return (leaky_relu(x @ u0.T + c0, 0.2) @ u1.T + c1)[:, 0]
        return judge(real), judge(fake)

    def loss_d(w):
        r, q = logits(w)
        return (softplus(-r) + softplus(q)).mean()

    def loss_g(w):
        return softplus(-logits(w)[1]).mean()

    return loss_g, loss_d, n_g


def dense(made, real, z):
    """(w, v, J, slopes) with every entry of J by a backward of its own."""
    loss_g, loss_d, n_g = written_out(made, real, z)
    w = torch.cat([p.detach().reshape(-1) for p in
                   [*made.players.weights_g, *made.players.weights_d]]).requires_grad_()
    of_g, = torch.autograd.grad(loss_g(w), w, create_graph=True)
    of_d, = torch.autograd.grad(loss_d(w), w, create_graph=True)
    v = -torch.cat([of_g[:n_g], of_d[n_g:]])
    jacobian = torch.stack([torch.autograd.grad(x, w, retain_graph=True)[0] for x in v])
    return w.detach(), v.detach(), jacobian, of_g.detach(), of_d.detach(), n_g
