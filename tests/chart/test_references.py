"""Objects find each other: selectors, ports, Secrets, and nothing that belongs to another edition."""

import re

import pytest

from chart.anchore_loader import leaves
from chart.cases import CASES, NAMED, announced_secrets, documented_secrets, external_secrets, fullname
from chart.kubelet import secret_data
from chart.references import dangling, own_objects, selected, services_selected
from chart.rendering import Case, Object, at, chart, manifests, objects, of_kind, workloads
from packages import package

every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def component_of(item: Object) -> str:
    component = item["metadata"]["labels"]["app.kubernetes.io/component"]
    assert isinstance(component, str)
    return component


@every_case
def test_every_workload_selects_its_own_pods_alone(case: Case) -> None:
    for item in of_kind(case, "Deployment", "StatefulSet"):
        assert selected(case, item["spec"]["selector"]["matchLabels"]) == {item["metadata"]["name"]}


@every_case
def test_every_service_selects_exactly_the_pods_of_its_component_and_their_ports(case: Case) -> None:
    for item in of_kind(case, "Service"):
        pods = [(name, pod) for name, pod in workloads(case) if name in selected(case, item["spec"]["selector"])]
        assert len(pods) == 1, item["metadata"]["name"]
        assert component_of(pods[0][1]) == component_of(item)
        ports = {port["name"]: port["containerPort"] for container in pods[0][1]["spec"]["containers"] for port in container["ports"]}
        for port in item["spec"]["ports"]:
            assert ports[port["targetPort"]] == port["port"], item["metadata"]["name"]
            assert port["name"] == port["targetPort"]
            assert port["appProtocol"] in {"http", "tcp"}


@every_case
def test_every_budget_selects_exactly_the_pods_of_its_component(case: Case) -> None:
    budgets = of_kind(case, "PodDisruptionBudget")
    assert {component_of(item) for item in budgets} == {
        component.name for component in package("anchore").components if case.edition in {variant.edition for variant in component.variants}
    }
    for item in budgets:
        assert selected(case, item["spec"]["selector"]["matchLabels"]) == {item["metadata"]["name"]}


@every_case
def test_every_service_monitor_finds_each_metrics_port_of_its_component_once(case: Case) -> None:
    monitors = of_kind(case, "ServiceMonitor")
    if not monitors:
        return
    found = set()
    for item in monitors:
        services = services_selected(case, item["spec"]["selector"]["matchLabels"])
        assert [component_of(service) for service in services] == [component_of(item)]
        assert item["spec"]["namespaceSelector"] == {"matchNames": [services[0]["metadata"]["namespace"]]}
        for endpoint in item["spec"]["endpoints"]:
            number = next(port["port"] for port in services[0]["spec"]["ports"] if port["name"] == endpoint["port"])
            assert (component_of(item), number) not in found
            found.add((component_of(item), number))
            assert endpoint["path"] == "/metrics"
            assert ("basicAuth" in endpoint) == (at(case.values, "monitoring.authEnabled") is not False)
    assert found == {
        (component.name, port.number)
        for component in package("anchore").components
        for container in component.containers
        for port in container.ports
        if port.metrics_path and case.edition in {variant.edition for variant in container.variants}
    }


@every_case
def test_prometheus_logs_in_as_the_user_whose_password_it_is_given(case: Case) -> None:
    secrets = {item["metadata"]["name"]: secret_data(item) for item in of_kind(case, "Secret")} | external_secrets(case)
    for item in of_kind(case, "ServiceMonitor"):
        for endpoint in item["spec"]["endpoints"]:
            login = endpoint.get("basicAuth")
            if login:
                assert secrets[login["username"]["name"]][login["username"]["key"]] == "admin"
                assert secrets[login["password"]["name"]][login["password"]["key"]].startswith("admin")


@every_case
def test_monitors_exist_only_where_the_platform_has_monitoring(case: Case) -> None:
    is_on = at(case.values, "global.monitoring.enabled") is True
    assert bool(of_kind(case, "ServiceMonitor")) == is_on
    assert any(component_of(item) == "metrics" for item in own_objects(case)) == (
        is_on and at(case.values, "monitoring.authEnabled") is not False
    )


