"""Finding by a few typed letters."""

from __future__ import annotations


def score(query: str, text: str) -> float | None:
    """How well ``query`` matches ``text``: higher is better, None is no match.

    Every word of the query must occur, its letters in order. Whole words, beginnings of words
    and runs of letters count for more, and so do short texts.
    """
    lowered = text.lower()
    total = 0.0
    for word in query.lower().split():
        found = _word(word, lowered)
        if found is None:
            return None
        total += found
    return total - len(lowered) * 0.02


def _word(word: str, text: str) -> float | None:
    whole = _best_place(word, text)
    if whole is not None:
        return whole
    position, value, last = 0, 0.0, -2
    for letter in word:
        position = text.find(letter, position)
        if position < 0:
            return None
        starts = position == 0 or not text[position - 1].isalnum()
        value += 1.5 if position == last + 1 else 1.0 if starts else 0.1
        last = position
        position += 1
    # Letters strewn about with neither runs nor beginnings are an accident.
    return value if value >= 0.6 * len(word) else None


def _best_place(word: str, text: str) -> float | None:
    """The value of the best place where the whole word stands in the text."""
    best, place = None, text.find(word)
    while place >= 0:
        end = place + len(word)
        starts = place == 0 or not text[place - 1].isalnum()
        ends = end == len(text) or not text[end].isalnum()
        value = 4.0 * len(word) + 6.0 * starts + 2.0 * (starts and ends) - place * 0.01
        best = value if best is None else max(best, value)
        place = text.find(word, place + 1)
    return best
