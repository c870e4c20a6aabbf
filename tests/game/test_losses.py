import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ganstudio.game.facts import LOSS_FACTS, at_rest
from ganstudio.game.losses import LOSSES, Loss, least_squares, loss_of
from ganstudio.recipe.game import WEIGHTED
from ganstudio.recipe.game import Loss as Settings

F64 = torch.float64
GRID = torch.linspace(-25, 25, 20_001, dtype=F64)
ALL = sorted(LOSSES)
PLAIN = [kind for kind in ALL if not LOSSES[kind].compares]
PAIRED = "relativistic_paired"
logits = st.lists(st.floats(-30, 30), min_size=1, max_size=6).map(
    lambda values: torch.tensor(values, dtype=F64))

# 1-D Gaussians p, q as (mean, deviation) and what theory says of the game at its best D:
# D's loss, saturating and non-saturating G loss, hinge D loss, least squares (0, 1, 1) D and G
# loss, least squares (-1, 1, 0) criterion. Computed by quadrature in float64.
THEORY = [
    ((0, 1), (0.5, 1), 1.325672, -0.662836, 0.787836, 1.605175, 0.235264, 0.147105, 0.058946),
    ((0, 1), (1, 1), 1.163451, -0.581726, 1.081726, 1.234150, 0.198986, 0.201520, 0.204054),
    ((0, 1), (2, 1), 0.712633, -0.356316, 2.356316, 0.634621, 0.112400, 0.331400, 0.550400),
    ((0, 1), (4, 1), 0.120854, -0.060427, 8.060427, 0.091001, 0.017149, 0.474276, 0.931403),
    ((0, 1), (0, 2), 1.200828, -0.621746, 1.428599, 1.354651, 0.210004, 0.195112, 0.159982),
    ((0, 1), (1, 2), 1.129944, -0.594822, 1.901675, 1.219869, 0.195629, 0.219859, 0.217483),
]


def test_every_loss_has_its_facts():
    assert LOSSES.keys() == LOSS_FACTS.keys()
    assert all(LOSSES[kind].kind == kind for kind in ALL)


@pytest.mark.parametrize("kind", ALL)
def test_equilibrium_is_where_the_facts_say(kind):
    loss, facts = LOSSES[kind], LOSS_FACTS[kind]
    level = 0.5 if facts.output == "score" else 0.0  # least squares' best D at p = q
    at = torch.full((5,), level, dtype=F64)
    assert loss.d(at, at).item() == pytest.approx(facts.loss_d, abs=1e-12)
    if facts.loss_g is not None:
        assert loss.g(at, at).item() == pytest.approx(facts.loss_g, abs=1e-12)
    if facts.d_output is not None:
        assert loss.output(at).tolist() == pytest.approx([facts.d_output] * 5)


def mean_under(values, x, mean, deviation):
    density = torch.exp(-0.5 * ((x - mean) / deviation) ** 2) / deviation / math.sqrt(2 * math.pi)
    return torch.trapezoid(values * density, x).item()


def expected_losses(loss: Loss, p, q, best):
    """E of D's and of G's loss when D answers ``best(x, p, q)`` at every x."""
    logit, rest = best(GRID, p, q), torch.zeros(1, dtype=F64)
    # D's loss is a sum over its two sides; hold one side still and take the other's mean.
    real = torch.vmap(lambda v: loss.d(v, rest))(logit.unsqueeze(1))
    fake = torch.vmap(lambda v: loss.d(rest, v))(logit.unsqueeze(1))
    d = mean_under(real, GRID, *p) + mean_under(fake, GRID, *q) - loss.d(rest, rest).item()
    return d, mean_under(loss.g_each(logit), GRID, *q)


def log_ratio(x, p, q):
    return (-0.5 * ((x - p[0]) / p[1]) ** 2 - math.log(p[1])
            + 0.5 * ((x - q[0]) / q[1]) ** 2 + math.log(q[1]))


