"""The sentences above a picture of toy games."""

from __future__ import annotations

from ganstudio.game.catalogue import RULES
from ganstudio.session.toy_frames import ToyPicture


def verdict(picture: ToyPicture, three: bool = False) -> tuple[str, str]:
    """What becomes of one rule's game: the headline, and the details.

    With ``three`` the first track follows the game's own field and the last the weighted sum.
    """
    if not picture.tracks:
        return "", ""
    judged = picture.tracks[-1 if three else 0].judgement
    text, more = judged.headline, judged.detail
    if three:
        first = picture.tracks[0].judgement.headline.split(":")[0]
        last, _, rate = text.partition(": ")
        text = f"Own: {first.lower()}. Sum: {last.lower()}"
        more = f"{rate}; {more}" if rate and more else rate or more
    if judged.outcome:
        outcome = f"this start: {judged.outcome}"
        more = f"{more}; {outcome}" if more else outcome[0].upper() + outcome[1:]
        if judged.agrees is False:
            more += " – not what the eigenvalues say of small displacements"
    return text, more


def comparison(picture: ToyPicture) -> tuple[str, str]:
    """Several verdicts in one sentence, and the distances reached."""
    kinds: dict[str, int] = {"converges": 0, "cycles": 0, "diverges": 0}
    for track in picture.tracks:
        kinds[track.judgement.kind] = kinds.get(track.judgement.kind, 0) + 1
    said = [f"{count} {words}" for kind, words in (
        ("converges", "come in"), ("cycles", "circle"), ("diverges", "go out"))
        if (count := kinds[kind])]
    if kinds.get(""):
        said.append(f"{kinds['']} cannot be told from eigenvalues")
    best = min(picture.tracks, key=lambda t: t.radius if t.radius is not None else 9e9,
               default=None)
    more = ""
    if best is not None and best.radius is not None:
        more = (f"Fastest near the equilibrium: {RULES[best.mover.rule].title}, "
                f"|λ| = {best.radius:.4g}")
    return f"Of {len(picture.tracks)} rules: " + ", ".join(said) if said else "", more
