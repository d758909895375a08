"""Migrates values files: umbrella values to the form of Big Bang 4.x, or values of another chart to those of a package."""

from collections.abc import Sequence

from bbpkg.app.sources import PackageLibrary, load_source
from bbpkg.diagnostics import Diagnostic, Location
from bbpkg.editing.yaml_text import YamlText
from bbpkg.errors import InvalidInputError, UsageError
from bbpkg.shapes import type_name
from bbpkg.suggestions import did_you_mean
from bbpkg.umbrella.built_in_packages import BUILT_IN
from bbpkg.umbrella.migration.draft import Change, Deed, Migration
from bbpkg.umbrella.migration.mapping import MAPPING_FILE, Form, read_forms
from bbpkg.umbrella.migration.nested import ALL
from bbpkg.umbrella.migration.one_map import to_one_map
from bbpkg.umbrella.migration.other_chart import to_package

__all__ = ["Change", "Deed", "Migration", "forms_of", "migrate_to_package", "migrate_umbrella"]


def migrate_umbrella(files: Sequence[tuple[str, str]], *, nested: Sequence[str]) -> tuple[Migration, ...]:
    """Migrate the files of one umbrella (name and text, in their precedence) to the form of 4.x.

    Raises:
        UsageError: `nested` names no package.
        InvalidInputError: a file is no values file.
    """
    texts = _read_texts(files)
    known = {*BUILT_IN, ALL, *(name for text in texts for name in _packages(text))}
    for name in nested:
        if name not in known:
            near = did_you_mean(name, known)
            message = f'"{name}" is no package of Big Bang\'s and none of the files'
            raise UsageError(message, hint=f'did you mean "{near}"?' if near else None)
    return to_one_map(texts, nested=frozenset(nested))


def migrate_to_package(
    files: Sequence[tuple[str, str]], library: PackageLibrary, package: str, form_name: str | None
) -> tuple[Migration, ...]:
    """Migrate files that have values of another chart to those of a package.

    Raises:
        UsageError: there is no such package, or it does not know such values.
        InvalidInputError: a file is no values file, or the package is wrong.
    """
    source = load_source(library, package)
    form = _form(library, package, form_name)
    return to_package(_read_texts(files), form, source.package.name)


def forms_of(library: PackageLibrary, package: str) -> tuple[Form, ...]:
    """Return the values that a package knows how to migrate; none when it has no `migration.yaml`."""
    found = library.read(package)
    if MAPPING_FILE not in found.files:
        return ()
    return read_forms(found.files[MAPPING_FILE], file=f"{found.folder}/{MAPPING_FILE}")


def _read_texts(files: Sequence[tuple[str, str]]) -> list[YamlText]:
    """Read values files.

    Raises:
        InvalidInputError: with every problem of every file.
    """
    texts: list[YamlText] = []
    found: list[Diagnostic] = []
    for name, content in files:
        try:
            text = YamlText.read(content, file=name)
        except InvalidInputError as problem:
            found += problem.diagnostics
            continue
        texts.append(text)
        found += _no_values(text)
    if found:
        message = f"{', '.join(dict.fromkeys(problem.location.file for problem in found))}: no values that can be migrated"
        raise InvalidInputError(message, found)
    return texts


def _no_values(text: YamlText) -> tuple[Diagnostic, ...]:
    if len(text.documents) > 1:
        location = Location(file=text.file, line=text.documents[1].line())
        message = f"the file holds {len(text.documents)} documents; values are one document."
        hint = "write each document into a file of its own, and give the files in their order"
        return (Diagnostic(code="values", location=location, message=message, hint=hint),)
    value = text.value()
    if value is None or isinstance(value, dict):
        return ()
    message = f"the values are {type_name(value)}; they must be a mapping."
    return (Diagnostic(code="values", location=Location(file=text.file, line=text.documents[0].line()), message=message),)


def _packages(text: YamlText) -> tuple[str, ...]:
    found = text.value("/packages")
    return tuple(found) if isinstance(found, dict) else ()


def _form(library: PackageLibrary, package: str, name: str | None) -> Form:
    forms = forms_of(library, package)
    if not forms:
        message = f"the package {package} does not say how values of other charts are migrated"
        raise UsageError(message, hint=f"it needs a {MAPPING_FILE} beside its package.yaml")
    if name is None:
        return forms[0]
    found = next((form for form in forms if form.name == name), None)
    if found is None:
        names = [form.name for form in forms]
        near = did_you_mean(name, names)
        message = f'"{name}" is no form that {package} knows; it knows {", ".join(names)}'
        raise UsageError(message, hint=f'did you mean "{near}"?' if near else None)
    return found
