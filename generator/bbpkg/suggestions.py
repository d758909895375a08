"""Find the word that somebody probably meant; pure."""

import re
from collections.abc import Iterable

_LONGEST_WORD = 80
# How many typing errors a word of at most so many letters may have.
_LIMITS = ((2, 0), (5, 1), (10, 2))
_LARGEST_LIMIT = 3
_ENDINGS_WITH_ES = ("sses", "xes", "zes", "ches", "shes")
_SEPARATORS = re.compile(r"[-_. ]+")


def did_you_mean(word: str, allowed: Iterable[str]) -> str | None:
    """Return the allowed word nearest to `word`, or None when none is near.

    >>> did_you_mean("replcias", ["replicas", "resources"])
    'replicas'
    >>> did_you_mean("network_policy", ["networkPolicies"])
    'networkPolicies'
    >>> did_you_mean("colour", ["size"]) is None
    True
    """
    if not word.strip() or len(word) > _LONGEST_WORD:
        return None
    ranked = ((_distance_between(word, other), other) for other in set(allowed) - {word})
    near = [(distance, other) for distance, other in ranked if distance is not None]
    return min(near)[1] if near else None


def _distance_between(word: str, other: str) -> float | None:
    """Return how far the words are apart; spelling variants of one word are nearer than any typing error."""
    if word.casefold() == other.casefold():
        return 0.0
    plain_word, plain_other = _plain(word), _plain(other)
    if plain_word == plain_other:
        return 0.1
    if _singular(plain_word) == _singular(plain_other):
        return 0.2
    limit = _largest_distance(min(len(plain_word), len(plain_other)))
    if abs(len(plain_word) - len(plain_other)) > limit:
        return None
    distance = edit_distance(plain_word, plain_other)
    return float(distance) if distance <= limit else None


def _plain(word: str) -> str:
    return _SEPARATORS.sub("", word).casefold()


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return word.removesuffix("ies") + "y"
    if word.endswith(_ENDINGS_WITH_ES):
        return word.removesuffix("es")
    return word if word.endswith("ss") else word.removesuffix("s")


def _largest_distance(length: int) -> int:
    return next((limit for longest, limit in _LIMITS if length <= longest), _LARGEST_LIMIT)


def edit_distance(word: str, other: str) -> int:
    """Count the insertions, deletions, replacements and swaps of neighbours that turn one word into the other.

    >>> edit_distance("prot", "port")
    1
    """
    before_last: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(word, start=1):
        current = [row]
        for column, other_letter in enumerate(other, start=1):
            cost = min(
                last[column] + 1,
                current[-1] + 1,
                last[column - 1] + (letter != other_letter),
            )
            is_swap = row > 1 and column > 1 and letter == other[column - 2] and word[row - 2] == other_letter
            current.append(min(cost, before_last[column - 2] + 1) if is_swap else cost)
        before_last, last = last, current
    return last[-1]
