"""Every row of the case table, rendered by the real Helm."""

from pathlib import Path

import pytest

from bb_common.contract_case import Case, Values, failing_cases, load_yaml, passing_cases
from bb_common.rendering import CHART, find_helm, find_helms, render_case, run_template

CONTRACT = load_yaml(Path(__file__).parent / "contract.yaml")


def by_name(objects: list[Values]) -> dict[str, Values]:
    """Keys objects by what makes them one object in a namespace; two of one key are a failure of their own."""
    keyed = {f"{value['kind']}/{value['metadata']['name']}": value for value in objects}
    assert len(keyed) == len(objects), f"names meet: {[value['metadata']['name'] for value in objects]}"
    return keyed


@pytest.mark.parametrize("helm", find_helms(), ids=lambda path: path.name)
@pytest.mark.parametrize("case", passing_cases(), ids=lambda case: case.identity)
def test_case_renders_exactly_its_objects(helm: Path, case: Case) -> None:
    rendered = render_case(helm, case, passing_cases())
    if case.objects is not None:
        assert by_name(rendered) == by_name(list(case.objects))


@pytest.mark.parametrize("case", failing_cases(), ids=lambda case: case.identity)
def test_case_fails_with_its_message(case: Case) -> None:
    process = run_template(find_helm(), CHART, case.values, case.release, case.namespace, case.api_versions)
    assert process.returncode != 0, "it renders"
    for part in case.fails:
        assert part in process.stderr
    assert "error calling" not in process.stderr, "a template broke instead of refusing the value"


@pytest.mark.parametrize("helm", find_helms()[1:], ids=lambda path: path.name)
@pytest.mark.parametrize("case", failing_cases(), ids=lambda case: case.identity)
def test_case_fails_in_the_older_helm_too(helm: Path, case: Case) -> None:
    process = run_template(helm, CHART, case.values, case.release, case.namespace, case.api_versions)
    assert process.returncode != 0, "it renders"
    # Each Helm has a schema library with sentences of its own; what the templates say is the same.
    if "the schema(s) in the following chart(s)" not in process.stderr:
        for part in case.fails:
            assert part in process.stderr


@pytest.mark.parametrize("sentence", CONTRACT)
def test_sentence_of_the_contract_is_proved_both_ways(sentence: str) -> None:
    citing = [case for case in (*passing_cases(), *failing_cases()) if sentence in case.contract]
    assert any(case.objects is not None for case in citing), "no case with objects cites it"
    cannot_fail = isinstance(CONTRACT[sentence], dict) and CONTRACT[sentence]["no-failure"]
    assert cannot_fail or any(case.fails for case in citing), "no case that must fail cites it"


def test_cases_cite_only_sentences_of_the_contract() -> None:
    cited = {sentence for case in (*passing_cases(), *failing_cases()) for sentence in case.contract}
    assert cited <= set(CONTRACT)
