"""The toy games and update rules by name, with every parameter described once.

Forms, ``--help`` and the refusal of a bad specification are written from these tables. This module
imports no torch, so that a window can read it before the mathematics is loaded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Value = float | int | bool | str


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter of a game or rule.

    ``low`` and ``high`` are inclusive unless ``low_open`` or ``high_open`` says that the bound
    itself is refused. ``default`` None means that the parameter must be given, or
    another in its place (``lr`` or both of ``lr_g`` and ``lr_d``). ``log`` asks a slider to be
    logarithmic.
    """

    name: str
    title: str
    help: str
    default: Value | None = None
    kind: Literal["float", "int", "bool", "choice"] = "float"
    low: float | None = None
    high: float | None = None
    low_open: bool = False
    high_open: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    log: bool = False

    def range_text(self) -> str:
        """The allowed values in words, such as ``a number above 0 and at most 10``."""
        if self.kind == "choice":
            return "one of " + ", ".join(repr(value) for value, _ in self.choices)
        if self.kind == "bool":
            return "true or false"
        parts = []
        if self.low is not None:
            parts.append(f"{'above' if self.low_open else 'at least'} {self.low:g}")
        if self.high is not None:
            parts.append(f"{'below' if self.high_open else 'at most'} {self.high:g}")
        noun = "a whole number" if self.kind == "int" else "a number"
        return " ".join([noun, " and ".join(parts)]).strip()

    def accepts(self, value: object) -> bool:
        """Whether ``value`` has the right type and lies in range."""
        if self.kind == "choice":
            return isinstance(value, str) and any(value == v for v, _ in self.choices)
        if self.kind == "bool":
            return isinstance(value, bool)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        if self.kind == "int" and not float(value).is_integer():
            return False
        number = float(value)
        if number != number or number in (float("inf"), float("-inf")):
            return False
        above = self.low is None or number > self.low or (number == self.low and not self.low_open)
        below = (self.high is None or number < self.high
                 or (number == self.high and not self.high_open))
        return above and below


@dataclass(frozen=True, slots=True)
class Entry:
    """A game or rule as a person meets it.

    ``axes`` names a game's two numbers and ``view`` is the square (x0, x1, y0, y1) worth looking
    at first. ``cost`` says what a rule's step costs beside a simultaneous gradient step, and
    ``toy_only`` that it is not meant for networks.
    """

    name: str
    title: str
    help: str
    source: str
    params: tuple[Param, ...] = ()
    axes: tuple[str, str] = ("θ (generator)", "ψ (discriminator)")
    view: tuple[float, float, float, float] = (-2.0, 2.0, -2.0, 2.0)
    start: tuple[float, float] = (1.0, 1.0)
    cost: str = ""
    toy_only: bool = False

    def param(self, name: str) -> Param | None:
        """The parameter called ``name``, or None."""
        return next((p for p in self.params if p.name == name), None)


# ---- games --------------------------------------------------------------------------------

_A = Param("a", "Coupling a", "Strength with which each player feels the other.", 1.0,
           low=-100, high=100)
_R1 = Param("r1_gamma", "R1 γ", "Weight of the penalty γ/2·ψ² on D's slope at the data; on this "
            "game R2 is the same.", 0.0, low=0, high=100)


def _dirac(name: str, title: str, help_text: str, source: str, *params: Param,
           start: tuple[float, float] = (1.0, -1.0)) -> Entry:
    return Entry(name, title, help_text, source, (*params, _R1), start=start)


