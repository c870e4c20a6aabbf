"""The parts of a recipe that say how the game is played: losses, moves and optimizers."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ganstudio.recipe.base import Part
from ganstudio.recipe.knob import LIVE, Knob

LossKind = Literal["minimax", "non_saturating", "least_squares", "hinge", "wasserstein",
                   "relativistic_average", "relativistic_paired"]
LABELLED = ("minimax", "non_saturating", "least_squares", "relativistic_average",
            "relativistic_paired")
"""Losses that hold D's output against a label, which can be smoothed."""
WEIGHTED = ("minimax", "non_saturating", "least_squares", "hinge")
"""Losses of which D's has one term for real samples and one for fakes, and can bear them unequal.
A critic whose terms weigh unequally would gain without end by a constant, and the relativistic
losses hold each sample against the other side, so that theirs are no terms of one side alone."""


class Loss(Part):
    """What each player minimises."""

    title: ClassVar[str] = "Loss"
    kind: Annotated[LossKind, Knob(
        "Loss", "Minimax is the game as first stated; its non-saturating form gives the generator "
        "a gradient where D is sure; least squares, hinge and Wasserstein change the divergence; "
        "relativistic D says how much more real a sample is than those of the other side.",
        source="Goodfellow et al. 2014; Mao et al. 2016; Lim & Ye 2017; Arjovsky et al. 2017; "
        "Jolicoeur-Martineau 2018",
        effect=LIVE,
        choices=(("minimax", "Minimax"), ("non_saturating", "Non-saturating"),
                 ("least_squares", "Least squares"), ("hinge", "Hinge"),
                 ("wasserstein", "Wasserstein"),
                 ("relativistic_average", "Relativistic average"),
                 ("relativistic_paired", "Relativistic paired")))] = "non_saturating"
    clip: Annotated[float, Field(ge=0, le=10), Knob(
        "Clip weights", "After each D step every weight of D is clamped to ± this; "
        "0 leaves them free.", source="Arjovsky et al. 2017 (c = 0.01)", step=0.01,
        effect=LIVE)] = 0
    clip_before: Annotated[bool, Knob(
        "Clip before", "On clamps before each D step, so that G meets a D that has just moved "
        "beyond the bound; off clamps after it.",
        source="Arjovsky et al. 2017, their code (on), Alg. 1 (off)", effect=LIVE,
        needs="clip")] = False
    smooth: Annotated[float, Field(ge=0, le=0.5), Knob(
        "Label smoothing", "D is asked for 1 minus this on real samples, and for 0 on fakes as "
        "ever; where real and fake are alike it then rests at half of that.",
        source="Salimans et al. 2016 (0.1)", step=0.05, effect=LIVE,
        applies=("kind", LABELLED))] = 0
    real_weight: Annotated[float, Field(gt=0, le=10), Knob(
        "Weight of real", "D minimises −(w log D(x) + log(1 − D(G(z)))), its best answer being "
        "w p/(w p + q); 1 weighs both sides alike. It is as if so many times as many real samples "
        "had been seen. Label smoothing is something else: there it is D's target that is less "
        "than 1.",
        source="Elkan 2001 (unequal costs); Goodfellow 2016, sec. 4.2 (smoothing)",
        step=0.05, effect=LIVE, applies=("kind", WEIGHTED))] = 1
    flip: Annotated[float, Field(ge=0, le=0.5), Knob(
        "Label flipping", "Share of samples, real and fake, that D is told the wrong side of, "
        "drawn afresh each step.", source="Chintala et al. 2016 (GAN hacks)", step=0.01,
        effect=LIVE)] = 0
    feature_matching: Annotated[float, Field(ge=0, le=1000), Knob(
        "Feature matching", "Weight in G's loss of ‖E f(x) − E f(G(z))‖², f being D's last hidden "
        "layer.", source="Salimans et al. 2016", step=0.1, log=True, effect=LIVE)] = 0
    adversarial: Annotated[float, Field(ge=0, le=100), Knob(
        "Weight of the game", "Weight of G's own loss beside feature matching; 0 leaves feature "
        "matching alone. Without feature matching it is 1.",
        source="Salimans et al. 2016 (0)", step=0.1, effect=LIVE, needs="feature_matching")] = 1
    historical: Annotated[float, Field(ge=0, le=1000), Knob(
        "Historical averaging", "Weight in both players' losses of ‖w − mean of w‖², the mean "
        "taken over all of the player's moves since this was switched on.",
        source="Salimans et al. 2016", step=0.01, log=True, effect=LIVE)] = 0

    @property
    def weight(self) -> float:
        """What D's term of the real samples weighs; 1 where the loss has no such term."""
        return self.real_weight if self.kind in WEIGHTED else 1.0

    @property
    def rest(self) -> float:
        """The mean label where real and fake are alike, which a labelled D then says.

        With real labels of 1 − s, a share φ of labels flipped and weight w it is
        (1 − s)(w(1 − φ) + φ)/(w + 1): ½ for a plain game, (1 − s)/2 with smoothing alone
        (Goodfellow 2016, sec. 4.2), w/(w + 1) with a weight alone.
        """
        true = 1 - self.smooth if self.kind in LABELLED else 1.0
        return true * (self.weight * (1 - self.flip) + self.flip) / (self.weight + 1)


