"""What is said of each disease and shown for it: words and labels, no arithmetic."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Disease:
    """``headline`` is the verdict, ``paragraph`` what it means, ``evidence`` the symptoms that
    are drawn for it (fields of ``record.Symptoms``, or ``logits`` for the histograms).
    """

    title: str
    headline: str
    paragraph: str
    source: str
    evidence: tuple[str, ...]


DISEASES: dict[str, Disease] = {
    "vanishing": Disease(
        "Vanishing generator gradient", "G's gradient has vanished behind a too strong D",
        "D tells the fakes from the reals almost without error, and where it is that sure it is "
        "also flat: next to nothing of the gradient that G began with is left, so G stands still "
        "while D's loss falls towards 0. Give G a loss that does not saturate, or keep D from "
        "getting so far ahead.",
        "Goodfellow et al. 2014; Arjovsky & Bottou 2017", ("auc", "gradient_left", "logits")),
    "lagging": Disease(
        "Lagging discriminator", "D lags behind: it takes fakes for real",
        "The fakes plainly differ from the data, and still D rates them above real samples. Its "
        "own gradient says clearly which way to go, but it moves too little in the time that G "
        "takes. G follows the slope of a judge that is out of date, away from the data.",
        "Goodfellow et al. 2014, sec. 3; Heusel et al. 2017", ("auc", "move_d", "mismatch")),
    "oscillation": Disease(
        "Oscillation", "The players go round in circles without getting nearer",
        "G runs to where D is weak, D follows, and both come by the same places again: the field "
        "of the game turns more than it pulls inward. The samples swing, and their distance from "
        "the data does not shrink.",
        "Mescheder et al. 2017, 2018; Gidel et al. 2019", ("auc", "mismatch", "turn")),
    "collapse_total": Disease(
        "Total mode collapse", "G makes one and the same sample, whatever the latent",
        "The distance between two fakes is a small share of that between two real samples: G "
        "ignores its latents. It may stand still or jump about: D need only learn this one "
        "sample, and nothing in G's loss asks for variety.",
        "Goodfellow 2016, sec. 5.1; Salimans et al. 2016", ("spread", "effective", "auc")),
    "hopping": Disease(
        "Mode hopping", "G sits on a few modes at a time and hops from one to the next",
        "At each moment the fakes fill only a small part of the data, and soon after another part: "
        "D learns to reject where they are, G moves on, and D forgets.",
        "Metz et al. 2017, fig. 2", ("effective", "spread", "auc")),
    "collapse_partial": Disease(
        "Partial mode collapse", "G makes good samples, but leaves part of the data out",
        "What G makes lies where data lies, yet for a long time now none of it has come near a "
        "certain part of the data. A sample there would cost G nothing, but D looks at samples one "
        "by one and cannot see that they are missing.",
        "Srivastava et al. 2017; Lin et al. 2018", ("missing", "precision", "coverage")),
    "overfit": Disease(
        "D overfits a small set", "D has learned its training set by heart",
        "D rates the very items that it was trained on above held-out real ones. What it then "
        "tells G is not what real data looks like but which few items it has seen.",
        "Karras et al. 2020 (ADA)", ("auc_held", "acc_real", "logits")),
    "noise": Disease(
        "D at chance, feedback is noise", "D is at chance and its feedback has turned to noise",
        "D cannot tell fakes from reals, yet they differ: this is not the equilibrium, at which D "
        "is undecided because they are alike. D's gradient is no larger than its own scatter "
        "between batches, so D learns nothing, and what it tells G is chance.",
        "Salimans et al. 2016; Arjovsky & Bottou 2017, thm. 2.6", ("snr_d", "auc", "precision")),
    "divergence": Disease(
        "Divergence", "The run diverges",
        "Samples, logits or a loss run away to ever larger numbers. Steps are too long for the "
        "slopes that they meet, or nothing holds D's slope.",
        "Mescheder et al. 2018", ("reach", "logit_size", "norm_d")),
    "cue": Disease(
        "Trivial cue", "D goes by a trivial cue",
        "A real sample that is given the fakes' version of a single trivial trait, and is real in "
        "all else, D takes for fake. As long as that trait gives the fakes away D has no reason to "
        "look at anything else, and G learns nothing else.",
        "Sønderby et al. 2017; Arjovsky & Bottou 2017", ("cue_gain", "auc", "logits")),
    "memorisation": Disease(
        "Memorisation", "G repeats its training items",
        "The fakes lie much nearer to training items than real samples lie to one another, and to "
        "many of the items: G hands out copies of what it was shown.",
        "Arora & Zhang 2017; Meehan et al. 2020", ("copy_ratio", "copy_distinct", "spread")),
}


@dataclass(frozen=True, slots=True)
class Label:
    """How a symptom is shown: ``usual`` is the value to hold it against, ``meaning`` its words."""

    title: str
    usual: float | None = None
    meaning: str = ""
    log: bool = False
    percent: bool = False


LABELS: dict[str, Label] = {
    "auc": Label("D tells real from fake (AUC)", 0.5, "½ is chance"),
    "auc_held": Label("D tells train from held-out reals (AUC)", 0.5, "½ if it knows neither"),
    "acc_real": Label("D right on training reals", None, "", percent=True),
    "gradient_left": Label("G's gradient that is left", 1.0, "1 is all it had", log=True),
    "move_d": Label("D's step, share of its weights", None, "in each round", log=True),
    "mismatch": Label("Mismatch of samples", 1.0, "1 is what real data scores", log=True),
    "turn": Label("Cosine of successive updates", 0.0, "below 0 is turning back"),
    "spread": Label("Distance between fakes", 1.0, "1 is that between reals", log=True),
    "effective": Label("Cells in use at once", 1.0, "1 is as many as real data"),
    "missing": Label("Data left out all the while", 0.0, "", percent=True),
    "precision": Label("Fakes where data lies (precision)", None, "", percent=True),
    "coverage": Label("Data reached by fakes (coverage)", 0.97, "97 % for real data",
                      percent=True),
    "snr_d": Label("D's gradient over its noise", 1.0, "1 is nothing but noise", log=True),
    "reach": Label("Distance of fakes from the data's middle", 1.0, "1 for real data", log=True),
    "logit_size": Label("Size of D's logits", None, "", log=True),
    "norm_d": Label("Norm of D's weights", None, "", log=True),
    "cue_gain": Label("Reals spoilt by the cue alone, told from whole ones", 0.0,
                      "0 if D does not go by it, ½ at most"),
    "copy_ratio": Label("Distance to the nearest training item", 1.0, "1 for fresh real data"),
    "copy_distinct": Label("Training items hit", None, "", percent=True),
    "captured": Label("Modes captured"),
    "high_quality": Label("High-quality share", percent=True),
    "logits": Label("D's logits"),
}

IMPROVING = {"mismatch": ("the match with the data", -1), "captured": ("modes captured", 1),
             "high_quality": ("the high-quality share", 1), "precision": ("precision", 1),
             "coverage": ("coverage", 1)}
"""Symptoms that tell whether a healthy run still gets better, and the direction that is good."""


def confidence_words(confidence: float) -> str:
    """A confidence of 0.5 and above in words."""
    if confidence >= 0.9:
        return "almost certain"
    return "very likely" if confidence >= 0.7 else "likely"
