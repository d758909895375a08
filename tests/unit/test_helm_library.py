"""What the library engine asks for, and what it makes of the answers; equality with helm is tested with the charts."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bbpkg.diagnostics import Diagnostic, Location
from bbpkg.errors import BbpkgError, EnvironmentFailureError, UsageError
from bbpkg.helm.engine import ChartRefusedError, Engine, Refusal, RenderedDocument, RenderRequest
from bbpkg.helm.library import HelmLibrary, library_environment
from bbpkg.programs import ProgramEndedError, ProgramSilentError

_REQUEST = RenderRequest(chart=Path("/chart"), kube_version="1.34.0", release_name="demo", values={"a": "ü"}, settings=("b=c",))


def _no_linter() -> Engine:
    raise AssertionError


def _engine(ask: Callable[..., str]) -> HelmLibrary:
    return HelmLibrary(ask=ask, linter=_no_linter, timeout=7)


def _answering(answer: object) -> HelmLibrary:
    def ask(line: str, *, timeout: float) -> str:
        assert (line.count("\n"), timeout) == (0, 7)
        return json.dumps(answer) + "\n"

    return _engine(ask)


def _failing(error: Exception) -> HelmLibrary:
    def ask(line: str, *, timeout: float) -> str:
        assert line
        assert timeout
        raise error

    return _engine(ask)


def test_the_question_says_all_that_a_render_depends_on() -> None:
    asked = []

    def ask(line: str, *, timeout: float) -> str:
        asked.append(json.loads(line))
        assert timeout
        return '{"text": "---\\n", "documents": [{"text": "a: b", "content": "{}"}, {"text": "c"}]}'

    assert _engine(ask).render(_REQUEST) == "---\n"
    assert _engine(ask).render_documents(_REQUEST) == (RenderedDocument(text="a: b", content="{}"), RenderedDocument(text="c"))
    assert asked[0] == {
        "chart": "/chart",
        "releaseName": "demo",
        "namespace": "default",
        "kubeVersion": "1.34.0",
        "apiVersions": [],
        "values": {"a": "ü"},
        "settings": ["b=c"],
        "deterministic": False,
        "documents": False,
    }
    assert asked[1] == {**asked[0], "documents": True}


def test_an_error_is_understood_as_that_of_helm() -> None:
    with pytest.raises(ChartRefusedError) as refused:
        _answering({"error": "execution error at (a/templates/b.yaml:1:2): too bad"}).render(_REQUEST)
    assert (refused.value.refusal, refused.value.message) == (Refusal.RELATION, "too bad")


def test_silence_is_a_finding_about_the_chart() -> None:
    with pytest.raises(ChartRefusedError, match="not rendered within 7 seconds") as refused:
        _failing(ProgramSilentError("silent")).render(_REQUEST)
    assert refused.value.refusal is Refusal.LIMIT


@pytest.mark.parametrize(
    "said",
    [
        "fatal error: runtime: out of memory",
        "runtime: cannot allocate memory",
        "runtime: goroutine stack exceeds 1000000000-byte limit",
    ],
)
def test_too_little_memory_is_a_finding_about_the_chart(said: str) -> None:
    with pytest.raises(ChartRefusedError, match="more than 1024 MiB") as refused:
        _failing(ProgramEndedError("ended", said=said)).render(_REQUEST)
    assert refused.value.refusal is Refusal.LIMIT


@pytest.mark.parametrize(
    ("engine", "message"),
    [
        (_failing(ProgramEndedError("it ended", said="Killed")), "it ended"),
        (_engine(lambda _line, *, timeout: f"nonsense {timeout}"), "gave no answer that can be read"),
    ],
)
def test_a_program_that_does_not_work_is_an_environment_failure(engine: HelmLibrary, message: str) -> None:
    with pytest.raises(EnvironmentFailureError, match=message):
        engine.render(_REQUEST)


def test_a_value_that_json_cannot_say_is_refused() -> None:
    with pytest.raises(UsageError, match="infinite or not a number"):
        _answering({}).render(RenderRequest(chart=Path(), kube_version="1.34.0", release_name="a", values={"a": float("nan")}))


def test_nothing_of_the_user_reaches_the_program() -> None:
    assert library_environment() == {"GOTRACEBACK": "none"}


def test_lint_is_left_to_the_other_engine() -> None:
    found = (Diagnostic(code="helm-lint", location=Location(file="chart"), message="icon is missing"),)

    class _Linter:
        def render(self, request: RenderRequest) -> str:
            raise BbpkgError(str(request))

        def lint(self, request: RenderRequest) -> tuple[Diagnostic, ...]:
            assert request is _REQUEST
            return found

    assert HelmLibrary(ask=_failing_ask, linter=_Linter).lint(_REQUEST) == found


def _failing_ask(line: str, *, timeout: float) -> str:
    raise AssertionError(line, timeout)
