"""Values of the umbrella as the user's files give them: what they are together, where each was written, and what is wrong with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from bbpkg.app.values import ValuesFile
from bbpkg.diagnostics import Diagnostic, Location, Severity, in_order, pointer
from bbpkg.documents import Document
from bbpkg.errors import InvalidInputError
from bbpkg.umbrella.built_in_packages import BUILT_IN
from bbpkg.umbrella.capabilities import cluster_apis
from bbpkg.umbrella.layers import Layer, merged, steps_of, value_at, with_defaults
from bbpkg.umbrella.model import MAJORS, Major, versioned_files
from bbpkg.umbrella.names import resource_name
from bbpkg.umbrella.releases import Release
from bbpkg.umbrella.schema import Configuration
from bbpkg.umbrella.structure import configuration_of, structure_problems

_PACKAGES: Final = "packages"
# What the umbrella installs in ambient mode without being asked.
_OF_AMBIENT: Final = frozenset({"gatewayAPI", "istioCNI", "ztunnel"})


@dataclass(frozen=True, kw_only=True, slots=True)
class UmbrellaValues:
    """Files of umbrella values, weakest first, for a major version of Big Bang."""

    layers: tuple[Layer, ...] = field(repr=False)
    major: Major

    @property
    def given(self) -> dict[str, object]:
        """What the files say together."""
        return merged(self.layers)

    @property
    def rendered(self) -> dict[str, object]:
        """What the model of the umbrella gets: below the files lies what the major version sets by itself."""
        below = Layer(name=f"Big Bang {self.major.version}", file="", document=Document(self.major.values, {}))
        return merged((below, *self.layers))

    @property
    def configuration(self) -> Configuration:
        """What `packages` holds."""
        return configuration_of(self.rendered)

    @property
    def is_versioned(self) -> bool:
        """Whether the files themselves say what `packages` holds."""
        return configuration_of(self.given) is Configuration.V1

    def locate(self, place: str) -> Location:
        """Where the value at a JSON pointer was written last; the nearest value above it when it was not."""
        steps = steps_of(place)
        for depth in range(len(steps), -1, -1):
            inner = pointer(*steps[:depth])
            for layer in reversed(self.layers):
                if inner in layer.document.lines:
                    found = layer.place(steps[:depth])
                    return Location(file=found.file, line=found.line, pointer=place)
        return Location(file=self.layers[-1].file if self.layers else "umbrella", pointer=place)

    def is_written(self, place: str) -> bool:
        """Whether a file gives the value at a JSON pointer."""
        return any(place in layer.document.lines for layer in self.layers)

    def package_key(self, release: Release) -> str | None:
        """The key below `packages` that a release comes from; None when no file has one."""
        packages = value_at(self.given, (_PACKAGES,))
        names = packages if isinstance(packages, Mapping) else {}
        return next((key for key in names if resource_name(key) == release.name), None)

    def values_place(self, release: Release) -> str | None:
        """The JSON pointer of the values that a release passes to its chart; None when the files do not name the package."""
        if key := self.package_key(release):
            return pointer(_PACKAGES, key, "values")
        legacy = next((found for found in BUILT_IN.values() if found.directory == release.name), None)
        places = (pointer(legacy.name, "values"), pointer("addons", legacy.name, "values")) if legacy else ()
        return next((place for place in places if self.is_written(place)), None)


def umbrella_values(files: Sequence[ValuesFile], major: int) -> UmbrellaValues:
    """Put files of umbrella values together; a later one wins over an earlier one."""
    layers = tuple(Layer(name=file.name, file=file.name, document=file.document) for file in files)
    return UmbrellaValues(layers=layers, major=MAJORS[major])


def model_files(files: Mapping[str, str], major: int) -> dict[str, str]:
    """Return the files of bbpkg's model of the umbrella (text by path) for a major version of Big Bang."""
    return versioned_files(files, MAJORS[major])


def umbrella_apis(defaults: Mapping[str, object], values: Mapping[str, object]) -> tuple[str, ...]:
    """Return the APIs of the cluster that values of an umbrella chart describe, on top of its defaults."""
    return cluster_apis(with_defaults(defaults, values))


def check_structure(values: UmbrellaValues) -> tuple[Diagnostic, ...]:
    """Return what is doubtful about the structure.

    Raises:
        InvalidInputError: the structure is wrong, with every problem.
    """
    found = structure_problems(values.given, values.locate, configuration=values.configuration)
    wrong = [problem for problem in found if problem.severity is Severity.ERROR]
    if wrong:
        count = "1 problem" if len(wrong) == 1 else f"{len(wrong)} problems"
        message = f"the values do not fit the umbrella of Big Bang {values.major.version}: {count}."
        raise InvalidInputError(message, in_order(wrong))
    return found


def located_in_values(problem: Diagnostic, release: Release, values: UmbrellaValues) -> Diagnostic:
    """Return a problem of a release's values with the place where they were written: in a file, or in what the umbrella adds."""
    place = problem.location.pointer
    base = values.values_place(release)
    if base is not None and values.is_written(base + place):
        return moved(problem, values.locate(base + place))
    for layer in reversed(release.layers):
        if place in layer.document.lines:
            return moved(problem, layer.place(steps_of(place)))
    return moved(problem, Location(file=str(release), pointer=place))


def enabled_built_in(values: UmbrellaValues) -> tuple[str, ...]:
    """The packages of Big Bang's own that the files enable, or configure below `packages`, in order."""
    return tuple(sorted(name for name in BUILT_IN if _is_asked_for(name, values)))


def installed_built_in(defaults: Mapping[str, object], values: UmbrellaValues) -> frozenset[str]:
    """Return the names of the releases of Big Bang's own that the umbrella installs; `defaults` are those of the model."""
    effective = with_defaults(defaults, values.rendered)
    is_ambient = value_at(effective, ("istio", "ambient", "enabled")) is True or value_at(effective, ("ztunnel", "enabled")) is True
    return frozenset(
        package.directory for name, package in BUILT_IN.items() if _is_on(effective, name) or (is_ambient and name in _OF_AMBIENT)
    )


def _is_on(values: Mapping[str, object], name: str) -> bool:
    places = (("packages", name, "enabled"), (name, "enabled"), ("addons", name, "enabled"))
    found = [value for value in (value_at(values, place) for place in places) if value is not None]
    return bool(found) and found[0] is not False


def _is_asked_for(name: str, values: UmbrellaValues) -> bool:
    places: list[tuple[str, ...]] = [(name,), ("addons", name)]
    if any(value_at(values.given, (*place, "enabled")) is True for place in places):
        return True
    package = value_at(values.given, (_PACKAGES, name)) if values.configuration is Configuration.V1 else None
    return isinstance(package, Mapping) and package.get("enabled") is not False


def moved(problem: Diagnostic, location: Location) -> Diagnostic:
    """Return a problem at another place."""
    return Diagnostic(code=problem.code, location=location, message=problem.message, hint=problem.hint, severity=problem.severity)
