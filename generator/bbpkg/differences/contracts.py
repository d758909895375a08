"""What differs between two values contracts, and what was probably only renamed."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from bbpkg.differences.contract import Contract, ContractKey, Path
from bbpkg.suggestions import did_you_mean

_TRIVIAL: Final = ("", None, True, False, 0, 1)
# What a rename must have in common: one of these is not enough, or enough by itself.
_SAME_TEXT, _SAME_NAME, _SAME_DEFAULT, _NEAR_NAME = 4, 3, 2, 2
_ENOUGH: Final = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Renamed:
    """A key that is gone, the key that it probably became, and why; `count` is how many keys moved with it."""

    old: Path
    new: Path
    reason: str
    count: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class ContractDifferences:
    """What differs, each in the order of the chart that has it; `ignored` are keys that templates read before and read no more."""

    added: tuple[ContractKey, ...]
    removed: tuple[ContractKey, ...]
    renamed: tuple[Renamed, ...]
    defaults: tuple[tuple[ContractKey, ContractKey], ...]
    types: tuple[tuple[ContractKey, ContractKey], ...]
    ignored: tuple[ContractKey, ...]
    # Of single keys, in whatever larger part they moved.
    moves: Mapping[Path, Path] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether nothing differs."""
        return not (self.added or self.removed or self.renamed or self.defaults or self.types or self.ignored)


def compare_contracts(old: Contract, new: Contract, *, old_reads: frozenset[Path], new_reads: frozenset[Path]) -> ContractDifferences:
    """Compare two contracts.

    Args:
        old: the contract before.
        new: the contract after.
        old_reads: the paths that templates of the old chart read; a part that is read as a whole counts for all below it.
        new_reads: those that templates of the new chart read.
    """
    gone = [key for path, key in old.keys.items() if not new.knows(path)]
    came = [key for path, key in new.keys.items() if not old.knows(path)]
    moves = dict(_moves(gone, came, _telling_marks(old) & _telling_marks(new)))
    common = [(key, new.keys[path]) for path, key in old.keys.items() if path in new.keys]
    return ContractDifferences(
        added=tuple(key for key in came if key.path not in {there for there, _ in moves.values()}),
        removed=tuple(key for key in gone if key.path not in moves),
        renamed=tuple(_collapsed(moves, old, new)),
        defaults=tuple(pair for pair in common if not _is_same(pair[0].default, pair[1].default)),
        types=tuple(pair for pair in common if pair[0].types and pair[1].types and pair[0].types != pair[1].types),
        ignored=tuple(key for key, _ in common if is_read(key.path, old_reads) and not is_read(key.path, new_reads)),
        moves={here: there for here, (there, _) in moves.items()},
    )


def is_read(path: Path, reads: Iterable[Path]) -> bool:
    """Whether something reads the path, a part of it, or a whole that it is in.

    >>> is_read(("a", "b"), [("a",)]), is_read(("a",), [("a", "b")]), is_read(("a", "b"), [("a", "c")])
    (True, True, False)
    """
    return any(read[: len(path)] == path or path[: len(read)] == read for read in reads if read)


def _is_same(old: object, new: object) -> bool:
    return json.dumps(old, sort_keys=True, default=str) == json.dumps(new, sort_keys=True, default=str)


def _telling_marks(contract: Contract) -> frozenset[str]:
    """The texts, and the names with their defaults, that only one key of a contract has: others tell nothing about a rename."""
    found = Counter(mark for key in contract.keys.values() for mark in (_text_mark(key), _default_mark(key)) if mark)
    return frozenset(mark for mark, count in found.items() if count == 1)


def _text_mark(key: ContractKey) -> str:
    return f"text {key.text}" if key.text else ""


def _default_mark(key: ContractKey) -> str:
    is_telling = key.default not in _TRIVIAL and key.default not in ({}, [])
    return f"default {key.path[-1]} {json.dumps(key.default, sort_keys=True, default=str)}" if is_telling else ""


def _moves(gone: Iterable[ContractKey], came: Iterable[ContractKey], telling: frozenset[str]) -> Iterator[tuple[Path, tuple[Path, str]]]:
    """Yield the best partner of every key that is gone, each partner once; equal scores go to the nearer path."""
    pairs = []
    candidates = list(came)
    for old in gone:
        for new in candidates:
            score, reason = _likeness(old, new, telling)
            if score >= _ENOUGH:
                common = len(set(old.path) & set(new.path))
                pairs.append((-score, -common, old.path, new.path, reason))
    taken: set[Path] = set()
    done: set[Path] = set()
    for _, _, here, there, reason in sorted(pairs):
        if here not in done and there not in taken:
            done.add(here)
            taken.add(there)
            yield here, (there, reason)


def _likeness(old: ContractKey, new: ContractKey, telling: frozenset[str]) -> tuple[int, str]:
    if old.types and new.types and old.types.isdisjoint(new.types):
        return 0, ""
    name, other = old.path[-1], new.path[-1]
    has_default = bool(_default_mark(old)) and _is_same(old.default, new.default)
    signs = [
        (_SAME_TEXT, "the same text", _text_mark(old) in telling and old.text == new.text),
        (_SAME_NAME, "the same name", name == other),
        (_NEAR_NAME, "a similar name", name != other and did_you_mean(name, [other]) is not None),
        (
            _SAME_DEFAULT,
            "the same default",
            has_default and (name != other or _default_mark(old) in telling),
        ),
        (1, "the same place", old.path[:-1] == new.path[:-1]),
    ]
    held = [(weight, reason) for weight, reason, holds in signs if holds]
    return sum(weight for weight, _ in held), " and ".join(reason for _, reason in held)


def _collapsed(moves: Mapping[Path, tuple[Path, str]], old: Contract, new: Contract) -> Iterator[Renamed]:
    """Yield the moves, those of a whole part that moved with all its keys as one."""
    told: set[Path] = set()
    for here, (there, reason) in moves.items():
        if here in told:
            continue
        part, target = _largest_part(here, there, moves, old, new)
        inside = [path for path in moves if path[: len(part)] == part]
        told.update(inside)
        yield Renamed(old=part, new=target, reason=reason, count=len(inside))


def _largest_part(here: Path, there: Path, moves: Mapping[Path, tuple[Path, str]], old: Contract, new: Contract) -> tuple[Path, Path]:
    best = (here, there)
    for length in range(1, min(len(here), len(there))):
        if here[-length:] != there[-length:]:
            break
        part, target = here[:-length], there[:-length]
        inside = [path for path in old.keys if path[: len(part)] == part]
        if target and all(path in moves and moves[path][0] == target + path[len(part) :] for path in inside) and not new.knows(part):
            best = (part, target)
    return best
