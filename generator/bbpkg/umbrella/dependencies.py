"""Judges what releases wait for: a circle never becomes ready, and neither does what waits for a release that nobody installs."""

from collections.abc import Iterator, Mapping, Sequence

from bbpkg.diagnostics import Diagnostic, Location, Severity
from bbpkg.suggestions import did_you_mean
from bbpkg.umbrella.releases import ObjectName, Release


def dependency_problems(releases: Sequence[Release], *, known: frozenset[ObjectName] = frozenset()) -> tuple[Diagnostic, ...]:
    """Return every circle and every dangling entry of `dependsOn`; `known` are releases that are installed as well."""
    by_key = {release.key: release for release in releases}
    return (*_circles(by_key), *(problem for release in releases for problem in _dangling(release, by_key, known)))


def _circles(by_key: Mapping[ObjectName, Release]) -> Iterator[Diagnostic]:
    """Yield one finding for each circle, which begins at its first name in order."""
    finished: set[ObjectName] = set()
    for start in sorted(by_key):
        trail: list[ObjectName] = []
        waiting = [(start, iter(by_key[start].depends_on))]
        while waiting:
            key, needs = waiting[-1]
            if key not in trail:
                trail.append(key)
            following = next((need for need in needs if need in by_key and need not in finished), None)
            if following is None:
                waiting.pop()
                trail.remove(key)
                finished.add(key)
            elif following in trail:
                yield _circle(trail[trail.index(following) :])
            else:
                waiting.append((following, iter(by_key[following].depends_on)))


def _circle(members: Sequence[ObjectName]) -> Diagnostic:
    first = members.index(min(members))
    ordered = [*members[first:], *members[:first]]
    path = " -> ".join(str(member) for member in (*ordered, ordered[0]))
    message = f"releases wait for each other in a circle, so none of them is ever installed: {path}."
    location = Location(file=f"HelmRelease {ordered[0]}", pointer="/spec/dependsOn")
    return Diagnostic(code="dependency-circle", location=location, message=message, hint="take one of them out of dependsOn")


def _dangling(release: Release, by_key: Mapping[ObjectName, Release], known: frozenset[ObjectName]) -> Iterator[Diagnostic]:
    for need in release.depends_on:
        there = {*by_key, *known}
        if need in there:
            continue
        elsewhere = min((key for key in there if key.name == need.name), default=None)
        near = did_you_mean(need.name, [key.name for key in there])
        hint = f"write namespace: {elsewhere.namespace}" if elsewhere else f'did you mean "{near}"?' if near else None
        message = f"waits for HelmRelease {need}, which is not among the releases: until there is one, nothing is installed."
        location = Location(file=str(release), pointer="/spec/dependsOn")
        yield Diagnostic(code="dependency-unknown", location=location, message=message, hint=hint, severity=Severity.WARNING)
