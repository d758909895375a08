"""Where helm and kubeconform are looked for, and which are refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bbpkg.adapters.processes import Completed
from bbpkg.adapters.tools import ToolFinder, ToolSource
from bbpkg.errors import EnvironmentFailureError


@dataclass
class _Programs:
    """Stands in for running programs: says what was planned, and remembers who was asked."""

    says: Mapping[Path, str] = field(default_factory=dict)
    exit_code: int = 0
    stderr: str = ""
    asked: list[Sequence[str]] = field(default_factory=list)

    def run(self, argv: Sequence[str], *, timeout: float) -> Completed:
        assert timeout > 0
        self.asked.append(argv)
        return Completed(stdout=self.says.get(Path(argv[0]), "v4.3.1+gabcdef0\n"), stderr=self.stderr, exit_code=self.exit_code)


def _executable(path: Path, content: bytes = b"") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(0o755)
    return path


def _finder(cwd: Path, programs: _Programs, **environ: str) -> ToolFinder:
    return ToolFinder(run=programs.run, cwd=cwd, environ={"PATH": str(cwd / "on-path"), **environ})


def test_the_environment_variable_goes_before_the_project_and_path(tmp_path: Path) -> None:
    chosen = _executable(tmp_path / "chosen" / "helm-of-mine")
    _executable(tmp_path / ".tools" / "bin" / "helm")
    _executable(tmp_path / "on-path" / "helm")
    found = _finder(tmp_path, _Programs(), BBPKG_HELM=str(chosen)).helm()
    assert (found.path, found.source) == (chosen, ToolSource.ENVIRONMENT)


def test_the_environment_variable_may_name_a_program_on_path(tmp_path: Path) -> None:
    chosen = _executable(tmp_path / "on-path" / "helm3")
    assert _finder(tmp_path, _Programs(), BBPKG_HELM="helm3").helm().path == chosen


def test_the_environment_variable_may_be_relative_to_the_working_directory(tmp_path: Path) -> None:
    chosen = _executable(tmp_path / "mine" / "helm")
    assert _finder(tmp_path, _Programs(), BBPKG_HELM="mine/helm").helm().path == chosen


def test_the_nearest_project_goes_before_a_farther_one_and_path(tmp_path: Path) -> None:
    _executable(tmp_path / ".tools" / "bin" / "helm")
    near = _executable(tmp_path / "near" / ".tools" / "bin" / "helm")
    below = tmp_path / "near" / "deep" / "deeper"
    below.mkdir(parents=True)
    _executable(below / "on-path" / "helm")
    found = _finder(below, _Programs()).helm()
    assert (found.path, found.source) == (near, ToolSource.PROJECT)


def test_a_dangling_link_in_the_project_is_no_tool(tmp_path: Path) -> None:
    (tmp_path / ".tools" / "bin").mkdir(parents=True)
    (tmp_path / ".tools" / "bin" / "helm").symlink_to(tmp_path / "gone")
    on_path = _executable(tmp_path / "on-path" / "helm")
    found = _finder(tmp_path, _Programs()).helm()
    assert (found.path, found.source) == (on_path, ToolSource.PATH)


def test_a_tool_is_asked_for_its_version_once(tmp_path: Path) -> None:
    helm = _executable(tmp_path / "on-path" / "helm")
    programs = _Programs()
    finder = _finder(tmp_path, programs)
    assert finder.helm() == finder.helm()
    assert programs.asked == [[str(helm), "version", "--short"]]


@pytest.mark.parametrize(
    ("said", "version"),
    [("v4.3.1+gc0d08d0", (4, 3, 1)), ("v3.17.0+g301108e", (3, 17, 0)), ("v4.3", (4, 3, 0)), ("v10.0.12", (10, 0, 12))],
)
def test_a_new_enough_helm_is_taken_with_its_version(tmp_path: Path, said: str, version: tuple[int, int, int]) -> None:
    helm = _executable(tmp_path / "on-path" / "helm")
    found = _finder(tmp_path, _Programs({helm: said + "\n"})).helm()
    assert (found.version, found.version_text) == (version, said)


@pytest.mark.parametrize(
    ("name", "said", "problem"),
    [
        ("helm", "v3.16.4+g7877b45", "is 3.16.4; bbpkg needs 3.17.0 or newer"),
        ("kubeconform", "v0.6.6", "is 0.6.6; bbpkg needs 0.6.7 or newer"),
    ],
)
def test_a_too_old_tool_is_refused_with_what_to_type(tmp_path: Path, name: str, said: str, problem: str) -> None:
    binary = _executable(tmp_path / "on-path" / name)
    finder = _finder(tmp_path, _Programs({binary: said}))
    with pytest.raises(EnvironmentFailureError) as caught:
        finder.helm() if name == "helm" else finder.kubeconform()
    assert caught.value.message == f"{name} from PATH ({binary}) {problem}"
    assert "type `make tools`" in str(caught.value.hint)
    assert caught.value.exit_code == 3


def test_a_too_old_tool_in_the_project_is_not_passed_over_in_silence(tmp_path: Path) -> None:
    old = _executable(tmp_path / ".tools" / "bin" / "helm")
    _executable(tmp_path / "on-path" / "helm")
    with pytest.raises(EnvironmentFailureError, match=r"\.tools/bin.* is 3\.1\.0"):
        _finder(tmp_path, _Programs({old: "v3.1.0"})).helm()


def test_a_missing_tool_is_reported_with_what_to_type(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFailureError, match=r"^kubeconform was not found in \.tools/bin or on PATH$") as caught:
        _finder(tmp_path, _Programs()).kubeconform()
    assert caught.value.hint == "type `make tools`, or put kubeconform >= 0.6.7 on PATH, or set BBPKG_KUBECONFORM to its path"


def test_an_environment_variable_that_leads_nowhere_is_an_error_not_a_search(tmp_path: Path) -> None:
    _executable(tmp_path / "on-path" / "helm")
    with pytest.raises(EnvironmentFailureError, match=r"^BBPKG_HELM is '/no/such/helm', which is no program that can be run$"):
        _finder(tmp_path, _Programs(), BBPKG_HELM="/no/such/helm").helm()


def test_a_kubeconform_without_a_version_is_known_by_its_build_information(tmp_path: Path) -> None:
    content = b"\x7fELF\0\0path\tgithub.com/yannh/kubeconform/cmd/kubeconform\nmod\tgithub.com/yannh/kubeconform\tv0.7.0\th1:abc=\n\0"
    binary = _executable(tmp_path / "on-path" / "kubeconform", content)
    found = _finder(tmp_path, _Programs({binary: "development\n"})).kubeconform()
    assert (found.version, found.version_text) == ((0, 7, 0), "development")


def test_a_tool_that_tells_no_version_at_all_is_refused(tmp_path: Path) -> None:
    binary = _executable(tmp_path / "on-path" / "kubeconform", b"#!/bin/sh\n")
    with pytest.raises(EnvironmentFailureError, match="does not say its version, but 'development'"):
        _finder(tmp_path, _Programs({binary: "development\n"})).kubeconform()


def test_a_tool_that_fails_is_reported_in_its_own_words(tmp_path: Path) -> None:
    _executable(tmp_path / "on-path" / "helm")
    with pytest.raises(EnvironmentFailureError, match="failed when asked for its version: no such flag"):
        _finder(tmp_path, _Programs(exit_code=1, stderr="no such flag\nusage: ...\n")).helm()
