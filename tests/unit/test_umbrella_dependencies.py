"""What releases wait for: circles, and releases that nobody installs."""

from bbpkg.diagnostics import Severity
from bbpkg.umbrella.dependencies import dependency_problems
from bbpkg.umbrella.releases import ChartSource, ObjectName, Release


def _name(name: str, namespace: str = "bigbang") -> ObjectName:
    return ObjectName(namespace=namespace, name=name)


def _release(name: str, *needs: str, namespace: str = "bigbang") -> Release:
    chart = ChartSource(kind="GitRepository", source=_name(name), chart="chart")
    depends_on = tuple(_name(need) for need in needs)
    return Release(name=name, namespace=namespace, release_name=name, target_namespace=name, chart=chart, values={}, depends_on=depends_on)


def _messages(*releases: Release) -> list[str]:
    return [problem.message for problem in dependency_problems(releases)]


def test_a_chain_is_fine() -> None:
    assert _messages(_release("a", "b", "c"), _release("b", "c"), _release("c")) == []


def test_every_circle_is_found_once_whatever_the_order() -> None:
    circles = [_release("a", "b"), _release("b", "a"), _release("c", "d"), _release("d", "e", "a"), _release("e", "c"), _release("f", "f")]
    for releases in (circles, circles[::-1]):
        found = _messages(*releases)
        assert [message.rpartition(": ")[2] for message in found] == [
            "bigbang/a -> bigbang/b -> bigbang/a.",
            "bigbang/c -> bigbang/d -> bigbang/e -> bigbang/c.",
            "bigbang/f -> bigbang/f.",
        ]


def test_long_chains_are_no_problem() -> None:
    releases = [_release(f"r{number}", f"r{number + 1}") for number in range(3000)]
    assert len(dependency_problems(releases)) == 1


def test_what_nobody_installs_is_a_warning_that_names_what_is_near() -> None:
    (problem,) = dependency_problems([_release("shop", "mnoitoring")], known=frozenset({_name("monitoring")}))
    assert problem.severity is Severity.WARNING
    assert problem.hint == 'did you mean "monitoring"?'


def test_the_namespace_counts() -> None:
    assert dependency_problems([_release("shop", "monitoring")], known=frozenset({_name("monitoring")})) == ()
    (problem,) = dependency_problems([_release("shop", "monitoring")], known=frozenset({_name("monitoring", "elsewhere")}))
    assert problem.hint == "write namespace: elsewhere"