RuleKind = Literal["alternating", "simultaneous", "consensus", "extragradient",
                   "past_extragradient", "ogda", "sga", "competitive", "unrolled", "lookahead",
                   "lola_foerster", "lola_exact"]
PLAIN_RULES = ("alternating", "simultaneous")
"""Rules that need no more than each player's own gradient."""
SGD_RULES = ("competitive", "past_extragradient")
"""Rules that are only defined for plain gradient steps."""


class Update(Part):
    """Who moves when."""

    title: ClassVar[str] = "Moves"
    rule: Annotated[RuleKind, Knob(
        "Rule", "Alternating players see each other's newest move; simultaneous players both "
        "move from the same point. The others add what tames rotation: a pull towards a small "
        "field (consensus), a look ahead (extragradient, look-ahead, LOLA, unrolled), the last "
        "change once more (optimistic), or the players' interaction (SGA, competitive). They take "
        "longer for each step.",
        source="Goodfellow et al. 2014; Mescheder et al. 2017; Korpelevich 1976; Popov 1980; "
        "Daskalakis et al. 2018; Balduzzi et al. 2018; Schäfer & Anandkumar 2019; Metz et al. "
        "2017; Zhang & Lesser 2010; Foerster et al. 2018",
        choices=(("alternating", "Alternating"), ("simultaneous", "Simultaneous"),
                 ("consensus", "Consensus"), ("extragradient", "Extragradient"),
                 ("past_extragradient", "Past extragradient"), ("ogda", "Optimistic (OGDA)"),
                 ("sga", "Symplectic adjustment (SGA)"), ("competitive", "Competitive (CGD)"),
                 ("unrolled", "Unrolled"), ("lookahead", "Look-ahead"),
                 ("lola_foerster", "LOLA (shaping alone)"), ("lola_exact", "LOLA (exact)"),
                 ))] = "alternating"
    first: Annotated[Literal["d", "g"], Knob(
        "First to move", "Whose turn opens a round.",
        choices=(("d", "Discriminator"), ("g", "Generator")),
        applies=("rule", ("alternating",)))] = "d"
    k_d: Annotated[int, Field(ge=1, le=1000), Knob(
        "D steps", "Discriminator steps in each round.", source="Goodfellow et al. 2014, Alg. 1",
        unit="k", effect=LIVE, applies=("rule", ("alternating",)))] = 1
    k_g: Annotated[int, Field(ge=1, le=1000), Knob(
        "G steps", "Generator steps in each round.", unit="k", effect=LIVE,
        applies=("rule", ("alternating",)))] = 1
    boost_k: Annotated[int, Field(ge=0, le=1000), Knob(
        "Boosted D steps", "D steps in a boosted round, to bring a critic near its optimum now and "
        "then; 0 boosts none.", source="Arjovsky et al. 2017, their code (100)", unit="k",
        effect=LIVE, applies=("rule", ("alternating",)))] = 0
    boost_first: Annotated[int, Field(ge=0, le=100_000), Knob(
        "Boost at first", "So many rounds at the start of the run are boosted.",
        source="Arjovsky et al. 2017, their code (25)", unit="rounds", effect=LIVE,
        applies=("rule", ("alternating",)), needs="boost_k")] = 25
    boost_every: Annotated[int, Field(ge=0, le=1_000_000), Knob(
        "Boost every", "Afterwards one round in so many is boosted; 0 boosts no more.",
        source="Arjovsky et al. 2017, their code (500)", unit="rounds", effect=LIVE,
        applies=("rule", ("alternating",)), needs="boost_k")] = 500
    unit: Annotated[Literal["steps", "epochs"], Knob(
        "Counted in", "Whether k counts minibatches or whole passes through the data.",
        choices=(("steps", "Steps"), ("epochs", "Epochs")),
        applies=("rule", ("alternating",)))] = "steps"
    gamma: Annotated[float, Field(ge=0, le=100), Knob(
        "Consensus γ", "Weight of the conservative field, the descent of ½‖v‖², beside the game's "
        "own.", source="Mescheder et al. 2017 (γ = 10)", step=0.1, effect=LIVE,
        applies=("rule", ("consensus",)))] = 1.0
    sga_lambda: Annotated[float, Field(ge=-100, le=100), Knob(
        "Adjustment λ", "Weight with which the turning part of the field is bent inward.",
        source="Balduzzi et al. 2018", step=0.1, effect=LIVE, applies=("rule", ("sga",)))] = 1.0
    sga_align: Annotated[bool, Knob(
        "Align", "Choose the sign of λ so that stable points attract and unstable ones repel.",
        source="Balduzzi et al. 2018, Alg. 1", effect=LIVE, applies=("rule", ("sga",)))] = True
    unroll_k: Annotated[int, Field(ge=0, le=100), Knob(
        "Steps ahead", "How many steps of D the generator foresees.", unit="k",
        source="Metz et al. 2017", effect=LIVE, applies=("rule", ("unrolled",)))] = 5
    unroll_eta: Annotated[float, Field(ge=0, le=100), Knob(
        "Unrolled rate η", "Size of each foreseen (plain) step of D.", source="Metz et al. 2017",
        log=True, effect=LIVE, applies=("rule", ("unrolled",)))] = 0.1
    lookahead_eta: Annotated[float, Field(ge=0, le=100), Knob(
        "Look-ahead η", "Length of the other player's step that is foreseen.",
        source="Zhang & Lesser 2010; Foerster et al. 2018", log=True, effect=LIVE,
        applies=("rule", ("lookahead", "lola_foerster", "lola_exact")))] = 0.1
    fresh_noise: Annotated[bool, Knob(
        "Fresh noise for G", "On draws new latents for the generator's step; off lets it learn "
        "from the very fakes that D has just judged, which saves one pass through G.",
        source="Goodfellow et al. 2014, Alg. 1 (on); Radford et al. 2015, their code (off)",
        effect=LIVE, applies=("rule", ("alternating",)))] = True
    train_d: Annotated[bool, Knob(
        "Train D", "Off holds the discriminator still.", effect=LIVE)] = True
    train_g: Annotated[bool, Knob(
        "Train G", "Off holds the generator still.", effect=LIVE)] = True