@pytest.mark.parametrize("row", THEORY, ids=lambda row: f"{row[0]}-{row[1]}")
def test_losses_at_the_best_discriminator(row):
    p, q, d_loss, saturating, non_saturating, hinge, ls_d, ls_g, ls_c = row

    def share(a, b, c):
        def best(x, p, q):
            s = torch.sigmoid(log_ratio(x, p, q))
            return b * s + a * (1 - s)
        return best

    def sign(x, p, q):
        return torch.sign(log_ratio(x, p, q))

    for kind, best, want_d, want_g in [
        ("minimax", log_ratio, d_loss, saturating),
        ("non_saturating", log_ratio, d_loss, non_saturating),
        ("hinge", sign, hinge, None),
        ("least_squares", share(0, 1, 1), ls_d, ls_g),
    ]:
        got_d, got_g = expected_losses(LOSSES[kind], p, q, best)
        assert got_d == pytest.approx(want_d, abs=2e-6 if kind != "hinge" else 2e-3), kind
        if want_g is not None:
            assert got_g == pytest.approx(want_g, abs=2e-6), kind
    # Mao et al.'s (−1, 1, 0): the criterion adds ½E_p D² to G's loss, and is half of χ².
    each = least_squares(-1, 1, 0).g_each(share(-1, 1, 0)(GRID, p, q))
    assert mean_under(each, GRID, *p) + mean_under(each, GRID, *q) == pytest.approx(
        ls_c, abs=2e-6)


