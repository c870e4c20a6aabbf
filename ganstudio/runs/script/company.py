"""Layers of a script's discriminator that look at a whole batch, and its features."""

from __future__ import annotations

from typing import Any

from ganstudio.runs.script.plan import Plan
from ganstudio.runs.script.text import block

STDDEV = '''
    class MinibatchStddev(nn.Module):
        """Appends the spread within groups of samples, for all to see (Karras et al. 2017)."""

        def __init__(self, group):
            super().__init__()
            self.group = group

        def forward(self, x):
            n = len(x)
            size = next((g for g in range(self.group, 1, -1) if n % g == 0), n)
            groups = x.reshape(size, n // size, -1)
            variance = (groups - groups.mean(0)).square().mean(0)
            spread = torch.sqrt(variance + 1e-8).mean(1).repeat(size)
            spread = spread.view(n, *(1,) * (x.dim() - 1)).expand(n, 1, *x.shape[2:])
            return torch.cat([x, spread], dim=1)
    '''
DISCRIMINATION = '''
    class MinibatchDiscrimination(nn.Module):
        """Appends how close each sample is to the rest of its batch (Salimans et al. 2016)."""

        def __init__(self, features, kernels, size):
            super().__init__()
            self.kernels, self.size = kernels, size
            self.projection = nn.Parameter(torch.zeros(features, kernels * size))

        def forward(self, x):
            seen = (x @ self.projection).view(-1, self.kernels, self.size)
            distance = (seen.unsqueeze(0) - seen.unsqueeze(1)).abs().sum(-1)
            closeness = torch.exp(-distance).sum(1) - 1.0  # exp(0) is the sample itself
            return torch.cat([x, closeness], dim=1)
    '''


def company_class(plan: Plan) -> list[str]:
    """The layer's definition, if there is one."""
    return {"stddev": [STDDEV], "discrimination": [DISCRIMINATION]}.get(
        plan.recipe.minibatch.layer, [])


def company_layer(plan: Plan, features: int) -> list[str]:
    """The module behind ``features`` numbers, if there is one."""
    part: Any = plan.recipe.minibatch
    if part.layer == "stddev":
        return [f"MinibatchStddev({part.group})"]
    if part.layer == "discrimination":
        return [f"MinibatchDiscrimination({features}, {part.kernels}, {part.size})"]
    return []


def company_weights(plan: Plan) -> str:
    """Its first weights, drawn after all others."""
    if plan.recipe.minibatch.layer != "discrimination":
        return ""
    return "discriminator[-3].projection.detach().normal_(0.0, 0.05, generator=d_rng)"


def read_text(plan: Plan) -> str:
    """``read``: D's logits and its last hidden layer, for feature matching."""
    if not plan.ever("loss.feature_matching"):
        return ""
    # The linear map and the flattening stand behind the last hidden layer, and what sees the batch.
    layer = plan.recipe.minibatch.layer
    map_ = layer == "stddev" and plan.recipe.discriminator.kind == "dcgan"
    head = 2 + (layer != "none") + 2 * map_
    return block(f'''
        def read(x):
            """D's logits, and the last hidden layer that they are made of."""
            features = discriminator[:-{head}](x)
            return discriminator[-{head}:](features), features
        ''')
