"""HelmReleases read from objects: sources of values in Flux's order, names, and charts."""

import base64
from typing import Any

import pytest

from bbpkg.manifests.objects import KubernetesObject, parse_objects
from bbpkg.umbrella.releases import Release, read_releases

VALUES = """
apiVersion: v1
kind: Secret
metadata: {name: shop-values, namespace: bigbang}
stringData: {common.yaml: "{a: common, b: {c: 1, d: [1]}}", values.yaml: "{a: user, b: {d: [2], e: null}}"}
"""
RELEASE = """
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: shop, namespace: bigbang}
spec:
  releaseName: shop
  targetNamespace: shop-system
  chart: {spec: {chart: ./chart, sourceRef: {kind: GitRepository, name: shop}}}
  valuesFrom:
    - {kind: Secret, name: shop-values, valuesKey: common.yaml}
    - {kind: Secret, name: shop-values}
"""


def _objects(*texts: str) -> tuple[KubernetesObject, ...]:
    return parse_objects("\n---\n".join(texts))


def _release(*texts: str) -> Release:
    (release,) = read_releases(_objects(*texts)).releases
    return release


def _with(old: str, new: str) -> str:
    assert RELEASE.count(old) == 1
    return RELEASE.replace(old, new)


def test_later_sources_win_mappings_merge_and_lists_do_not() -> None:
    release = _release(VALUES, RELEASE)
    assert release.values == {"a": "user", "b": {"c": 1, "d": [2], "e": None}}
    assert [(layer.name, layer.file) for layer in release.layers] == [
        ("common.yaml", "Secret bigbang/shop-values: common.yaml"),
        ("values.yaml", "Secret bigbang/shop-values: values.yaml"),
    ]


def test_values_of_the_release_itself_are_the_strongest() -> None:
    release = _release(VALUES, RELEASE + "  values: {a: inline}\n")
    assert release.values["a"] == "inline"
    assert release.layers[-1].name == "spec.values"


def test_encoded_values_are_read_and_plain_ones_win() -> None:
    encoded = base64.b64encode(b"a: encoded").decode()
    secret = f"apiVersion: v1\nkind: Secret\nmetadata: {{name: shop-values, namespace: bigbang}}\ndata: {{values.yaml: {encoded}}}\n"
    assert _release(secret, _with("    - {kind: Secret, name: shop-values, valuesKey: common.yaml}\n", "")).values == {"a": "encoded"}
    both = secret + "stringData: {values.yaml: 'a: plain'}\n"
    assert _release(both, _with("    - {kind: Secret, name: shop-values, valuesKey: common.yaml}\n", "")).values == {"a": "plain"}


def test_a_source_in_another_namespace_is_another_source() -> None:
    found = read_releases(_objects(VALUES.replace("namespace: bigbang", "namespace: shop"), RELEASE))
    assert [problem.message for problem in found.findings] == [
        "values come from Secret bigbang/shop-values, which is not among the objects: they are left out."
    ]
    assert found.releases[0].values == {}


def test_an_optional_source_may_be_missing() -> None:
    optional = _with("valuesKey: common.yaml}", "valuesKey: other, optional: true}")
    assert read_releases(_objects(VALUES, optional)).findings == ()
    (problem,) = read_releases(_objects(VALUES, _with("valuesKey: common.yaml}", "valuesKey: other}"))).findings
    assert "has no readable key other" in problem.message