@pytest.mark.parametrize("kind", ALL)
@settings(max_examples=40, deadline=None)
@given(r=logits, q=logits)
def test_gradients_match_finite_differences(kind, r, q):
    loss, step = LOSSES[kind], 1e-5
    r, q = r.clone().requires_grad_(), q.clone().requires_grad_()
    if kind == "hinge" and min((1 - r).abs().min(), (1 + q).abs().min()) < 1e-3:
        return  # at its kink there is no one slope to compare with
    if min((r.abs() - 20).abs().min(), (q.abs() - 20).abs().min()) < 1e-3:
        return  # torch's softplus goes over to a straight line there, with a jump of 2e-9
    if kind == PAIRED:
        r, q = (t[:min(len(r), len(q))].detach().clone().requires_grad_() for t in (r, q))
    if loss.compares and ((r[:, None] - q).abs() > 15).any():
        return  # the same jump, at a difference of logits
    for value, inputs in ((lambda: loss.d(r, q), (r, q)), (lambda: loss.g(q, r), (q, r))):
        grads = [torch.zeros_like(t) if g is None else g for g, t in zip(
            torch.autograd.grad(value(), inputs, allow_unused=True), inputs, strict=True)]
        for tensor, grad in zip(inputs, grads, strict=True):
            for i in range(len(tensor)):
                with torch.no_grad():
                    old = tensor[i].item()
                    tensor[i] = old + step
                    up = value().item()
                    tensor[i] = old - step
                    down = value().item()
                    tensor[i] = old
                assert grad[i].item() == pytest.approx((up - down) / (2 * step),
                                                       rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("kind", PLAIN)
@settings(max_examples=30, deadline=None)
@given(q=logits)
def test_each_averages_to_the_whole(kind, q):
    loss = LOSSES[kind]
    assert torch.equal(loss.pull(q), loss.g_each(q))
    assert loss.g_each(q).shape == q.shape
    assert loss.g_each(q).mean().item() == pytest.approx(loss.g(q).item(), rel=1e-9, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(r=logits, q=logits)
def test_softplus_forms_are_the_cross_entropy(r, q):
    bce = torch.nn.functional.binary_cross_entropy_with_logits
    whole = bce(r, torch.ones_like(r)) + bce(q, torch.zeros_like(q))
    for kind in ("minimax", "non_saturating"):
        assert LOSSES[kind].d(r, q).item() == pytest.approx(whole.item(), rel=1e-7, abs=1e-8)
    assert LOSSES["minimax"].g(q).item() == pytest.approx(
        -bce(q, torch.zeros_like(q)).item(), rel=1e-7, abs=1e-8)
    assert LOSSES["non_saturating"].g(q).item() == pytest.approx(
        bce(q, torch.ones_like(q)).item(), rel=1e-7, abs=1e-8)


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("dtype", [torch.float32, F64])
@pytest.mark.parametrize("size", [1e2, 1e4])
def test_huge_logits_stay_finite(kind, dtype, size):
    loss = LOSSES[kind]
    r = torch.tensor([size, -size, 0.0], dtype=dtype, requires_grad=True)
    q = torch.tensor([-size, size, 0.0], dtype=dtype, requires_grad=True)
    for value in (loss.d(r, q), loss.g(q, r), loss.pull(q, r).sum()):
        assert torch.isfinite(value)
        for grad in torch.autograd.grad(value, (r, q), allow_unused=True, retain_graph=True):
            assert grad is None or torch.isfinite(grad).all()
    assert torch.isfinite(loss.output(q)).all()


def test_a_sure_discriminator_starves_minimax_but_not_its_non_saturating_form():
    slope = {}
    for kind in ("minimax", "non_saturating"):
        q = torch.tensor([-20.0], dtype=F64, requires_grad=True)
        (grad,) = torch.autograd.grad(LOSSES[kind].g(q), q)
        slope[kind] = grad.item()
    assert -1e-8 < slope["minimax"] < 0
    assert slope["non_saturating"] == pytest.approx(-1, abs=1e-8)


@pytest.mark.parametrize("kind", ALL)
def test_signs_positive_is_real(kind):
    loss = LOSSES[kind]
    low, high = torch.tensor([0.2], dtype=F64), torch.tensor([0.8], dtype=F64)
    assert loss.d(high, low) < loss.d(low, high)  # D likes real above fake
    middle = torch.tensor([0.5], dtype=F64)
    assert loss.g(high, middle) < loss.g(low, middle)  # G likes to be called real
    assert loss.output(high) > loss.output(low)


def test_means_are_taken_for_each_side():
    r, q = torch.randn(3, dtype=F64), torch.randn(50, dtype=F64)
    for loss in LOSSES.values():
        if loss.kind == PAIRED:
            continue
        once = loss.d(r, q)
        assert once.dim() == 0
        assert torch.allclose(loss.d(r.repeat(4), q), once)


def test_least_squares_aims_where_it_is_told():
    loss = least_squares(-1.0, 2.0, 0.5)
    at = lambda v: torch.tensor([v], dtype=F64)  # noqa: E731
    assert loss.d(at(2.0), at(-1.0)).item() == 0
    assert loss.g(at(0.5)).item() == 0
    assert loss.d(at(0.0), at(0.0)).item() == pytest.approx(0.5 * 4 + 0.5 * 1)


def labels(value, like):
    return torch.full_like(like, value)


@pytest.mark.parametrize("kind", ALL)
@settings(max_examples=30, deadline=None)
@given(both=st.lists(st.tuples(st.floats(-30, 30), st.floats(-30, 30)), min_size=1, max_size=6))
def test_the_usual_labels_are_the_usual_loss(kind, both):
    r, q = torch.tensor(both, dtype=F64).unbind(1)
    loss = LOSSES[kind]
    assert loss.labelled(r, q, labels(1, r), labels(0, q)).item() == pytest.approx(
        loss.d(r, q).item(), rel=1e-7, abs=1e-8)
    if not loss.compares:  # every label the other way round: the sides change places
        assert loss.labelled(r, q, labels(0, r), labels(1, q)).item() == pytest.approx(
            loss.d(q, r).item(), rel=1e-7, abs=1e-8)


def test_a_label_is_a_mixture_of_the_two():
    r, q = torch.randn(7, dtype=F64), torch.randn(7, dtype=F64)
    for kind in ("minimax", "non_saturating", "relativistic_average", PAIRED):
        loss = LOSSES[kind]
        whole, none = (loss.labelled(r, q, labels(y, r), labels(0, q)) for y in (1.0, 0.0))
        assert torch.allclose(loss.labelled(r, q, labels(0.9, r), labels(0, q)),
                              0.9 * whole + 0.1 * none)
    least = LOSSES["least_squares"]
    assert torch.allclose(least.labelled(r, q, labels(0.9, r), labels(0, q)),
                          0.5 * (r - 0.9).square().mean() + 0.5 * q.square().mean())


def test_relativistic_losses_written_out():
    r, q = torch.randn(5, dtype=F64), torch.randn(5, dtype=F64)
    sp = torch.nn.functional.softplus
    average, paired = LOSSES["relativistic_average"], LOSSES[PAIRED]
    assert torch.allclose(average.d(r, q), sp(-(r - q.mean())).mean() + sp(q - r.mean()).mean())
    assert torch.allclose(average.g(q, r), sp(r - q.mean()).mean() + sp(-(q - r.mean())).mean())
    assert torch.allclose(paired.d(r, q), sp(-(r - q)).mean())
    assert torch.allclose(paired.g(q, r), sp(-(q - r)).mean())


@pytest.mark.parametrize("kind", ["relativistic_average", PAIRED])
def test_pull_is_the_slope_of_the_whole(kind):
    """For the average exactly, for pairs over every way of pairing."""
    r = torch.randn(4, dtype=F64)
    q = torch.randn(4, dtype=F64, requires_grad=True)
    loss = LOSSES[kind]
    if kind == PAIRED:
        whole = torch.stack([loss.g(q, r.roll(k)) for k in range(4)]).mean()
    else:
        whole = loss.g(q, r)
    (slope,), (each,) = (torch.autograd.grad(v, q) for v in (whole, loss.pull(q, r).mean()))
    assert torch.allclose(slope, each)
    assert loss.pull(q, r).shape == q.shape


def test_pairs_are_told_apart_by_the_log_ratio():
    """Two values x with p and q known: the best paired D has D(1) − D(0) = log p/q there."""
    p, q = 0.8, 0.3  # chance of the value 1
    gap = torch.tensor(0.0, dtype=F64, requires_grad=True)
    sp = torch.nn.functional.softplus
    for _ in range(3000):
        loss = p * (1 - q) * sp(-gap) + (1 - p) * q * sp(gap)
        (slope,) = torch.autograd.grad(loss, gap)
        with torch.no_grad():
            gap -= 2 * slope
    assert gap.item() == pytest.approx(math.log(p / q) - math.log((1 - p) / (1 - q)), abs=1e-6)


# ---- the weight of the real term ------------------------------------------------------------


@pytest.mark.parametrize("kind", ALL)
@given(r=logits, q=logits)
@settings(max_examples=15, deadline=None)
def test_a_weight_of_one_is_no_weight(kind, r, q):
    r, q = r[:min(len(r), len(q))], q[:min(len(r), len(q))]
    assert loss_of(Settings(kind=kind)) is LOSSES[kind]
    plain, weighted = LOSSES[kind].d(r, q), loss_of(Settings(kind=kind, real_weight=0.25)).d(r, q)
    if kind not in WEIGHTED:
        assert torch.equal(plain, weighted)
        return
    # The weighted loss is the plain one less three quarters of its real part.
    gone = {"least_squares": (r - 1).square() / 2, "hinge": torch.relu(1 - r)}.get(
        kind, torch.nn.functional.softplus(-r)).mean()
    assert weighted.item() == pytest.approx((plain - 0.75 * gone).item(), abs=1e-9)


@pytest.mark.parametrize(("parts", "d", "loss_d", "loss_g"), [
    ({"real_weight": 0.95}, 0.95 / 1.95, 1.95 * math.log(1.95) - 0.95 * math.log(0.95),
     math.log(1.95 / 0.95)),
    ({"kind": "minimax", "real_weight": 3}, 0.75, 4 * math.log(4) - 3 * math.log(3), -math.log(4)),
    ({"kind": "least_squares", "real_weight": 3}, 0.75, 3 / 8, 1 / 32),
    ({"kind": "non_saturating", "smooth": 0.1}, 0.45, None, -math.log(0.45)),
])
def test_where_a_weighted_game_rests(parts, d, loss_d, loss_g):
    facts = at_rest(Settings(**parts))
    assert facts.d_output == pytest.approx(d) and facts.loss_g == pytest.approx(loss_g)
    assert loss_d is None or facts.loss_d == pytest.approx(loss_d)


@given(kind=st.sampled_from(WEIGHTED), smooth=st.sampled_from([0, 0.2]),
       flip=st.sampled_from([0, 0.1, 0.5]), weight=st.floats(0.1, 5))
@settings(max_examples=40, deadline=None)
def test_the_facts_at_rest_are_the_least_that_d_can_pay(kind, smooth, flip, weight):
    """Against the least of D's expected loss where one answer is given to real and fake alike."""
    part = Settings(kind=kind, smooth=smooth, flip=flip, real_weight=weight)
    loss, facts = loss_of(part), at_rest(part)
    at = torch.linspace(-6, 6, 120_001, dtype=F64)
    true = 1.0 if kind == "hinge" else 1 - smooth

    def pays(label):
        return loss.each(at, torch.full_like(at, label))

    paid = (weight * ((1 - flip) * pays(true) + flip * pays(0.0))
            + (1 - flip) * pays(0.0) + flip * pays(true))
    assert facts.loss_d == pytest.approx(paid.min().item(), abs=1e-6)
    if kind != "hinge":
        best = at[paid.argmin()].reshape(1)
        assert loss.output(best).item() == pytest.approx(facts.d_output, abs=1e-3)
        assert loss.g(best).item() == pytest.approx(facts.loss_g, abs=2e-3)


@pytest.mark.parametrize("kind", ALL)
def test_a_plain_game_rests_where_it_ever_did(kind):
    assert at_rest(Settings(kind=kind)) == LOSS_FACTS[kind]