@every_case
def test_every_reference_finds_its_object_or_a_documented_secret(case: Case) -> None:
    assert not list(dangling(case, external_secrets(case)))


@every_case
def test_the_notes_name_every_secret_that_somebody_must_make_and_no_other(case: Case) -> None:
    made = {item["metadata"]["name"] for item in of_kind(case, "Secret")}
    read = {
        *(value for item in objects(case) for path, value in leaves(item) if path.endswith((".secretKeyRef.name", ".secret.secretName"))),
        *(value for item in objects(case) for path, value in leaves(item) if re.search(r"\.basicAuth\.\w+\.name$", path)),
    }
    wanted = read - made
    assert set(announced_secrets(case)) == wanted


@every_case
def test_the_readme_names_the_secret_that_is_read_when_none_is_given(case: Case) -> None:
    if len(case.release) > 40:
        return
    announced = set(announced_secrets(case))
    given = {at(case.values, f"{path}.existingSecret") for path in ("certificates", *(row.values for row in documented_secrets()))}
    defaults = {row.default_name.replace("<fullname>", fullname(case)) for row in documented_secrets() if row.default_name}
    assert announced - given <= defaults


@pytest.mark.parametrize("name", ["default", "engine-defaults", "enterprise-defaults"])
def test_there_are_no_credentials_by_default(name: str) -> None:
    assert not of_kind(NAMED[name], "Secret")
    values = (chart() / "values.yaml").read_text(encoding="utf-8")
    assert not re.findall(r'^ *(?:password|secret|accessKey|secretKey|content): "?[^"\s]+"?$', _without_key_names(values), re.MULTILINE)


def _without_key_names(text: str) -> str:
    """Leave out the blocks `secretKeys`, which hold names of keys."""
    return re.sub(r"^( *)secretKeys:\n(?:\1 +.*\n)+", "", text, flags=re.MULTILINE)


@every_case
def test_the_engine_renders_no_object_of_enterprise(case: Case) -> None:
    components = {component_of(item) for item in own_objects(case)}
    only_enterprise = {component.name for component in package("anchore").components if component.name not in ENGINE_COMPONENTS}
    only_enterprise |= {"feeds-database", "redis", "license"}
    assert len(only_enterprise) == 8
    if case.edition == "engine":
        assert not components & only_enterprise
        assert "enterprise" not in manifests(case)
    else:
        assert components >= only_enterprise - {"feeds-database", "redis", "license"}
        assert "anchore/engine" not in manifests(case)


ENGINE_COMPONENTS = {"api", "catalog", "policy-engine", "simple-queue", "analyzer"}


@every_case
def test_labels_say_what_selectors_of_big_bang_look_for(case: Case) -> None:
    version = {"engine": "1.1.0", "enterprise": "4.9.3"}[case.edition]
    for item in [*own_objects(case), *(pod for _, pod in workloads(case))]:
        labels = item["metadata"]["labels"]
        assert labels["app.kubernetes.io/name"] == f"anchore-{labels['app.kubernetes.io/component']}"
        assert (labels["app.kubernetes.io/instance"], labels["app.kubernetes.io/version"]) == (case.release, version)
        assert labels["app.kubernetes.io/part-of"] == "anchore"


@every_case
def test_the_session_store_and_single_components_have_one_pod(case: Case) -> None:
    for item in of_kind(case, "Deployment", "StatefulSet"):
        assert item["spec"]["replicas"] == 1, item["metadata"]["name"]


@pytest.mark.parametrize("name", ["engine-defaults", "enterprise-defaults"])
def test_every_image_is_in_the_list_of_the_chart(name: str) -> None:
    annotation = (chart() / "Chart.yaml").read_text(encoding="utf-8").partition("helm.sh/images: |")[2]
    listed = set(re.findall(r"image: (\S+)", annotation))
    used = {container["image"] for _, pod in workloads(NAMED[name]) for container in pod["spec"]["containers"]}
    assert used <= listed