@pytest.mark.parametrize(
    ("text", "path", "value"),
    [
        ("7", "a.b", {"a": {"b": 7}}),
        ("007", "a", {"a": "007"}),
        ("'7'", "a", {"a": "7"}),
        ('"true"', "a", {"a": "true"}),
        ("true", "a", {"a": True}),
        ("1.5", "a", {"a": "1.5"}),
        ("text", r"a.with\.dot", {"a": {"with.dot": "text"}}),
    ],
)
def test_a_value_for_a_path_is_read_as_helm_reads_set(text: str, path: str, value: dict[str, Any]) -> None:
    source = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "one", "namespace": "bigbang"}, "data": {"values.yaml": text}}
    item = KubernetesObject(api_version="v1", kind="ConfigMap", name="one", namespace="bigbang", data=source)
    reference = "    - {kind: ConfigMap, name: one, targetPath: '" + path + "'}\n"
    release = RELEASE.replace(
        "    - {kind: Secret, name: shop-values, valuesKey: common.yaml}\n    - {kind: Secret, name: shop-values}\n", reference
    )
    found = read_releases((item, *_objects(release)))
    assert (found.releases[0].values, found.findings) == (value, ())


def test_a_value_for_a_path_in_a_form_that_is_not_read_is_a_finding() -> None:
    secret = VALUES.replace("{a: common, b: {c: 1, d: [1]}}", "{a,b}")
    found = read_releases(_objects(secret, _with("valuesKey: common.yaml}", "valuesKey: common.yaml, targetPath: a}")))
    assert [problem.code for problem in found.findings] == ["values-target-path"]
    assert "a,b" not in str(found.findings[0])


def test_a_key_that_is_given_twice_has_its_last_value_as_in_flux() -> None:
    found = read_releases(_objects(VALUES.replace("{a: common,", "{a: first, a: common,"), RELEASE))
    assert [(problem.severity.value, problem.location.pointer) for problem in found.findings] == [("warning", "/a")]
    assert found.findings[0].message.endswith("Flux takes the last one.")
    assert found.releases[0].layers[0].values["a"] == "common"


@pytest.mark.parametrize(("text", "part"), [("a: [", "not YAML"), ("- a", "no mapping")])
def test_values_that_helm_would_refuse_are_findings(text: str, part: str) -> None:
    secret = VALUES.replace('"{a: common, b: {c: 1, d: [1]}}"', f'"{text}"')
    (problem,) = read_releases(_objects(secret, RELEASE)).findings
    assert part in problem.message
    assert problem.location.file == "Secret bigbang/shop-values: common.yaml"


@pytest.mark.parametrize(
    ("old", "new", "name", "namespace"),
    [
        ("  releaseName: shop\n", "", "shop-system-shop", "shop-system"),
        ("  releaseName: shop\n  targetNamespace: shop-system\n", "", "shop", "bigbang"),
        ("  releaseName: shop\n", "  releaseName: other\n", "other", "shop-system"),
    ],
)
def test_release_names_are_those_of_flux(old: str, new: str, name: str, namespace: str) -> None:
    release = _release(VALUES, _with(old, new))
    assert (release.release_name, release.target_namespace) == (name, namespace)


def test_a_release_name_that_helm_refuses_is_a_finding() -> None:
    (problem,) = read_releases(_objects(VALUES, _with("releaseName: shop", f"releaseName: {'x' * 54}"))).findings
    assert "Helm allows 53" in problem.message


def test_the_source_of_the_chart_is_found() -> None:
    source = "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: shop, namespace: bigbang}\n"
    spec = "spec: {url: https://git.example.mil/shop.git, ref: {branch: main, commit: 0a1b}}\n"
    assert str(_release(VALUES, RELEASE, source + spec).chart) == "./chart of https://git.example.mil/shop.git at 0a1b"
    assert str(_release(VALUES, RELEASE).chart) == "./chart of GitRepository bigbang/shop"


def test_a_tag_that_is_no_text_is_a_warning_as_the_umbrella_writes_it_without_quotes() -> None:
    source = "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: shop, namespace: bigbang}\n"
    source += "spec: {ref: {tag: 1.10}}\n"
    (problem,) = read_releases(_objects(VALUES, RELEASE, source)).findings
    assert (problem.location.file, problem.location.pointer) == ("GitRepository bigbang/shop", "/spec/ref/tag")
    assert read_releases(_objects(VALUES, RELEASE, source.replace("1.10", "1.1.0"))).findings == ()
