"""What is said about the structure of umbrella values: cases as folders, and the schema that editors get.

A folder holds `values.yaml` and, when something is wrong with it, exactly what is said in `problems.txt`. `part` in its name: the
file is one of several.
"""

import json
from pathlib import Path

import jsonschema
import pytest

from bbpkg.diagnostics import Diagnostic, Severity
from bbpkg.documents import read_documents
from bbpkg.umbrella.built_in_packages import BUILT_IN
from bbpkg.umbrella.names import built_in_namesake, resource_name, same_names
from bbpkg.umbrella.schema import Configuration, editor_schema, umbrella_schema
from bbpkg.umbrella.structure import configuration_of, document_problems
from packages import REPOSITORY, render_chart, write_files

CASES = REPOSITORY / "tests/cases/umbrella-structure"
FOLDERS = sorted(path for path in CASES.iterdir() if path.is_dir())


def said(found: tuple[Diagnostic, ...]) -> str:
    return "".join(f"{problem.severity.value} {problem}\n" for problem in found)


def problems(text: str, *, is_whole: bool = True) -> tuple[Diagnostic, ...]:
    (document,) = read_documents(text, file="values.yaml")
    return document_problems(document, "values.yaml", is_whole=is_whole)


@pytest.mark.parametrize("name", [path.name for path in FOLDERS])
def test_a_case_is_judged_as_it_says(name: str) -> None:
    expected = CASES / name / "problems.txt"
    found = problems((CASES / name / "values.yaml").read_text(encoding="utf-8"), is_whole="part" not in name.split("-"))
    assert said(found) == (expected.read_text(encoding="utf-8") if expected.exists() else "")


def test_an_editor_finds_what_is_found_here_by_shape() -> None:
    """Cases whose problems are all of the schema are refused by the editor's schema, and right ones are not."""
    schema = editor_schema({})
    jsonschema.Draft7Validator.check_schema(schema)
    for folder in FOLDERS:
        text = (folder / "values.yaml").read_text(encoding="utf-8")
        (document,) = read_documents(text, file="values.yaml")
        # Helm drops null, and SOPS decrypts; an editor sees neither.
        if (
            not isinstance(document.value, dict)
            or "null" in text
            or "ENC[" in text
            or document.value.get("packageConfiguration", "") is None
        ):
            continue
        found = document_problems(document, "values.yaml")
        is_refused = any(problem.code == "umbrella" for problem in found)
        assert jsonschema.Draft7Validator(schema).is_valid(document.value) is not is_refused, folder.name


def test_every_reference_of_the_schema_has_a_definition() -> None:
    for schema in (editor_schema({"shop": "shop.json"}), *(umbrella_schema(form) for form in Configuration)):
        text = json.dumps(schema)
        wanted = {part.partition('"')[0] for part in text.split('"#/definitions/')[1:]}
        assert wanted <= set(json.loads(text)["definitions"])


def test_the_values_of_a_known_package_have_the_schema_of_its_chart() -> None:
    schema = json.loads(json.dumps(editor_schema({"shop": "shop.values.schema.json"})))
    for form in ("then", "else"):
        assert schema[form]["properties"]["packages"]["properties"]["shop"]["properties"]["values"] == {"$ref": "shop.values.schema.json"}


@pytest.mark.parametrize("package", sorted(BUILT_IN))
def test_a_package_of_big_bang_is_known_at_its_place(package: str) -> None:
    path = BUILT_IN[package].legacy_path
    legacy = f"{path[0]}:\n  {path[1]}: {{enabled: true}}\n" if len(path) == 2 else f"{path[0]}: {{enabled: true}}\n"
    assert problems(legacy) == ()
    form = "packageConfiguration: {version: v1}\n"
    assert problems(form + f"packages:\n  {package}: {{enabled: true}}\n") == ()
    # Without v1 it is a package of the user's own, which needs a source.
    assert {problem.severity for problem in problems(f"packages:\n  {package}: {{enabled: true}}\n")} == {Severity.ERROR, Severity.WARNING}


@pytest.mark.parametrize("package", sorted(BUILT_IN))
def test_a_misspelt_key_of_a_package_is_an_error_in_v1(package: str) -> None:
    (problem,) = problems(f"packageConfiguration: {{version: v1}}\npackages:\n  {package}: {{enabeld: true}}\n")
    assert (problem.location.line, problem.hint) == (3, 'did you mean "enabled"?')


def test_secrets_do_not_show_in_messages() -> None:
    text = "registryCredentials: [{password: 12345678}]\ngit: {credentials: [s3cr3t]}\naddons: {minio: {secretkey: 9999}}\nsso: [hidden]\n"
    found = said(problems(text))
    assert found.count("error") == 4
    for secret in ("12345678", "s3cr3t", "9999", "hidden"):
        assert secret not in found


def test_the_form_is_what_the_values_say() -> None:
    assert configuration_of({"packageConfiguration": {"version": "v1"}}) is Configuration.V1
    others: tuple[object, ...] = ({}, {"packageConfiguration": None}, {"packageConfiguration": {}}, None, [])
    assert {configuration_of(values) for values in others} == {Configuration.UNVERSIONED}


NAMES = (
    *("shop", "abc2def", "http2xx", "app2", "v2app", "a1b2", "myApp", "HTTPServer", "app_2", "s3Proxy", "S3Proxy", "abc-2def", "x509Cert"),
    *("istioCNI", "istioCRDs", "k8s-tool", "Duration2m3s", "a.b c", "ABC", "aB1C", "-x-", "minio2Operator", "2048", "foo2Bar", "fooBAR2"),
    *("a" * 70, "x--y", "eCK", "E2E", "e2e-tests", "my.app.v2", "Ab12Cd", *BUILT_IN),
)


def test_names_are_those_of_the_umbrella(tmp_path: Path) -> None:
    """Against sprig itself: the expression is the umbrella's template `resourceName`."""
    expression = '{{ regexReplaceAll "\\\\W+" . "-" | trimPrefix "-" | trunc 63 | trimSuffix "-" | kebabcase }}'
    words = " ".join(json.dumps(name) for name in NAMES)
    chart = write_files(
        tmp_path,
        {
            "Chart.yaml": "apiVersion: v2\nname: names\nversion: 0.0.1\n",
            "templates/names.yaml": f"names:\n{{{{- range list {words} }}}}\n  - {expression}\n{{{{- end }}}}\n",
        },
    )
    (document,) = read_documents(render_chart(chart), file="names.yaml")
    assert document.value == {"names": [int(name) if name.isdigit() else name for name in map(resource_name, NAMES)]}


@pytest.mark.parametrize(
    ("name", "package"),
    [("istio-cni", "istioCNI"), ("ISTIOcni", "istioCNI"), ("istio-cr-ds", "istioCRDs"), ("istio-crds", "istioCRDs"), ("Loki", "loki")],
)
def test_names_of_big_bang_are_known_however_they_are_written(name: str, package: str) -> None:
    found = built_in_namesake(name)
    assert found is not None
    assert found.name == package


def test_packages_that_become_one_name_are_found() -> None:
    assert same_names(["myApp", "my-app", "other", "my_app"]) == {"my-app": ("myApp", "my-app", "my_app")}
    assert same_names(["myApp", "myapp"]) == {}
