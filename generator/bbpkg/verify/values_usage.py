"""Which values the Go templates of a chart read: a key that none reads and a path that no key declares are both mistakes.

The reading is static. It follows `.Values.a.b` in every context, variables that hold a part of the values, and parts that
are handed to a named template in a `dict`. Reading a closed object as a whole does not count as reading its keys: a
template has to name what it uses. Keys of an open object are not looked at: their shape belongs to somebody else.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from bbpkg.diagnostics import Diagnostic, Location
from bbpkg.suggestions import did_you_mean

Path: TypeAlias = tuple[str, ...]
Schema: TypeAlias = Mapping[str, Any]

_PATH: Final = r"((?:\.[A-Za-z_]\w*)*)"
_VALUES: Final = re.compile(r"\.Values" + _PATH)
_ASSIGNED: Final = re.compile(r"\$(\w+)\s*:?=\s*(?:\$|\.root|\$root)?\.Values" + _PATH + r"\s*-?\}\}")
_ASSIGNED_ARGUMENT: Final = re.compile(r"\$(\w+)\s*:=\s*\.(\w+)\s*-?\}\}")
_VARIABLE: Final = re.compile(r"\$(\w+)" + _PATH)
_ARGUMENT: Final = re.compile(r"(?<![\w$.)\"])\.(\w+)" + _PATH)
_DEFINE: Final = re.compile(r"\{\{-?\s*define\s+\"([^\"]+)\"\s*-?\}\}")
_INCLUDE: Final = re.compile(r"include\s+\"([^\"]+)\"\s+\(dict\s+([^{}]*?)\)\s*(?:\||-?\}\}|\))")
_PASSED: Final = re.compile(r"\"(\w+)\"\s+(?:\$|\.root|\$root)?\.Values" + _PATH)
_ACTION: Final = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_COMMENT: Final = re.compile(r"\{\{-?\s*/\*.*?\*/\s*-?\}\}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Read:
    """A template reads a path of the values at a line of a file."""

    path: Path
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class _Body:
    """The text of a named template, or of a file outside of named templates."""

    name: str
    file: str
    first_line: int
    text: str


@dataclass(slots=True)
class _Bindings:
    """Parts of the values that arguments of named templates may be: template, argument, paths."""

    found: dict[str, dict[str, set[Path]]] = field(default_factory=dict)

    def of(self, template: str) -> Mapping[str, set[Path]]:
        return self.found.get(template, {})


def value_reads(templates: Mapping[str, str]) -> tuple[Read, ...]:
    """Every read of a value in the templates (path to text)."""
    bodies = [body for file, text in templates.items() for body in _bodies(file, text)]
    bindings = _Bindings()
    for body in bodies:
        for include in _INCLUDE.finditer(body.text):
            for passed in _PASSED.finditer(include[2]):
                bindings.found.setdefault(include[1], {}).setdefault(passed[1], set()).add(_steps(passed[2]))
    return tuple(read for body in bodies for read in _reads(body, bindings))


def _bodies(file: str, text: str) -> Iterator[_Body]:
    # A comment keeps its lines, so that those below it keep their numbers.
    clean = _COMMENT.sub(lambda match: "\n" * match[0].count("\n"), text)
    starts = [(0, file), *((match.start(), match[1]) for match in _DEFINE.finditer(clean))]
    for (start, name), (end, _) in zip(starts, [*starts[1:], (len(clean), "")], strict=True):
        yield _Body(name, file, clean.count("\n", 0, start) + 1, clean[start:end])


def _steps(path: str) -> Path:
    return tuple(step for step in path.split(".") if step)


def _reads(body: _Body, bindings: _Bindings) -> Iterator[Read]:
    arguments = bindings.of(body.name)
    variables: dict[str, set[Path]] = {}
    for match in _ASSIGNED.finditer(body.text):
        variables.setdefault(match[1], set()).add(_steps(match[2]))
    for match in _ASSIGNED_ARGUMENT.finditer(body.text):
        variables.setdefault(match[1], set()).update(arguments.get(match[2], set()))
    for action in _ACTION.finditer(body.text):
        line = body.first_line + body.text.count("\n", 0, action.start())
        for path in _paths(action[0], variables, arguments):
            yield Read(path, body.file, line)


def _paths(action: str, variables: Mapping[str, set[Path]], arguments: Mapping[str, set[Path]]) -> Iterator[Path]:
    for match in _VALUES.finditer(action):
        yield _steps(match[1])
    for pattern, known in ((_VARIABLE, variables), (_ARGUMENT, arguments)):
        for match in pattern.finditer(action):
            for path in known.get(match[1], ()):
                yield (*path, *_steps(match[2]))


def usage_problems(
    templates: Mapping[str, str], schema: Schema, *, schema_file: str, ignored: Iterable[str] = ()
) -> tuple[Diagnostic, ...]:
    """Keys that no template reads, and reads of paths that the schema of the values does not declare.

    `ignored` are folders whose reads do not count as use: templates that only refuse values.
    """
    reads = value_reads(templates)
    undeclared = [found for read in reads for found in _undeclared(read, schema)]
    skipped = tuple(ignored)
    used = {read.path for read in reads if not read.file.startswith(skipped)}
    unread = [
        Diagnostic(
            code="unread-value",
            location=Location(file=schema_file, pointer="".join(f"/properties/{step}" for step in path)),
            message=f"no template reads the value {'.'.join(path)}; remove the key, or use it.",
        )
        for path in _leaves(schema)
        if not any(read[: len(path)] == path for read in used)
    ]
    return (*undeclared, *unread)


def _undeclared(read: Read, schema: Schema) -> Iterator[Diagnostic]:
    level = schema
    for depth, step in enumerate(read.path):
        properties: Mapping[str, Schema] = level.get("properties", {})
        if step in properties:
            level = properties[step]
            continue
        if depth == 0 or level.get("additionalProperties", True) is False:
            near = did_you_mean(step, properties)
            hint = f"did you mean {'.'.join((*read.path[:depth], near))}?" if near else None
            message = f"the template reads .Values.{'.'.join(read.path)}, which no key declares."
            yield Diagnostic(code="undeclared-value", location=Location(file=read.file, line=read.line), message=message, hint=hint)
        return


def _leaves(schema: Schema, above: Path = ()) -> Iterator[Path]:
    for name, key in schema.get("properties", {}).items():
        if key.get("properties"):
            yield from _leaves(key, (*above, name))
        elif "type" in key:
            # A key without a type is passed by the platform or belongs to a subchart.
            yield (*above, name)
