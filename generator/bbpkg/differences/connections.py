"""Which connections come about on one side and not on the other."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from bbpkg.connectivity.answers import Answer, Verdict
from bbpkg.connectivity.cluster import Cluster, answers, ask
from bbpkg.connectivity.endpoints import PortNumber

Key: TypeAlias = tuple[str, str, PortNumber]


@dataclass(frozen=True, kw_only=True, slots=True)
class ConnectionChange:
    """A connection that became possible, or is no longer; `policies` are those that decide on the side where it is closed or opened."""

    source: str
    target: str
    port: PortNumber
    old: Verdict | None
    new: Verdict | None
    policies: tuple[str, ...]

    @property
    def is_gained(self) -> bool:
        """Whether more passes than before."""
        return _openness(self.new) > _openness(self.old)


def compare_connections(old: Cluster, new: Cluster) -> tuple[ConnectionChange, ...]:
    """Compare who may talk to whom, in the order of the new side; a pair that one side does not have is closed there."""
    before, after = _by_key(answers(old)), _by_key(answers(new))
    keys = dict.fromkeys([*after, *before])
    # A port that only one side names is a question for the other side, too.
    before |= {key: answer for key in keys if key not in before and (answer := _asked(old, key))}
    after |= {key: answer for key in keys if key not in after and (answer := _asked(new, key))}
    return tuple(_changes(before, after))


def _asked(cluster: Cluster, key: Key) -> Answer | None:
    source, target = cluster.endpoint(key[0]), cluster.endpoint(key[1])
    return ask(cluster, source, target, key[2]) if source and target else None


def _changes(before: Mapping[Key, Answer], after: Mapping[Key, Answer]) -> Iterator[ConnectionChange]:
    for key in dict.fromkeys([*after, *before]):
        first, second = before.get(key), after.get(key)
        old, new = first.verdict if first else None, second.verdict if second else None
        if _openness(old) != _openness(new):
            deciding = second or first
            source, target, port = key
            policies = _deciding(deciding) if deciding else ()
            yield ConnectionChange(source=source, target=target, port=port, old=old, new=new, policies=policies)


def _by_key(found: Iterable[Answer]) -> dict[Key, Answer]:
    return {(answer.source.name, answer.target.name, answer.port): answer for answer in found}


def _openness(verdict: Verdict | None) -> int:
    order = {Verdict.ALLOWED: 3, Verdict.PARTLY: 2, Verdict.UNKNOWN: 1}
    return order.get(verdict, 0) if verdict else 0


def _deciding(answer: Answer) -> tuple[str, ...]:
    names = [name for step in answer.steps if step.verdict is answer.verdict for name in step.policies]
    return tuple(dict.fromkeys(names))
