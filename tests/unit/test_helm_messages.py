"""What Helm says becomes a message for a person: without Helm's own prefix, and without values that may be secret."""

import pytest

from bbpkg.errors import EnvironmentFailureError
from bbpkg.helm.engine import ChartRefusedError, Refusal
from bbpkg.helm.messages import chart_file, lint_findings, refusal

_SCHEMA = "Error: values don't meet the specifications of the schema(s) in the following chart(s):\nnotes:\n"


def _refused(stderr: str) -> ChartRefusedError:
    found = refusal(stderr, exit_code=1)
    assert isinstance(found, ChartRefusedError)
    return found


def test_the_chart_speaks_for_itself() -> None:
    said = 'shelf: two passwords. Remove one, or:\n\nshelf:\n  existingSecret: ""'
    prefix = "Error: execution error at (notes/templates/validate/validate.yaml:9:4): "
    found = _refused(f"{prefix}\n\n{said}\n\nUse --debug flag to render out invalid YAML\n")
    assert (found.refusal, found.message, found.diagnostics) == (Refusal.RELATION, said, ())


@pytest.mark.parametrize(
    ("lines", "places"),
    [
        ("- at '/shelf/port': got string, want integer\n- at '/a~1b': got null, want object\n", ["/shelf/port", "/a~1b"]),
        ("- shelf.port: Invalid type. Expected: integer, given: string\n- (root): Must be valid\n", ["/shelf/port", ""]),
    ],
    ids=["helm-4", "helm-3"],
)
def test_each_place_that_the_schema_refuses_is_a_finding(lines: str, places: list[str]) -> None:
    found = _refused(_SCHEMA + lines)
    assert found.refusal is Refusal.SCHEMA
    assert "2 problems" in found.message
    assert [problem.location.pointer for problem in found.diagnostics] == places


@pytest.mark.parametrize(
    ("line", "pointers"),
    [
        ("- at '/shelf': additional properties 'hots', 'p/rt' not allowed", ["/shelf/hots", "/shelf/p~1rt"]),
        ("- shelf: Additional property hots is not allowed", ["/shelf/hots"]),
        ("- (root): Additional property hots is not allowed", ["/hots"]),
    ],
)
def test_each_unknown_key_is_a_finding_at_the_key(line: str, pointers: list[str]) -> None:
    found = _refused(_SCHEMA + line)
    assert [problem.location.pointer for problem in found.diagnostics] == pointers
    assert all("is not a known key" in problem.message for problem in found.diagnostics)


@pytest.mark.parametrize("shown", ["'pa55word'", "'pa55 \\'word'", '"pa55word"'])
def test_a_refused_value_is_not_repeated(shown: str) -> None:
    found = _refused(f"{_SCHEMA}- at '/shelf/password': {shown} does not match pattern '^[ -~]*$'\n")
    assert found.diagnostics[0].message == "the value does not match pattern '^[ -~]*$'."


def test_a_value_of_the_command_line_is_not_repeated() -> None:
    found = _refused('Error: failed parsing --set data: key "pa55word" has no value\n')
    assert found.refusal is Refusal.REQUEST
    assert "pa55word" not in f"{found.message} {found.hint} {found.diagnostics}"


@pytest.mark.parametrize(
    ("text", "file", "line"),
    [
        (
            'notes/templates/a.yaml:3:10\n  executing "notes/templates/a.yaml" at <.Values.x.y>:\n    nil pointer',
            "chart/templates/a.yaml",
            3,
        ),
        ('template: notes/templates/a.yaml:3:10: executing "notes/templates/a.yaml" at <.x>: nil', "chart/templates/a.yaml", 3),
        ("parse error at (notes/templates/a.yaml:2): unclosed action", "chart/templates/a.yaml", 2),
        ("YAML parse error on notes/templates/sub/a.yaml: error converting YAML to JSON: yaml: x", "chart/templates/sub/a.yaml", 0),
    ],
)
def test_a_fault_of_a_template_names_the_template(text: str, file: str, line: int) -> None:
    found = _refused(f"Error: {text}\n\nUse --debug flag to render out invalid YAML\n")
    assert found.refusal is Refusal.TEMPLATE
    assert (found.diagnostics[0].location.file, found.diagnostics[0].location.line) == (file, line)
    assert "--debug" not in found.diagnostics[0].message


def test_a_fault_without_a_template_is_still_told() -> None:
    found = _refused('Error: template: no template "x" associated with template "gotpl"')
    assert found.diagnostics[0].location.file == "chart"


def test_warnings_before_the_error_are_left_out() -> None:
    found = _refused("WARNING: kubeconfig is readable\nlevel=INFO msg=x\nError: invalid kube version 'foo': bad\n")
    assert found.message == "helm does not render the chart: invalid kube version 'foo': bad"


@pytest.mark.parametrize(("stderr", "said"), [("", "it said: nothing"), ("panic: x\n", "it said: panic: x")])
def test_a_helm_that_fails_without_a_reason_is_no_finding(stderr: str, said: str) -> None:
    found = refusal(stderr, exit_code=7)
    assert isinstance(found, EnvironmentFailureError)
    assert said in found.message
    assert "exit code 7" in found.message


def test_remarks_of_lint_are_no_findings() -> None:
    assert lint_findings("==> Linting chart\n[INFO] Chart.yaml: icon is recommended\n\n1 chart(s) linted, 0 chart(s) failed\n") == ()


def test_warnings_and_errors_of_lint_are_findings_with_all_their_lines() -> None:
    text = """==> Linting chart
[WARNING] templates/a.yaml: extensions/v1beta1 Deployment is deprecated
[ERROR] values.yaml: - at '/shelf/password': 'pa55word' does not match pattern 'x'

[ERROR] templates/: values don't fit:
notes:
- more

Error: 1 chart(s) linted, 1 chart(s) failed
"""
    found = lint_findings(text)
    assert [problem.location.file for problem in found] == ["chart/templates/a.yaml", "chart/values.yaml", "chart/templates"]
    assert found[2].message == "values don't fit:\nnotes:\n- more"
    assert "pa55word" not in str(found)


def test_files_of_subcharts_stand_below_the_chart() -> None:
    assert chart_file("notes/charts/library/templates/a.yaml") == "chart/charts/library/templates/a.yaml"


@pytest.mark.parametrize(
    "said",
    ['failing loading "file:///other.json": no such file', "invalid type for values: expected object (map), got string"],
)
def test_a_schema_that_cannot_be_used_is_told_in_helms_words(said: str) -> None:
    stderr = f"Error: values don't meet the specifications of the schema(s) in the following chart(s):\nshop:\n{said}\n"
    error = refusal(stderr, exit_code=1)
    assert isinstance(error, ChartRefusedError)
    assert (error.refusal, error.diagnostics) == (Refusal.SCHEMA, ())
    assert error.message == f"the values cannot be compared with the schema of the chart: shop:\n{said}"
