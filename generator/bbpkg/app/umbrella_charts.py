"""Which releases of an umbrella are rendered, and from which chart each."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bbpkg.app.umbrella import ReleaseToRender
from bbpkg.diagnostics import Diagnostic, Location
from bbpkg.errors import InvalidInputError
from bbpkg.suggestions import did_you_mean
from bbpkg.umbrella.names import resource_name
from bbpkg.umbrella.releases import Release

WRAPPER: Final = "wrapper"
_WRAPPER_SUFFIX: Final = f"-{WRAPPER}"
_PACKAGE_VALUES: Final = "values.yaml"


@dataclass(frozen=True, kw_only=True, slots=True)
class ChosenReleases:
    """The releases with their charts, and those that are left out because nobody gave a chart for them."""

    items: tuple[ReleaseToRender, ...]
    left_out: tuple[Release, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ChartChoice:
    """What the user says of charts and releases.

    `given` are charts by name of a release, or `wrapper` for all wrappers. `wanted` are names of releases; none means all that have a
    chart, and every custom package. `carried` makes the chart of a package that bbpkg knows by the name of the release.
    """

    given: Mapping[str, Path]
    wanted: tuple[str, ...] = ()
    carried: Callable[[str], Path | None]


def chosen_releases(releases: Sequence[Release], choice: ChartChoice) -> ChosenReleases:
    """Find the chart of every release that is to be rendered.

    Raises:
        InvalidInputError: a name is no release, or a release has no chart; with every problem.
    """
    names = [release.name for release in releases]
    problems = [*_unknown("--package", choice.wanted, names), *_unknown("--chart", choice.given, [*names, WRAPPER])]
    items: list[ReleaseToRender] = []
    left_out: list[Release] = []
    for release in releases:
        if choice.wanted and release.name not in choice.wanted:
            continue
        chart = _chart_of(release, choice)
        if chart is not None:
            items.append(ReleaseToRender(release=release, chart=chart))
        elif choice.wanted or is_custom_package(release):
            problems.append(_without_chart(release))
        else:
            left_out.append(release)
    if problems:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        message = f"not every release can be rendered: {count}."
        raise InvalidInputError(message, problems)
    return ChosenReleases(items=tuple(items), left_out=tuple(left_out))


def named_release(name: str, names: Sequence[str]) -> str:
    """Return the name of the release that a user means by its name, or by the key of its package."""
    return name if name in names or resource_name(name) not in names else resource_name(name)


def is_custom_package(release: Release) -> bool:
    """Whether a release is a package of the user's own: the values of others stand under other keys, and wrappers are no packages."""
    return any(layer.name == _PACKAGE_VALUES for layer in release.layers) and not is_wrapper(release)


def is_wrapper(release: Release) -> bool:
    """Whether a release is what the umbrella wraps around a package."""
    return release.name.endswith(_WRAPPER_SUFFIX) and release.chart.source.name.endswith(_WRAPPER_SUFFIX)


def _chart_of(release: Release, choice: ChartChoice) -> Path | None:
    if release.name in choice.given:
        return choice.given[release.name]
    if is_wrapper(release):
        return choice.given.get(WRAPPER)
    return choice.carried(release.name) if is_custom_package(release) else None


def _unknown(option: str, given: Iterable[str], known: Sequence[str]) -> list[Diagnostic]:
    found = []
    for name in given:
        if name not in known:
            near = did_you_mean(name, known)
            listed = ", ".join(sorted(set(known))) or "none"
            message = f'"{name}" is no release of the umbrella; there are {listed}.'
            location = Location(file=f"{option} {name}")
            found.append(
                Diagnostic(code="umbrella-release", location=location, message=message, hint=f'did you mean "{near}"?' if near else None)
            )
    return found


def _without_chart(release: Release) -> Diagnostic:
    message = f"bbpkg has no chart for it; Flux would take {release.chart}."
    hint = f"add --chart {release.name}=PATH, with a folder or an archive"
    return Diagnostic(code="umbrella-chart", location=Location(file=str(release)), message=message, hint=hint)
