"""The part of a script that gives each look at one batch the same random numbers.

A rule that looks at its losses more than once, or at their derivatives, needs them to be one
fixed function while the batch stays.
"""

from __future__ import annotations

from ganstudio.runs.script.names import by_rule, named, say
from ganstudio.runs.script.penalties import DRAWING, used
from ganstudio.runs.script.plan import Plan
from ganstudio.runs.script.schedules import blur_line, blurs, never_clean
from ganstudio.runs.script.text import inside, join

_STREAMS = (("loss.flip", 8, "labels_rng"), ("instance_noise.sigma", 9, "blur_rng"))


def _dropout(plan: Plan) -> bool:
    return plan.recipe.generator.dropout > 0 or plan.recipe.discriminator.dropout > 0


def _draws(plan: Plan) -> list[tuple[int, str]]:
    """The streams that the losses draw from, besides dropout's, each with its number."""
    rows = [(number, name) for path, number, name in _STREAMS if plan.ever(path)]
    return [*rows, *([(10, "penalty_rng")] if set(used(plan)) & set(DRAWING) else [])]


def reseeds(plan: Plan) -> bool:
    """Whether streams begin anew with every look at a batch."""
    return by_rule(plan) and bool(_draws(plan))


def streams_text(plan: Plan) -> str:
    """``stream``, and the streams that every run has."""
    on = plan.device != "cpu"
    device = ", DEVICE" if on else ""
    made = f"torch.Generator({'device' if on else ''})"
    arguments = 'number, device="cpu"' if on else "number"
    purpose = '"""Random numbers for one purpose, independent of the seed\'s other streams."""'
    seed = ("a, b = np.random.SeedSequence([{seed}, number, 0]).generate_state(2, np.uint32)")
    if reseeds(plan):
        text = join("def seed_of(number, seed=SEED):",
                    '    """The seed of one purpose\'s random numbers."""',
                    "    " + seed.format(seed="seed"), "    return (int(a) << 31) ^ int(b)", "\n",
                    f"def stream({arguments}):", f"    {purpose}",
                    f"    return {made}.manual_seed(seed_of(number))")
    else:
        text = join(f"def stream({arguments}):", f"    {purpose}",
                    "    " + seed.format(seed="SEED"),
                    f"    return {made}.manual_seed((int(a) << 31) ^ int(b))")
    rows = [text, "\n", "order_rng = stream(3)", f"noise_rng = stream(4{device})"]
    if _dropout(plan) and by_rule(plan):
        rows += [f"coins_rng = stream(5{device})",
                 f"layers_rng = torch.Generator({device[2:]})  # set anew for each look"]
    elif _dropout(plan):
        rows.append(f"layers_rng = stream(5{device})")
    if reseeds(plan):
        rows.append(f"turns_rng = stream(11{device})")
    return join(*rows)


def draw_line(plan: Plan) -> str:
    """What takes the next batch."""
    if _special(plan):
        return "real, noise = next_batch()"
    return "real, noise = real_batch(BATCH), latents(BATCH)"


def again_line(plan: Plan) -> str:
    """What lets chance begin anew for a look."""
    return "again()" if _dropout(plan) or _draws(plan) else ""


def _special(plan: Plan) -> bool:
    return bool(_dropout(plan) or _draws(plan) or _remembering(plan))


def _remembering(plan: Plan) -> list[tuple[str, str]]:
    """Layers that a pass changes, and how that is switched; D's running averages are never used."""
    g, d = plan.recipe.generator, plan.recipe.discriminator
    rows = []
    if "spectral" in (g.norm, d.norm):
        rows.append(("SpectralNorm", "layer.train(on)"))
    if g.norm == "batch":
        kind = "nn.BatchNorm1d" if g.kind == "mlp" else "nn.BatchNorm2d"
        rows.append((kind, "layer.momentum = 0.1 if on else 0.0"))
    return rows


def turn_text(plan: Plan) -> str:
    """``next_batch``, with what has to be done for it; empty where that is nothing."""
    if not _special(plan):
        return ""
    where = ", device=DEVICE" if plan.device != "cpu" else ""
    number = f"int(torch.randint(2**62, (), generator={{rng}}{where}))"
    names, rows = [], []
    if _dropout(plan):
        names.append("coins")
        rows.append(f"coins = {number.format(rng='coins_rng')}")
    if _draws(plan):
        names.append("chance")
        row = f"chance = {number.format(rng='turns_rng')}"
        now = _when_random(plan)
        rows.append(f"if {now}:\n    {row}" if now else row)
    begun = "chance = 0" if _draws(plan) and _when_random(plan) else ""
    settled = "settle(real, noise)" if _remembering(plan) else ""
    return "\n\n\n".join(filter(None, [
        begun, _again(plan), _settle(plan),
        join('def next_batch():\n    """Fresh samples, and fresh chance for all looks at them."""',
             inside(join(f"global {', '.join(names)}" if names else "",
                         "real, noise = real_batch(BATCH), latents(BATCH)", *rows, settled,
                         "return real, noise")))]))


def _when_random(plan: Plan) -> str:
    """While the script runs: whether its losses draw random numbers now; empty if they always do.
    """
    penalties = [f"penalty.{name}" for name in used(plan) if name in DRAWING]
    if (plan.always("loss.flip") or any(map(plan.always, penalties))
            or (blurs(plan) and never_clean(plan))):
        return ""
    rows = [say(plan, path) for path in ("loss.flip", *penalties) if named(plan, path)]
    return " or ".join([*rows, *(["sigma"] if blurs(plan) else [])])


def _again(plan: Plan) -> str:
    if not again_line(plan):
        return ""
    rows = ["layers_rng.manual_seed(coins)"] if _dropout(plan) else []
    rows += [f"{name}.manual_seed(seed_of({number}, chance))" for number, name in _draws(plan)]
    return join("def again():",
                '    """Chance begins anew: every look at a batch meets the same."""',
                inside("\n".join(rows)))


def _settle(plan: Plan) -> str:
    layers = _remembering(plan)
    if not layers:
        return ""
    switches = "\n".join(f"{'elif' if i else 'if'} isinstance(layer, {kind}):\n    {switch}"
                         for i, (kind, switch) in enumerate(layers))
    spectral_d = plan.recipe.discriminator.norm == "spectral"
    d = join(blur_line(plan, "fake", "real"), "discriminator(real)", "discriminator(fake)")
    return join(
        'def remembering(on):\n    """Whether a pass changes what layers keep of earlier ones."""',
        "    for layer in [*generator.modules(), *discriminator.modules()]:", inside(switches, 2),
        "\n", "remembering(False)  # so that the losses are fixed functions", "\n",
        "@torch.no_grad()\ndef settle(real, noise):\n"
        '    """The one pass with each batch that they keep something of."""',
        inside(join("remembering(True)", again_line(plan),
                    "fake = generator(noise)" if spectral_d else "generator(noise)",
                    d if spectral_d else "", "remembering(False)")))