class Optimizer(Part):
    """How one player follows its gradient."""

    title: ClassVar[str] = "Optimizer"
    kind: Annotated[Literal["sgd", "momentum", "rmsprop", "adam"], Knob(
        "Optimizer", "Plain gradient descent, with momentum, or with rates scaled per weight.",
        source="Robbins & Monro 1951; Polyak 1964; Tieleman & Hinton 2012; Kingma & Ba 2014",
        choices=(("sgd", "SGD"), ("momentum", "SGD with momentum"), ("rmsprop", "RMSprop"),
                 ("adam", "Adam")))] = "adam"
    lr: Annotated[float, Field(ge=0, le=10), Knob(
        "Learning rate", "Length of a step along the (scaled) gradient.",
        source="Heusel et al. 2017 (two time-scales)", log=True, effect=LIVE)] = 1e-3
    momentum: Annotated[float, Field(gt=-1, lt=1), Knob(
        "Momentum", "Share of the last move that is kept; below zero it brakes.",
        source="Polyak 1964; Gidel et al. 2019 (negative)", step=0.05, effect=LIVE,
        applies=("kind", ("momentum",)))] = 0.9
    alpha: Annotated[float, Field(ge=0, lt=1), Knob(
        "Smoothing α", "Memory of RMSprop's mean square.", source="Tieleman & Hinton 2012",
        step=0.01, effect=LIVE, applies=("kind", ("rmsprop",)))] = 0.99
    beta1: Annotated[float, Field(ge=0, lt=1), Knob(
        "β₁", "Memory of Adam's mean gradient; GANs like it low.",
        source="Kingma & Ba 2014; Radford et al. 2015 (0.5)", step=0.05, effect=LIVE,
        applies=("kind", ("adam",)))] = 0.5
    beta2: Annotated[float, Field(ge=0, lt=1), Knob(
        "β₂", "Memory of Adam's mean squared gradient.", source="Kingma & Ba 2014", step=0.005,
        effect=LIVE, applies=("kind", ("adam",)))] = 0.999
    eps: Annotated[float, Field(gt=0, le=1), Knob(
        "ε", "Keeps the division safe.", source="Kingma & Ba 2014", log=True, effect=LIVE,
        applies=("kind", ("adam", "rmsprop")))] = 1e-8
    warmup: Annotated[int, Field(ge=0, le=10_000_000), Knob(
        "Warm-up", "The rate climbs evenly from nothing over so many steps of the run; 0 starts "
        "at full rate.", source="Goyal et al. 2017", unit="steps", step=100, effect=LIVE)] = 0
    schedule: Annotated[Literal["constant", "linear", "cosine", "exponential"], Knob(
        "Schedule", "How the rate falls with the run's steps from the full rate to its "
        "last share, where it stays.", source="Loshchilov & Hutter 2016 (cosine)", effect=LIVE,
        choices=(("constant", "Constant"), ("linear", "Linear"), ("cosine", "Cosine"),
                 ("exponential", "Exponential")))] = "constant"
    steps: Annotated[int, Field(ge=1, le=100_000_000), Knob(
        "Falls over", "Steps of the run, counted from its start, after which the rate is at its "
        "last share.", unit="steps", log=True, effect=LIVE,
        applies=("schedule", ("linear", "cosine", "exponential")))] = 20_000
    final: Annotated[float, Field(ge=0, le=1), Knob(
        "Last share", "Share of the full rate that is left at the end.", step=0.01,
        effect=LIVE, applies=("schedule", ("linear", "cosine", "exponential")))] = 0.1


class Average(Part):
    """An averaged copy of the generator, weights and buffers both."""

    title: ClassVar[str] = "Averaged generator"
    decay: Annotated[float, Field(ge=0, lt=1), Knob(
        "EMA decay", "Memory of the running average of G's weights and buffers, per step, shorter "
        "while the average is young; 0 keeps no average. Samples and exports can be taken from it.",
        source="Yazıcı et al. 2018", step=0.001, effect=LIVE)] = 0
