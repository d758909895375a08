"""Read YAML that people or templates wrote into plain data that knows its lines, and find everything that is wrong with it; pure."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from bbpkg.diagnostics import Diagnostic, Location, in_order
from bbpkg.document_builder import DocumentBuilder, RefusedError
from bbpkg.errors import InvalidInputError
from bbpkg.scalars import Scalars, scalar_text

__all__ = ["Document", "Scalars", "read_documents", "scalar_text"]

_MOST_BYTES = 32 * 1024 * 1024
_NOT_ALLOWED = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MOST_CHARACTERS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document as plain data, with the 1-based line of every value by JSON pointer."""

    value: object
    lines: Mapping[str, int]

    def line(self, pointer: str = "") -> int:
        """Return the line of a value (of its key in a mapping), or of the nearest value above it that exists."""
        while pointer and pointer not in self.lines:
            pointer = pointer.rpartition("/")[0]
        return self.lines.get(pointer, 1)


def read_documents(text: str, *, file: str, scalars: Scalars = Scalars.KUBERNETES, tolerated: Collection[str] = ()) -> tuple[Document, ...]:
    """Read every document of a YAML stream; an empty document has the value None, an empty stream no documents.

    Args:
        text: the stream; a byte order mark and any kind of line ending are accepted.
        file: its name, for messages.
        scalars: how unquoted scalars become values.
        tolerated: codes of problems that are passed over; a key that is given twice (`yaml-duplicate-key`) then has its last value.

    Raises:
        InvalidInputError: with every problem that was found, each with its line.
    """
    text = text.removeprefix("\ufeff")
    _refuse_unreadable(text, file)
    builder, failure = _parse(text, file, scalars, is_pure=False)
    if failure:
        # The C parser refuses colons inside unquoted text of [flow, lists], as in [0.0.0.0:80]; Kubernetes reads them.
        second_builder, second_failure = _parse(text, file, scalars, is_pure=True)
        if second_failure is None or second_failure.location.line > failure.location.line:
            builder, failure = second_builder, second_failure
    found = [problem for problem in (*builder.problems, *([failure] if failure else [])) if problem.code not in tolerated]
    if found:
        raise _invalid(file, found)
    return tuple(Document(value, MappingProxyType(lines)) for value, lines in builder.documents)


def _parse(text: str, file: str, scalars: Scalars, *, is_pure: bool) -> tuple[DocumentBuilder, Diagnostic | None]:
    builder = DocumentBuilder(file, scalars)
    try:
        # Without the package ruamel.yaml.clib the parser is the one written in Python in both cases.
        for event in YAML(typ="safe", pure=is_pure).parse(text):
            builder.take(event)
    except RefusedError:
        pass
    except YAMLError as problem:
        return builder, _syntax_problem(problem, file, text)
    return builder, None


def _invalid(file: str, found: Iterable[Diagnostic]) -> InvalidInputError:
    problems = in_order(found)
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    return InvalidInputError(f"{file} is not valid YAML for Kubernetes: {count}", problems)


def _refuse_unreadable(text: str, file: str) -> None:
    if len(text) > _MOST_BYTES or len(text.encode("utf-8", "surrogatepass")) > _MOST_BYTES:
        message = f"the file has more than {_MOST_BYTES // 1024 // 1024} MiB; larger files are not read."
        raise _invalid(
            file,
            [Diagnostic(code="yaml-size", location=Location(file=file), message=message)],
        )
    found = []
    for match in _NOT_ALLOWED.finditer(text):
        character = ord(match[0])
        line = text.count("\n", 0, match.start()) + 1
        message = f"the character U+{character:04X} is not allowed in YAML; allowed are tab, line ends and printable characters."
        hint = f'delete it, or write it as "\\u{character:04x}" inside double quotes'
        if "\ud800" <= match[0] <= "\udfff":
            hint = "save the file as UTF-8"
        found.append(
            Diagnostic(
                code="yaml-character",
                location=Location(file=file, line=line),
                message=message,
                hint=hint,
            )
        )
        if len(found) == _MOST_CHARACTERS_SHOWN:
            break
    if found:
        raise _invalid(file, found)


def _syntax_problem(problem: YAMLError, file: str, text: str) -> Diagnostic:
    line, what = 0, str(problem)
    if isinstance(problem, MarkedYAMLError):
        mark = problem.problem_mark or problem.context_mark
        line = mark.line + 1 if mark else 0
        what = ": ".join(part for part in (problem.context, problem.problem) if part)
    hint = _syntax_hint(text, line)
    return Diagnostic(
        code="yaml-syntax",
        location=Location(file=file, line=line),
        message=f"not YAML: {what}.",
        hint=hint,
    )


def _syntax_hint(text: str, line: int) -> str | None:
    lines = re.split("\r\n|\r|\n", text)
    shown = lines[line - 1] if 0 < line <= len(lines) else ""
    if re.match(r" *\t", shown):
        return "indent with spaces; YAML does not allow tabs there"
    if re.match(r"<<<<<<< |=======$|>>>>>>> ", shown):
        return "resolve the merge conflict"
    if re.search(r":\s+[@`%*&!]", shown) or ": " in shown.partition(": ")[2]:
        return "put the value in quotes"
    return None