_GAMES = (
    Entry("bilinear", "Bilinear", "min over θ, max over ψ of a·θψ: the purest rotation, with "
          "neither player ever at rest but at the origin.", "Goodfellow 2016, §8.2", (_A,)),
    Entry("bilinear_clipped", "Bilinear, ψ clipped", "The same with ψ clamped to [−c, c] after "
          "every move: the Wasserstein Dirac-GAN with clipped weights.",
          "Arjovsky et al. 2017; Mescheder et al. 2018",
          (_A, Param("c", "Clip c", "ψ is clamped to ± this.", 1.0, low=0, low_open=True,
                     high=100))),
    Entry("quadratic", "Quadratic saddle", "(p/2)θ² + a·θψ − (q/2)ψ²: p and q pull each player "
          "home, a turns them; negative p or q makes that player's own ground unstable.",
          "Balduzzi et al. 2018",
          (Param("p", "Curvature p", "How strongly θ is pulled home.", 1.0, low=-100, high=100),
           _A,
           Param("q", "Curvature q", "How strongly ψ is pulled home.", 1.0, low=-100, high=100))),
    Entry("matching_pennies", "Matching pennies", "Each plays heads with the probability shown; "
          "ψ wins the stake when the coins match, θ when they differ. Fifty-fifty is the only "
          "equilibrium.", "von Neumann 1928",
          (Param("stake", "Stake", "What one round pays.", 1.0, low=0, low_open=True, high=100),),
          axes=("θ: chance of heads", "ψ: chance of heads"), view=(0.0, 1.0, 0.0, 1.0),
          start=(0.7, 0.6)),
    _dirac("dirac", "Dirac-GAN, minimax", "All data sit at 0, all fakes at θ, and D(x) = ψx: the "
           "smallest GAN, under the minimax loss.", "Mescheder et al. 2018"),
    _dirac("dirac_non_saturating", "Dirac-GAN, non-saturating", "The same with the non-saturating "
           "loss: it circles, and near the equilibrium is the same to first order.",
           "Mescheder et al. 2018"),
    _dirac("dirac_least_squares", "Dirac-GAN, least squares", "The same with the least squares "
           "loss, D(x) = ½ + ψx so that its equilibrium value of one half can be reached.",
           "Mao et al. 2016"),
    _dirac("dirac_hinge", "Dirac-GAN, hinge", "The same with the hinge loss: a pure rotation while "
           "ψθ > −1, beyond which D no longer cares.", "Lim & Ye 2017"),
    _dirac("dirac_wasserstein", "Dirac-GAN, Wasserstein", "The same with the Wasserstein loss; "
           "with clip 0 nothing bounds D.", "Arjovsky et al. 2017",
           Param("clip", "Clip ψ", "ψ is clamped to ± this after every move; 0 leaves it free.",
                 0.0, low=0, high=100)),
    _dirac("dirac_wasserstein_gp", "Dirac-GAN, WGAN-GP", "The Wasserstein loss with the penalty "
           "(λ/2)(|ψ| − target)²: it holds ψ near the target and so never lets it rest at 0.",
           "Gulrajani et al. 2017; Mescheder et al. 2018",
           Param("lambda", "Penalty λ", "Weight of the gradient penalty.", 1.0, low=0, high=100),
           Param("target", "Target slope", "The slope that the penalty holds D to.", 1.0, low=0,
                 high=100)),
    _dirac("dirac_instance_noise", "Dirac-GAN, instance noise", "The minimax game with Gaussian "
           "noise on real and fake alike: the spiral turns inward.",
           "Sønderby et al. 2017; Mescheder et al. 2018",
           Param("sigma", "Noise σ", "Standard deviation of the noise.", 0.7, low=0, high=10)),
    Entry("forsaken", "Forsaken", "x(y − 0.45) + φ(x) − φ(y), φ(z) = z²/4 − z⁴/2 + z⁶/6: paths are "
          "drawn to a cycle and forsake the one solution.", "Hsieh et al. 2021",
          axes=("x (min)", "y (max)"), view=(-1.6, 1.6, -1.6, 1.6), start=(0.5, 0.5)),
    Entry("xor", "One player: XOR", "Both numbers descend one loss: that of a small network "
          "learning XOR, on a plane through its parameters that holds two of its solutions. Here "
          "the field has a potential, and descent ends.", "Rumelhart et al. 1986",
          axes=("a: from one solution to its twin", "b: across"), view=(-0.5, 1.5, -1.0, 1.0),
          start=(0.45, 0.8)),
)

# ---- rules --------------------------------------------------------------------------------

_LR = (
    Param("lr", "Rate h", "Step size of both players.", low=0, low_open=True, high=100, log=True),
    Param("lr_g", "Rate of G", "Step size of θ alone (two time-scales).", low=0, high=100,
          log=True),
    Param("lr_d", "Rate of D", "Step size of ψ alone (two time-scales).", low=0, high=100,
          log=True),
)
_ORDER = Param("order", "Order", "Whose turn opens a round.", "g_first", "choice",
               choices=(("g_first", "Generator first"), ("d_first", "Discriminator first")))
_K = (
    Param("k_g", "G steps", "Generator steps in each round.", 1, "int", low=0, high=1000),
    Param("k_d", "D steps", "Discriminator steps in each round.", 1, "int", low=0, high=1000),
    _ORDER,
)
_ETA = Param("eta", "Look-ahead η", "Length of the other player's step that is foreseen.", 0.1,
             low=0, high=100, log=True)
_BETA1 = Param("beta1", "β₁", "Memory of the mean gradient.", 0.9, low=0, high=1, high_open=True)
_BETA2 = Param("beta2", "β₂", "Memory of the mean squared gradient.", 0.999, low=0, high=1,
               high_open=True)
_ALPHA = Param("alpha", "Smoothing α", "Memory of RMSprop's mean square.", 0.99, low=0, high=1,
               high_open=True)
_EPS = Param("eps", "ε", "Keeps the division safe.", 1e-8, low=0, low_open=True, high=1, log=True)
_TURNS = Param("alternating", "Alternating", "Off: both move from the same point; on: the second "
               "sees the first's move.", False, "bool")
_GAMMA_IN = Param("consensus_gamma", "Consensus γ", "Weight of the conservative field that is "
                  "added before scaling.", 0.0, low=0, high=100)
OPTIMIZERS = (("sgd", "Plain SGD"), ("rmsprop", "RMSprop"), ("adam", "Adam"))
_UNDER = (
    Param("optimizer", "Under", "What turns the rule's direction into a step.", "sgd", "choice",
          choices=OPTIMIZERS),
    _BETA1, _BETA2, _ALPHA, _EPS,
)

