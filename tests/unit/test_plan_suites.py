"""The tests of a package get the addresses of its routes, the variables of its definition, and nothing that its edition lacks."""

import json
from pathlib import Path
from typing import Any

import pytest

from bbpkg.definition.load import load_package
from bbpkg.model.package import Package
from bbpkg.plan.suites import suite_files, suite_images, suite_values
from packages import REPOSITORY, generate_folder, objects, package, read_folder, render_chart, write_files

CASES = REPOSITORY / "tests/cases/definitions"
PLACES = {"scripts": "tests/scripts/counter.sh", "cypress": "tests/cypress/e2e/counter.cy.js"}
DEFINITION = """
tests:
  scripts:
    env:
      - {name: SAFE_CODE, credential: safe.code}
      - {name: VAULT_CODE, credential: vault.code, in: [mall]}
      - {name: GREETING, value: hello, in: [mall/2]}
"""
COMMON = {"K8S_NAMESPACE", "K8S_POD_NAME"}


def _shop(**tests: str) -> tuple[dict[str, str], Package]:
    """Return files and model of a made-up package, whose counter listens on another port in its newest release."""
    files = {**read_folder(CASES / "base"), **{PLACES[kind]: text for kind, text in tests.items()}}
    if "scripts" in tests:
        files["package.yaml"] += DEFINITION
    return files, load_package(files, folder="shop")


def test_a_package_without_tests_has_nothing_of_them() -> None:
    for untested in (package("notes"), _shop()[1]):
        assert suite_values(untested) == ()
        assert list(suite_files(untested)) == []
        assert list(suite_images(untested)) == []


def test_a_package_with_one_kind_of_tests_has_nothing_of_the_other() -> None:
    for kind, image, other in (("scripts", "kubectl", "cypress"), ("cypress", "cypress", "scripts")):
        shop = _shop(**{kind: "true\n"})[1]
        assert [name for name, _ in suite_images(shop)] == [image]
        assert not [file.path for file in suite_files(shop) if other in file.path]
        assert [key.name for key in suite_values(shop)[0].children] == ["enabled", "enableImagePullSecrets", kind]


@pytest.mark.parametrize(
    ("values", "port", "more"),
    [
        ({"global": {"edition": "stall"}}, 8080, set()),
        ({"global": {"edition": "mall"}, "mall": {"release": "1"}}, 8080, set()),
        ({"global": {"edition": "mall"}, "mall": {"release": "2"}}, 9090, {"GREETING"}),
    ],
    ids=["stall", "mall-1", "mall-2"],
)
def test_each_release_gives_its_tests_what_it_has(tmp_path: Path, values: dict[str, object], port: int, more: set[str]) -> None:
    files, _ = _shop(scripts="true\n", cypress="it()\n")
    write_files(tmp_path, generate_folder(files))
    (tmp_path / "values.json").write_text(json.dumps({**values, "bbtests": {"enabled": True}}))
    rendered = objects(render_chart(tmp_path / "chart", "--values", str(tmp_path / "values.json")))
    url = f"http://demo-shop-counter.demo.svc.cluster.local:{port}"
    assert ("Service", "demo-shop-counter") in rendered
    scripts, cypress = (_environment(rendered["Pod", f"demo-{kind}-test"]) for kind in ("script", "cypress"))
    assert scripts.keys() - COMMON == {"COUNTER_URL", "SAFE_CODE", "VAULT_CODE", *more}
    assert scripts["COUNTER_URL"] == cypress["cypress_counter_url"] == url
    assert scripts["SAFE_CODE"] == {"name": "demo-shop-safe", "key": "safe-code"}
    # The list of the values cannot depend on the edition: the Secret may be missing where the credential does not exist.
    assert scripts["VAULT_CODE"] == {"name": "demo-shop-vault", "key": "vault-code", "optional": True}


def _environment(pod: Any) -> dict[str, Any]:  # noqa: ANN401 - an object of Kubernetes
    (container,) = pod["spec"]["containers"]
    return {item["name"]: item.get("value", item.get("valueFrom", {}).get("secretKeyRef")) for item in container["env"]}
