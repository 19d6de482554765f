"""The nearest right value to a wrong one."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher


def nearest(wrong: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The known word most like the wrong one, or None where none is like it.

    Parameters: `cutoff` is the least share of matching characters, from 0 to 1.
    Ties go to the word that sorts first, so the answer does not depend on the order of `known`. Words
    with other figures are not like each other, unless the figures have only changed places: `t17` is no
    slip for `t1`, but 081560 may be one for 081650.
    """
    figures = sorted(filter(str.isdigit, wrong))
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(wrong.lower())
    best, best_ratio = None, cutoff
    for word in sorted(known):
        if sorted(filter(str.isdigit, word)) != figures:
            continue
        matcher.set_seq1(word.lower())
        if matcher.real_quick_ratio() > best_ratio and matcher.quick_ratio() > best_ratio:
            ratio = matcher.ratio()
            if ratio > best_ratio:
                best, best_ratio = word, ratio
    return best


def did_you_mean(wrong: str, known: Iterable[str]) -> str:
    """A clause `; did you mean ...?`, or nothing where no known word is like the wrong one."""
    word = nearest(wrong, known)
    return f"; did you mean `{word}`?" if word else ""