_RULES = (
    Entry("simultaneous", "Simultaneous", "Both players step from the same point.",
          "Mescheder et al. 2017", (*_LR, *_UNDER), cost="2 gradients"),
    Entry("alternating", "Alternating", "The players take turns, each seeing the other's newest "
          "move.", "Goodfellow et al. 2014", (*_LR, *_K, *_UNDER), cost="k_G + k_D gradients"),
    Entry("consensus", "Consensus", "v − γJᵀv: the game's own field plus γ times the descent of "
          "½‖v‖².", "Mescheder et al. 2017",
          (*_LR, Param("gamma", "Consensus γ", "Weight of the conservative field.", 1.0, low=0,
                       high=100), *_UNDER), cost="2 gradients and 1 product with Jᵀ"),
    Entry("extragradient", "Extragradient", "Steps from where it is along the field of where a "
          "first step would lead.", "Korpelevich 1976; Gidel et al. 2019", (*_LR, *_UNDER),
          cost="4 gradients"),
    Entry("past_extragradient", "Past extragradient", "Extragradient whose look ahead reuses the "
          "last look's field.", "Popov 1980; Gidel et al. 2019", _LR, cost="2 gradients"),
    Entry("ogda", "Optimistic (OGDA)", "2v now minus v before: the last change is expected to "
          "come again.", "Daskalakis et al. 2018",
          (*_LR, Param("init", "Field before the start", "What stands for the field before the "
                       "first step.", "field", "choice",
                       choices=(("field", "The field at the start"), ("zero", "Zero"))), *_UNDER),
          cost="2 gradients"),
    Entry("sga", "Symplectic adjustment (SGA)", "v − λAᵀv, A the antisymmetric part of J: bends "
          "the turning part of the field inward.", "Balduzzi et al. 2018",
          (*_LR, Param("lambda", "Adjustment λ", "Weight of the adjustment.", 1.0, low=-100,
                       high=100),
           Param("align", "Align", "Choose the sign of λ so that stable points attract and "
                 "unstable ones repel.", False, "bool"), *_UNDER),
          cost="2 gradients and 2 products, with J and Jᵀ"),
    Entry("competitive", "Competitive (CGD)", "Each plays the equilibrium of the bilinear local "
          "game: (I + hH)⁻¹v, H the players' interaction.", "Schäfer & Anandkumar 2019", _LR,
          cost="2 gradients and some 5 to 20 products with J (solved to a tolerance)"),
    Entry("competitive_linearised", "Competitive, linearised", "CGD's inverse replaced by its "
          "first two terms, (I − hH)v.", "Schäfer & Anandkumar 2019", _LR,
          cost="2 gradients and 1 product with J"),
    Entry("implicit", "Implicit (proximal point)", "Steps along the field of where it arrives.",
          "Rockafellar 1976", _LR, cost="a nonlinear system", toy_only=True),
    Entry("unrolled", "Unrolled", "G descends through k steps of D ahead; D takes one plain step.",
          "Metz et al. 2017",
          (*_LR, Param("k", "Steps ahead k", "How many steps of D are foreseen.", 5, "int", low=0,
                       high=100),
           Param("eta", "Unrolled rate η", "Size of each foreseen step of D.", 0.1, low=0,
                 high=100, log=True), *_UNDER),
          cost="2 + k gradients, differentiated through"),
    Entry("momentum", "Momentum", "Keeps β of the last move; below zero it brakes.",
          "Polyak 1964; Gidel et al. 2019",
          (*_LR, Param("beta", "Momentum β", "Share of the last move that is kept.", 0.9, low=-1,
                       high=1, low_open=True, high_open=True), _TURNS), cost="2 gradients"),
    Entry("lookahead", "Look-ahead", "Each answers the other's next move: v_i + ηJ_ij v_j.",
          "Zhang & Lesser 2010; Letcher et al. 2019", (*_LR, _ETA, *_UNDER),
          cost="2 gradients and 1 product"),
    Entry("lola_foerster", "LOLA (shaping alone)", "Each shapes the other's next move, the other's "
          "present move being taken as given.", "Foerster et al. 2018", (*_LR, _ETA, *_UNDER),
          cost="4 gradients and 1 product"),
    Entry("lola_exact", "LOLA (exact)", "Look-ahead and shaping together: the gradient through "
          "the other's next move.", "Foerster et al. 2018; Letcher et al. 2019",
          (*_LR, _ETA, *_UNDER), cost="4 gradients and 2 products"),
    Entry("rmsprop", "RMSprop", "Plain steps, each number scaled by the size of its recent "
          "gradients.", "Tieleman & Hinton 2012", (*_LR, _ALPHA, _EPS, _TURNS, _GAMMA_IN),
          cost="2 gradients"),
    Entry("adam", "Adam", "RMSprop's scaling with a running mean of the gradient, both corrected "
          "for their start.", "Kingma & Ba 2014",
          (*_LR, _BETA1, _BETA2, _EPS, _TURNS, _GAMMA_IN), cost="2 gradients"),
)

GAMES: dict[str, Entry] = {entry.name: entry for entry in _GAMES}
RULES: dict[str, Entry] = {entry.name: entry for entry in _RULES}
