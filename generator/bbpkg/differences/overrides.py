"""Which of somebody's values mean something else, or nothing, to the next version of a chart."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from bbpkg.diagnostics import Diagnostic, Location, Severity, pointer
from bbpkg.differences.contract import Contract, Path, json_type
from bbpkg.differences.contracts import ContractDifferences


@dataclass(frozen=True, kw_only=True, slots=True)
class Override:
    """A value that somebody set, and where it stands."""

    path: Path
    value: object
    location: Location

    def __str__(self) -> str:
        return ".".join(self.path)


def overrides_of(value: object, file: str, lines: Mapping[str, int]) -> tuple[Override, ...]:
    """Return every value of a file that is no mapping with keys; lists are values."""
    return tuple(_walked(value, (), file, lines))


def override_changes(
    overrides: Iterable[Override], old: Contract, new: Contract, differences: ContractDifferences, *, without_effect: Iterable[Path] = ()
) -> tuple[Diagnostic, ...]:
    """Return a finding for every override that breaks.

    Args:
        overrides: the values.
        old: the contract of the chart that they were written for.
        new: that of the chart that they are to be used with.
        differences: what differs between the two.
        without_effect: paths of overrides that changed objects before, and change none now.
    """
    silent = set(without_effect)
    return tuple(found for override in overrides for found in _changes(override, old, new, differences, silent))


def without(values: Mapping[str, object], paths: Iterable[Path]) -> dict[str, object]:
    """Return values without some keys; what becomes empty goes, too.

    >>> without({"a": {"b": 1}, "c": 2}, [("a", "b")])
    {'c': 2}
    """
    gone = {path for path in paths if path}
    direct, deeper = {path[0] for path in gone if len(path) == 1}, [path for path in gone if len(path) > 1]
    result: dict[str, object] = {}
    for key, value in values.items():
        below = [path[1:] for path in deeper if path[0] == key]
        if key in direct:
            continue
        if below and isinstance(value, Mapping):
            rest = without(cast("Mapping[str, object]", value), below)
            if rest:
                result[key] = rest
        else:
            result[key] = value
    return result


def _walked(value: object, path: Path, file: str, lines: Mapping[str, int]) -> Iterator[Override]:
    if isinstance(value, Mapping) and value:
        for name, inner in value.items():
            yield from _walked(inner, (*path, str(name)), file, lines)
    elif path:
        place = pointer(*path)
        yield Override(path=path, value=value, location=Location(file=file, line=lines.get(place, 0), pointer=place))


def _changes(override: Override, old: Contract, new: Contract, differences: ContractDifferences, silent: set[Path]) -> Iterator[Diagnostic]:
    path = override.path
    if not new.knows(path):
        yield _unknown(override, old, differences)
        return
    if path in silent or any(path[: len(key.path)] == key.path for key in differences.ignored):
        message = f'"{override}" is ignored: no template reads it any more.'
        yield _finding("override-ignored", override, message, "remove it, and read in the changes of the chart what takes its place")
        return
    before, key = old.keys.get(path), new.keys.get(path)
    if before and key and override.value is not None and _fits(override.value, before.types) and not _fits(override.value, key.types):
        wanted = " or ".join(sorted(key.types))
        message = f'"{override}" must be {wanted} now; it is {json_type(override.value)}.'
        yield _finding("override-type", override, message, None)


def _unknown(override: Override, old: Contract, differences: ContractDifferences) -> Diagnostic:
    place = _moved(override.path, differences)
    if place:
        message = f'"{override}" is gone; it is probably "{".".join(place)}" now.'
        return _finding("override-renamed", override, message, f"write {'.'.join(place)}, after a look at what it means")
    if old.knows(override.path):
        message = f'"{override}" is gone.'
        return _finding("override-removed", override, message, "remove it, and read in the changes of the chart what takes its place")
    message = f'neither of the charts knows "{override}".'
    return _finding("override-unknown", override, message, None, Severity.WARNING)


def _moved(path: Path, differences: ContractDifferences) -> Sequence[str]:
    """Where the key went, or the key above it."""
    for length in range(len(path), 0, -1):
        if path[:length] in differences.moves:
            return (*differences.moves[path[:length]], *path[length:])
    return ()


def _fits(value: object, types: frozenset[str]) -> bool:
    found = json_type(value)
    return not types or found in types or (found == "integer" and "number" in types)


def _finding(code: str, override: Override, message: str, hint: str | None, severity: Severity = Severity.ERROR) -> Diagnostic:
    return Diagnostic(code=code, location=override.location, message=message, hint=hint, severity=severity)
