"""One chart serves every edition and release: helm renders what the definition gives to each, and nothing else."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from packages import REPOSITORY, generate_folder, objects, read_folder, render_chart, variant_arguments, write_chart, write_files

VARIANTS = dict(variant_arguments("notes"))
OBJECTS_OF_PAGE = {"Deployment", "Service", "ServiceAccount", "ConfigMap", "PodDisruptionBudget", "PersistentVolumeClaim"}


@pytest.fixture(scope="module")
def chart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_chart(tmp_path_factory.mktemp("notes"), "notes")


@pytest.fixture(scope="module")
def rendered(chart: Path) -> Mapping[str, dict[tuple[str, str], Any]]:
    return {variant: objects(render_chart(chart, *arguments)) for variant, arguments in VARIANTS.items()}


def containers(found: dict[tuple[str, str], Any], name: str) -> dict[str, Any]:
    return {container["name"]: container for container in found["Deployment", name]["spec"]["template"]["spec"]["containers"]}


def ports(container: Any) -> dict[str, int]:  # noqa: ANN401
    return {port["name"]: port["containerPort"] for port in container["ports"]}


def service_ports(found: dict[tuple[str, str], Any], name: str) -> list[tuple[str, int, str]]:
    return [(port["name"], port["port"], port["targetPort"]) for port in found["Service", name]["spec"]["ports"]]


@pytest.mark.parametrize(("variant", "components"), [("lite/1", {"page"}), ("pro/1.5", {"page"}), ("pro/2.0", {"page", "search-index"})])
def test_a_component_exists_in_its_releases_only(
    rendered: Mapping[str, dict[tuple[str, str], Any]], variant: str, components: set[str]
) -> None:
    found = {name.removeprefix("demo-notes-") for kind, name in rendered[variant] if kind == "Deployment"}
    assert found == components
    assert {kind for kind, name in rendered[variant] if name == "demo-notes-page"} == OBJECTS_OF_PAGE
    assert ("Service", "demo-notes-search-index") in rendered["pro/2.0"]


@pytest.mark.parametrize(
    ("variant", "main", "sidecars", "service"),
    [
        ("lite/1", {"http": 8080}, {}, [("http", 8080, "http")]),
        ("pro/1.5", {"http": 8080}, {"spell-check": {"http-spell": 8081}}, [("http", 8080, "http")]),
        (
            "pro/2.0",
            {"http": 9090},
            {"spell-check": {"http-spell": 8080}},
            [("http", 9090, "http"), ("http-spell", 8080, "http-spell")],
        ),
    ],
)
def test_ports_differ_by_release_and_a_local_one_is_in_no_service(
    rendered: Mapping[str, dict[tuple[str, str], Any]],
    variant: str,
    main: dict[str, int],
    sidecars: dict[str, dict[str, int]],
    service: list[tuple[str, int, str]],
) -> None:
    page, *others = containers(rendered[variant], "demo-notes-page").values()
    assert ports(page) == main
    assert {container["name"]: ports(container) for container in others} == sidecars
    assert service_ports(rendered[variant], "demo-notes-page") == service


@pytest.mark.parametrize(
    ("variant", "image", "version"),
    [("lite/1", "notes/lite:1.4.2", "1.4.2"), ("pro/1.5", "notes/pro:1.5.3", "1.5.3"), ("pro/2.0", "notes/pro:2.0.1", "2.0.1")],
)
def test_image_and_version_are_those_of_the_release(
    rendered: Mapping[str, dict[tuple[str, str], Any]], variant: str, image: str, version: str
) -> None:
    found = rendered[variant]
    images = {container["image"] for container in containers(found, "demo-notes-page").values()}
    assert images == {f"registry.example.mil/{image}"}
    assert found["Deployment", "demo-notes-page"]["metadata"]["labels"]["app.kubernetes.io/version"] == version


def test_a_tag_of_the_installation_is_used_in_every_release(chart: Path) -> None:
    for variant in ("pro/1.5", "pro/2.0"):
        found = objects(render_chart(chart, *VARIANTS[variant], "--set=images.pro.tag=9.9.9"))
        assert containers(found, "demo-notes-page")["page"]["image"] == "registry.example.mil/notes/pro:9.9.9"


def test_without_a_choice_the_default_edition_and_release_are_rendered(
    chart: Path, rendered: Mapping[str, dict[tuple[str, str], Any]]
) -> None:
    assert objects(render_chart(chart)) == rendered["lite/1"]
    assert objects(render_chart(chart, "--set=global.edition=pro")) == rendered["pro/2.0"]


@pytest.mark.parametrize(("variant", "scraped"), [("lite/1", []), ("pro/1.5", []), ("pro/2.0", ["demo-notes-page"])])
def test_a_release_without_metrics_has_no_service_monitor(chart: Path, variant: str, scraped: list[str]) -> None:
    """An empty list of endpoints would be refused by Kubernetes."""
    found = objects(render_chart(chart, *VARIANTS[variant], "--set=global.monitoring.enabled=true"))
    assert [name for kind, name in found if kind == "ServiceMonitor"] == scraped


def test_a_workspace_exists_in_its_release_only(rendered: Mapping[str, dict[tuple[str, str], Any]]) -> None:
    def volumes(variant: str) -> set[str]:
        return {volume["name"] for volume in rendered[variant]["Deployment", "demo-notes-page"]["spec"]["template"]["spec"]["volumes"]}

    assert volumes("pro/1.5") == {"config", "tmp", "sheets"}
    assert volumes("pro/2.0") == {"config", "tmp", "sheets", "spell-check-tmp"}


def test_words_of_a_command_stay_text(rendered: Mapping[str, dict[tuple[str, str], Any]]) -> None:
    assert containers(rendered["lite/1"], "demo-notes-page")["page"]["command"] == ["/bin/notes", "--verbose", "off"]


def test_a_setting_of_another_edition_is_refused_with_what_to_do(chart: Path) -> None:
    with pytest.raises(AssertionError) as caught:
        render_chart(chart, "--set=spelling.words=colour")
    message = """\
spelling.words: not a setting of the edition lite; it belongs to Notes Pro.
Remove it, or choose the edition:

global:
  edition: pro
"""
    assert message in str(caught.value)


@pytest.mark.parametrize(("variant", "tag"), [("stall/1", "1.0.0"), ("mall/1", "1.0.0"), ("mall/2", "2.0.0")])
def test_an_image_of_two_editions_has_the_tag_of_the_chosen_one(tmp_path: Path, variant: str, tag: str) -> None:
    files = generate_folder(read_folder(REPOSITORY / "tests/cases/definitions/base"))
    chart = write_files(tmp_path, files) / "chart"
    edition, _, release = variant.partition("/")
    found = objects(render_chart(chart, f"--set-string=global.edition={edition},mall.release={release if edition == 'mall' else 2}"))
    assert containers(found, "demo-shop-counter")["counter"]["image"] == f"registry.example.mil/till:{tag}"
