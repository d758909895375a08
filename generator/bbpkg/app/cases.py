"""Render cases: every edition in every release, alone and with each overlay that serves it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bbpkg.errors import UsageError
from bbpkg.helm.values import merged_values
from bbpkg.model.package import Package
from bbpkg.model.variants import Edition, Variant
from bbpkg.plan.overlays import overlay_values
from bbpkg.suggestions import did_you_mean


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """A named set of values with which a chart must render; without a variant it holds whatever a user gave."""

    name: str
    variant: Variant | None
    overlay: str | None = None
    values: Mapping[str, object] = field(repr=False)


def selection(edition: Edition, release: str) -> dict[str, object]:
    """Return the values that choose an edition and its release."""
    values: dict[str, object] = {"global": {"edition": edition.name}}
    if edition.is_selectable:
        values = merged_values(values, {edition.name: {"release": release}})
    return values


def package_cases(package: Package) -> tuple[Case, ...]:
    """Return every case of a package: those of an edition's release stand together, the one without overlay first."""
    return tuple(case for edition in package.editions for variant in edition.variants for case in _variant_cases(package, edition, variant))


def summary_cases(package: Package) -> tuple[Case, ...]:
    """Return the cases without overlay: one for each release of each edition."""
    return tuple(case for case in package_cases(package) if case.overlay is None)


def chosen_cases(package: Package, names: tuple[str, ...]) -> tuple[Case, ...]:
    """Return the cases with these names, in the order of the package; all without names.

    Raises:
        UsageError: a name is unknown.
    """
    cases = package_cases(package)
    known = {case.name for case in cases}
    for name in names:
        if name not in known:
            near = did_you_mean(name, known)
            message = f'"{name}" is not a case of {package.name}, which has {len(cases)} cases'
            shown = "bbpkg validate PACKAGE --list shows them"
            raise UsageError(message, hint=f'did you mean "{near}"? {shown}' if near else shown)
    return tuple(case for case in cases if not names or case.name in names)


def _variant_cases(package: Package, edition: Edition, variant: Variant) -> Iterator[Case]:
    name = f"{edition.name}-{variant.release}"
    chosen = selection(edition, variant.release)
    yield Case(name=name, variant=variant, values=merged_values(edition.required_values, chosen))
    for overlay in package.overlays:
        if variant in overlay.variants:
            # The choice comes last: an overlay that serves several releases may name one of them.
            values = merged_values(edition.required_values, overlay_values(package, overlay), chosen)
            yield Case(name=f"{name}+{overlay.name}", variant=variant, overlay=overlay.name, values=values)
