"""What `helm test` runs: the test files of a package, and the variables that they read."""

from dataclasses import dataclass

from bbpkg.model.variants import Variants


@dataclass(frozen=True, kw_only=True, slots=True)
class SuiteFile:
    """A file of the package folder that goes into the chart as it is; `path` is below the folder, and below the chart."""

    path: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SuiteVariable:
    """An environment variable of a test: `value` is text of the Go template, `credential` is `name.key`; one of them is set."""

    name: str
    variants: Variants
    value: str | None = None
    credential: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Suite:
    """Tests of one kind; without files there are none."""

    files: tuple[SuiteFile, ...] = ()
    env: tuple[SuiteVariable, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Suites:
    """The shell scripts and the browser tests of a package."""

    scripts: Suite
    cypress: Suite
