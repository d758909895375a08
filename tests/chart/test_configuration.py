"""The configuration, as each container sees it after the kubelet and Anchore's loader, agrees with the definition and the objects."""

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from bbpkg.model.containers import Container
from bbpkg.model.package import Component
from chart.anchore_loader import CONFIG, leaves, load_yaml_1_1, read_config
from chart.cases import CASES, EDITIONS, ENTERPRISE_CASES, NAMED, external_secrets, values_of
from chart.kubelet import World, writable_paths
from chart.rendering import Case, Object, at, containers, merged, objects, of_kind, workloads
from packages import package

every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
every_enterprise_case = pytest.mark.parametrize("case", ENTERPRISE_CASES, ids=lambda case: case.name)

MANAGERS = {"engine": "anchore-manager", "enterprise": "anchore-enterprise-manager"}
# The block of each service in config.yaml, which is also its name on the command line.
SERVICES = {
    "api/api": "apiext",
    "api/rbac-authorizer": "rbac_authorizer",
    "api/reports": "reports",
    "catalog/catalog": "catalog",
    "policy-engine/policy-engine": "policy_engine",
    "simple-queue/simple-queue": "simplequeue",
    "analyzer/analyzer": "analyzer",
    "rbac-manager/rbac-manager": "rbac_manager",
    "rbac-manager/rbac-authorizer": "rbac_authorizer",
    "reports-worker/reports-worker": "reports_worker",
    "notifications/notifications": "notifications",
    "notifications/rbac-authorizer": "rbac_authorizer",
    "feeds/feeds": "feeds",
}
BOOLEANS = re.compile(
    r"(^|\.)(enabled|auth_disabled|hashed_passwords|internal_ssl_verify|allow_awsecr_iam_auto|auto_restart_services|require_auth|ssl_enable"
    r"|layer_cache_enable|enable_\w+|create_bucket|create_container|iamauto|api_only|native|allow_shared_login|redis_flushdb|force_websocket)$"
)
INTEGERS = re.compile(
    r"(^|\.)(port|max_\w+|min_size_kbytes|db_pool_size|db_pool_max_overflow|connect_timeout|\w+_timeout|\w+_seconds|\w+_megabytes"
    r"|\w+_gigabytes|data_egress_window|count|expires|pool\.\w+|cycle_timers\.\w+)$"
)
# What Anchore opens for writing, from the run of the Engine, and what makes it need that.
WRITTEN = ("/var/run/anchore", "/var/log/anchore", "/tmp", "/anchore_service", "/analysis_scratch")  # noqa: S108 - paths in a container


@dataclass(frozen=True, kw_only=True)
class Running:
    """A container of the application after its start, beside what the definition says of it."""

    name: str
    pod: Object
    container: Object
    environment: dict[str, str]
    files: dict[str, str]
    config: dict[str, Any] | None
    component: Component
    model: Container

    @property
    def service(self) -> dict[str, Any]:
        """Its own block of the configuration."""
        assert self.config is not None
        block = self.config["services"][SERVICES[self.name]]
        assert isinstance(block, dict)
        return block


@functools.cache
def running(case: Case) -> tuple[Running, ...]:
    """Start every container of the application."""
    world = World.of(objects(case), external_secrets(case), case.namespace)
    return tuple(_started(case, world))


def _started(case: Case, world: World) -> Iterator[Running]:
    components = {component.name: component for component in package("anchore").components}
    for name, pod, container in containers(case):
        component = components.get(name.partition("/")[0])
        if component is not None:
            yield Running(
                name=name,
                pod=pod,
                container=container,
                environment=world.environment(pod, container),
                files=world.files(pod, container),
                config=read_config(world, pod, container),
                component=component,
                model=next(model for model in component.containers if model.name == container["name"]),
            )


def services(case: Case) -> list[Running]:
    return [item for item in running(case) if item.config is not None]


def the(case: Case, name: str) -> Running:
    return next(item for item in running(case) if item.name == name)


def hosts(case: Case) -> dict[str, Object]:
    """Every rendered Service by its full host name."""
    domain = at(case.values, "clusterDomain") or "cluster.local"
    return {f"{item['metadata']['name']}.{case.namespace}.svc.{domain}": item for item in of_kind(case, "Service")}


def selects(service: Object, pod: Object) -> bool:
    labels = pod["metadata"]["labels"]
    return all(labels.get(key) == value for key, value in service["spec"]["selector"].items())


@every_case
def test_the_containers_are_those_of_the_definition(case: Case) -> None:
    assert {item.name for item in running(case)} == {
        f"{component.name}/{container.name}"
        for component in package("anchore").components
        for container in component.containers
        if case.edition in {variant.edition for variant in container.variants}
    }
    assert {item.name for item in services(case)} == {item.name for item in running(case)} & SERVICES.keys()


@every_case
def test_definition_container_probe_service_and_configuration_name_the_same_ports(case: Case) -> None:
    for item in running(case):
        declared = {port["name"]: port["containerPort"] for port in item.container["ports"]}
        wanted = {port.name: port.number for port in item.model.ports if case.edition in {variant.edition for variant in port.variants}}
        assert declared == wanted, item.name
        offered = {
            port["targetPort"]: port["port"]
            for service in hosts(case).values()
            if selects(service, item.pod)
            for port in service["spec"]["ports"]
            if port["targetPort"] in declared
        }
        assert offered == {port.name: port.number for port in item.model.ports if not port.is_local}, item.name
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            check = item.container[probe]
            number = next(iter(wanted.values()))
            if "exec" in check:
                assert check["exec"]["command"][-1] == f"http://localhost:{number}/health", item.name
            else:
                assert (check.get("httpGet") or check["tcpSocket"])["port"] in declared, item.name
        if item.config is not None:
            assert item.service["port"] == next(iter(wanted.values())), item.name


@every_case
def test_every_service_registers_under_a_name_that_leads_back_to_it(case: Case) -> None:
    for item in services(case):
        if item.model.ports[0].is_local:
            assert item.service["endpoint_hostname"] == "localhost", item.name
            assert item.service["listen"] == "127.0.0.1", item.name
            continue
        service = hosts(case)[item.service["endpoint_hostname"]]
        assert selects(service, item.pod), item.name
        assert item.service["port"] in {port["port"] for port in service["spec"]["ports"]}, item.name
        assert item.service["listen"] == "::", item.name


@every_case
def test_a_process_finds_its_own_block_and_nothing_half_configured(case: Case) -> None:
    for item in services(case):
        assert item.config is not None
        for name, block in item.config["services"].items():
            assert block["enabled"] is True, (item.name, name)
            assert {"enabled", "endpoint_hostname", "listen", "port"} <= block.keys(), (item.name, name)
            assert not {"external_tls", "external_hostname", "ssl_enable", "ssl_cert"} & block.keys(), (item.name, name)
        assert item.environment["ANCHORE_POD_NAME"] == item.config["host_id"], item.name


@every_case
def test_no_variable_is_left_and_no_value_is_empty(case: Case) -> None:
    for item in services(case):
        for path, value in leaves(item.config):
            assert value is not None, (item.name, path)
            assert not (isinstance(value, str) and ("${" in value or not value)), (item.name, path, value)


@every_case
def test_booleans_are_booleans_and_integers_are_integers(case: Case) -> None:
    seen = 0
    for item in running(case):
        parsed = item.config if item.config is not None else load_yaml_1_1(item.files["/config/config-ui.yaml"])
        for path, value in leaves(parsed):
            if BOOLEANS.search(path):
                seen += 1
                assert isinstance(value, bool), (item.name, path, value)
            elif INTEGERS.search(path):
                assert type(value) is int, (item.name, path, value)
            elif not path.startswith("credentials.") and isinstance(value, str):
                assert value.lower() not in {"true", "false", "yes", "no", "on", "off", "null", "none"}, (item.name, path, value)
    assert seen > 40


@every_case
def test_the_database_of_a_service_is_the_one_of_the_values(case: Case) -> None:
    for item in services(case):
        assert item.config is not None
        block = item.config["credentials"]["database"]
        store = "feedsDatabase" if item.name == "feeds/feeds" else "database"
        settings = at(case.values, store) or {}
        release = f"{case.release}-anchore" if "anchore" not in case.release else case.release
        default = {"database": f"{release}-database", "feedsDatabase": f"{release}-feeds-database"}[store]
        host = settings.get("host")
        if not host:
            host = block["host"] if case.edition == "enterprise" else urlsplit(block["db_connect"]).hostname
            assert hosts(case)[host]["metadata"]["labels"]["app.kubernetes.io/component"] == default.removeprefix(f"{release}-"), item.name
        port, name = settings.get("port", 5432), settings.get("name", {"database": "anchore", "feedsDatabase": "anchore-feeds"}[store])
        username = settings.get("username", "anchore")
        password = settings.get("password") or f"{store} password"
        if case.edition == "engine":
            assert block["db_connect"] == f"postgresql://{host}:{port}/{name}", item.name
            assert not {"user", "password", "host", "name"} & block.keys(), item.name
            assert (item.environment["PGUSER"], item.environment["PGPASSWORD"]) == (username, password), item.name
            assert not {"user", "password"} & block["db_connect_args"].keys(), item.name
        else:
            assert "db_connect" not in block, item.name
            assert {key: block[key] for key in ("user", "password", "host", "port", "name")} == {
                "user": username,
                "password": password,
                "host": host,
                "port": port,
                "name": name,
            }, item.name


@pytest.mark.parametrize("mode", ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"])
@pytest.mark.parametrize("ca_file", ["", "db.pem"])
@pytest.mark.parametrize("edition", EDITIONS)
def test_the_tls_mode_reaches_libpq_as_it_is(edition: str, ca_file: str, mode: str) -> None:
    tls = {"tls": {"mode": mode, "caFile": ca_file}}
    values = merged(values_of(edition, "external"), {"database": tls}, {"feedsDatabase": tls} if edition == "enterprise" else {})
    for item in services(Case(name=mode, values=values)):
        assert item.config is not None
        arguments = item.config["credentials"]["database"]["db_connect_args"]
        assert arguments["sslmode"] == mode, item.name
        # `ssl` replaces any mode by `require`: the host name would never be checked.
        assert "ssl" not in arguments, item.name
        assert not {"PGSSLMODE", "PGSSLROOTCERT"} & item.environment.keys(), item.name
        verifies = mode.startswith("verify-")
        assert ("sslrootcert" in arguments) == verifies, item.name
        if verifies:
            assert arguments["sslrootcert"] == f"/home/anchore/certs/{ca_file or 'bundle.pem'}", item.name
            assert arguments["sslrootcert"] in item.files, item.name


@pytest.mark.parametrize("mode", ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"])
def test_the_ui_connects_with_the_mode_and_ca_of_the_values(mode: str) -> None:
    case = Case(name=mode, values=merged(values_of("enterprise", "external-inline"), {"database": {"tls": {"mode": mode}}}))
    ui = the(case, "ui/ui")
    query = urlsplit(ui.environment["ANCHORE_APPDB_URI"]).query
    assert query == ("" if mode in {"disable", "allow", "prefer"} else f"ssl={mode}")
    assert ui.environment.get("PGSSLROOTCERT") == ("/home/anchore/certs/ca.crt" if mode.startswith("verify-") else None)
    assert ui.environment["NODE_EXTRA_CA_CERTS"] in ui.files


@pytest.mark.parametrize("option", ["external-inline", "in-cluster"])
def test_the_addresses_of_the_ui_decode_to_what_the_services_use(option: str) -> None:
    inline = {
        "database": {"password": "a@b:c/d", "username": "us er@x"},
        "feedsDatabase": {"password": "x"},
        "redis": {"password": "r %41"},
    }
    values = merged(values_of("enterprise", "external-inline" if option == "external-inline" else "defaults"), inline)
    case = Case(name=option, values=values)
    ui, api = the(case, "ui/ui"), the(case, "api/api")
    assert api.config is not None
    block = api.config["credentials"]["database"]
    uri = urlsplit(ui.environment["ANCHORE_APPDB_URI"])
    decoded = (uri.scheme, unquote(uri.username or ""), unquote(uri.password or ""), uri.hostname, uri.port, uri.path)
    assert decoded == ("postgresql", block["user"], block["password"], block["host"], block["port"], f"/{block['name']}")
    redis = urlsplit(ui.environment["ANCHORE_REDIS_URI"])
    is_external = option == "external-inline"
    assert (redis.scheme, redis.username, unquote(redis.password or ""), redis.port) == (
        "rediss" if is_external else "redis",
        "nouser",
        "r %41",
        6379,
    )
    assert redis.hostname == "redis.example.mil" if is_external else redis.hostname in hosts(case)


@every_enterprise_case
def test_the_ui_calls_rendered_services_at_their_ports(case: Case) -> None:
    ui = load_yaml_1_1(the(case, "ui/ui").files["/config/config-ui.yaml"])
    wanted = {
        "engine_uri": ("api", 8228),
        "reports_uri": ("api", 8558),
        "rbac_uri": ("rbac-manager", 8229),
        "notifications_uri": ("notifications", 8668),
    }
    assert {key for key in ui if key.endswith("_uri")} == wanted.keys()
    for key, (component, port) in wanted.items():
        uri = urlsplit(ui[key])
        service = hosts(case)[uri.hostname or ""]
        assert (uri.scheme, uri.path, uri.port) == ("http", "/v1", port), key
        assert service["metadata"]["labels"]["app.kubernetes.io/component"] == component, key
        assert port in {offered["port"] for offered in service["spec"]["ports"]}, key
    assert ui["license_path"] == "/home/anchore/"


@every_case
def test_the_catalog_alone_knows_the_object_store_and_only_keys_with_values(case: Case) -> None:
    for item in services(case):
        assert item.config is not None
        found = {key for block in item.config["services"].values() for key in block} & {"object_store", "analysis_archive", "archive"}
        if item.name != "catalog/catalog":
            assert not found, item.name
            continue
        is_apart = bool(at(case.values, "analysisArchive.enabled"))
        assert found == ({"object_store", "analysis_archive"} if is_apart else {"object_store"})
        _check_store(item, "object_store", "objectStorage", case)
        if is_apart:
            _check_store(item, "analysis_archive", "analysisArchive", case)


def _check_store(item: Running, key: str, path: str, case: Case) -> None:
    driver = item.service[key]["storage_driver"]
    values = at(case.values, path) or {}
    wanted: dict[str, object] = {}
    if values.get("driver") == "s3":
        s3 = values["s3"]
        wanted = {"bucket": s3["bucket"], "create_bucket": s3.get("createBucket", False)}
        wanted |= {"url": s3["endpoint"]} if "endpoint" in s3 else {"region": s3["region"]}
        wanted |= {"prefix": s3["prefix"]} if "prefix" in s3 else {}
        keys = {"access_key": s3.get("accessKey", f"{path} accessKey"), "secret_key": s3.get("secretKey", f"{path} secretKey")}
        wanted |= {"iamauto": True} if s3.get("iamAuto") else keys
    elif values.get("driver") == "swift":
        swift, password = values["swift"], f"{path} password"
        wanted = {"container": swift["container"], "create_container": False}
        if swift["authVersion"] == "1":
            wanted |= {"auth": swift["authUrl"], "user": swift["username"], "key": password}
        else:
            names = {"tenantName": "os_tenant_name", "projectName": "os_project_name"}
            names |= {"projectDomainName": "os_project_domain_name", "userDomainName": "os_user_domain_name"}
            wanted |= {"auth_version": swift["authVersion"], "os_auth_url": swift["authUrl"], "os_username": swift["username"]}
            wanted |= {"os_password": password} | {name: swift[value] for value, name in names.items() if value in swift}
    assert driver == {"name": values.get("driver", "db"), "config": wanted}
    assert type(driver["config"].get("auth_version", "")) is str


@every_case
def test_signing_keys_stand_in_the_configuration_only_when_a_secret_is_given(case: Case) -> None:
    given = at(case.values, "authentication") or {}
    secret = given.get("secret") or ("authentication ANCHORE_SAML_SECRET" if given.get("existingSecret") else None)
    for item in services(case):
        assert item.config is not None
        assert item.config.get("keys") == ({"secret": secret} if secret else None), item.name
        assert item.config["user_authentication"]["oauth"]["enabled"] is bool(secret), item.name


@every_case
def test_the_admin_password_reaches_every_service_since_any_may_be_first(case: Case) -> None:
    password = at(case.values, "admin.password") or (
        "admin password" if at(case.values, "admin.secretKeys") else "admin ANCHORE_ADMIN_PASSWORD"
    )
    for item in services(case):
        assert item.config is not None
        assert item.config["default_admin_password"] == password, item.name
        assert item.config["default_admin_email"] == "admin@myanchore", item.name


@every_case
def test_the_license_is_a_file_where_the_configuration_says(case: Case) -> None:
    content = at(case.values, "enterprise.license.content") or "enterprise.license license.yaml"
    for item in running(case):
        if case.edition == "engine":
            assert item.config is not None
            assert "license_file" not in item.config, item.name
            assert not [path for path in item.files if "license" in path], item.name
        else:
            path = item.config["license_file"] if item.config is not None else "/home/anchore/license.yaml"
            assert item.files[path] == content, item.name


@every_case
def test_the_start_command_goes_through_the_entrypoint_to_the_manager_of_the_edition(case: Case) -> None:
    for item in services(case):
        line = item.container["command"] + item.container["args"]
        assert line == ["/docker-entrypoint.sh", MANAGERS[case.edition], "service", "start", "--no-auto-upgrade", SERVICES[item.name]], (
            item.name
        )
    if case.edition == "enterprise":
        ui = the(case, "ui/ui").container
        assert ui["command"] + ui.get("args", []) == ["/docker-entrypoint.sh", "node", "/home/node/aui/build/server.js"]


@every_case
def test_all_that_anchore_writes_to_is_writable_under_a_read_only_root(case: Case) -> None:
    has_certificates = bool(at(case.values, "certificates"))
    for item in services(case):
        assert item.config is not None
        writable = writable_paths(item.pod, item.container)
        assert item.container["securityContext"]["readOnlyRootFilesystem"] is True
        needed = {*WRITTEN, item.config["service_dir"], item.config["tmp_dir"]}
        needed |= {"/home/anchore/certs_override"} if has_certificates else set()
        needed |= {item.service["local_workspace"]} if "local_workspace" in item.service else set()
        assert needed <= writable, (item.name, needed - writable)
        assert ("/home/anchore/certs_override" in writable) == has_certificates, item.name
        assert any(path.startswith("/home/anchore/certs/") for path in item.files) == has_certificates, item.name


@every_case
def test_containers_of_one_pod_do_not_share_what_they_write(case: Case) -> None:
    for name, pod in workloads(case):
        mounted = [
            mount["name"]
            for container in pod["spec"]["containers"]
            for mount in container["volumeMounts"]
            if mount["mountPath"] in writable_paths(pod, container)
        ]
        assert len(mounted) == len(set(mounted)), name


@every_case
def test_every_emptydir_has_a_size_limit_and_logs_have_room_to_rotate(case: Case) -> None:
    for name, pod in workloads(case):
        for volume in pod["spec"]["volumes"]:
            if "emptyDir" in volume:
                assert volume["emptyDir"]["sizeLimit"], (name, volume["name"])
                if volume["name"].endswith("logs"):
                    assert int(re.fullmatch(r"(\d+)Mi", volume["emptyDir"]["sizeLimit"])[1]) >= 128, name  # type: ignore[index]


@every_case
def test_pods_start_run_and_stop_as_anchore_needs(case: Case) -> None:
    for item in services(case):
        container = item.container
        assert container["lifecycle"]["preStop"]["exec"]["command"][-1].endswith("kill -INT 1"), item.name
        assert "/var/run/anchore/*.pid" in container["lifecycle"]["preStop"]["exec"]["command"][-1], item.name
        assert item.environment["PYTHONUNBUFFERED"] == "1", item.name
        startup = container["startupProbe"]
        # A service waits up to an hour for the schema of the database and serves nothing before.
        assert startup["periodSeconds"] * startup["failureThreshold"] >= 3600, item.name
        assert "livenessProbe" in container, item.name
        assert "readinessProbe" in container, item.name
    for item in running(case):
        assert item.pod["spec"]["enableServiceLinks"] is False, item.name
        requests, limits = item.container["resources"]["requests"], item.container["resources"].get("limits", {})
        assert _milli(requests["cpu"]) >= 250, item.name
        assert "cpu" not in limits or _milli(limits["cpu"]) >= 500, item.name
        assert {"memory"} <= requests.keys() & limits.keys(), item.name
    for item_ in of_kind(case, "Deployment"):
        assert item_["spec"]["strategy"] == {"type": "Recreate"}, item_["metadata"]["name"]


def _milli(quantity: str) -> int:
    return int(quantity[:-1]) if quantity.endswith("m") else int(quantity) * 1000


@every_case
def test_the_prestop_script_is_shell_that_ends_the_service_before_the_manager(case: Case) -> None:
    for item in services(case):
        command = item.container["lifecycle"]["preStop"]["exec"]["command"]
        assert command[:2] == ["/bin/sh", "-c"], item.name
        assert command[2].index("kill -TERM") < command[2].index("kill -INT 1"), item.name


@every_case
def test_metrics_are_served_exactly_when_they_are_scraped(case: Case) -> None:
    is_on = at(case.values, "global.monitoring.enabled") is True
    is_open = at(case.values, "monitoring.authEnabled") is False
    for item in services(case):
        assert item.config is not None
        assert item.config["metrics"] == {"enabled": is_on, "auth_disabled": is_open}, item.name
    assert bool(of_kind(case, "ServiceMonitor")) == is_on


def test_the_engine_does_not_get_keys_that_its_loader_does_not_read() -> None:
    unread = {
        "sso_require_existing_users",
        "refresh_token_expiration_seconds",
        "max_source_import_size_mb",
        "max_import_content_size_mb",
        "runtime_inventory",
        "down_analyzer_task_requeue",
        "enable_package_db_load",
        "cleanup_images",
        "license_file",
        "logging",
        "server",
    }
    for case in CASES:
        if case.edition == "engine":
            for item in services(case):
                words = {word for path, _ in leaves(item.config) for word in path.split(".")}
                assert not words & unread, item.name


def test_the_analyzer_reads_its_own_file_from_the_service_directory() -> None:
    for edition in EDITIONS:
        analyzer = the(NAMED[f"{edition}-defaults"], "analyzer/analyzer")
        assert analyzer.config is not None
        content = load_yaml_1_1(analyzer.files[f"{analyzer.config['service_dir']}/analyzer_config.yaml"])
        assert content["retrieve_files"]["max_file_size_kb"] == 1000
        assert all(isinstance(entry, str) for entry in content["secret_search"]["regexp_match"])


def test_the_policy_engine_takes_its_data_from_the_feeds_service_in_enterprise() -> None:
    case = NAMED["enterprise-defaults"]
    url = urlsplit(the(case, "policy-engine/policy-engine").service["vulnerabilities"]["sync"]["data"]["grypedb"]["url"])
    assert url.port == the(case, "feeds/feeds").service["port"]
    assert selects(hosts(case)[url.hostname or ""], the(case, "feeds/feeds").pod)
    engine = the(NAMED["engine-defaults"], "policy-engine/policy-engine")
    assert (
        engine.service["vulnerabilities"]["sync"]["data"]["grypedb"]["url"]
        == "https://toolbox-data.anchore.io/grype/databases/listing.json"
    )


def test_notifications_leave_the_catalog_where_a_service_sends_them() -> None:
    assert the(NAMED["enterprise-defaults"], "catalog/catalog").service["cycle_timers"]["notifications"] == 0
    assert the(NAMED["engine-defaults"], "catalog/catalog").service["cycle_timers"]["notifications"] == 30


def test_feeds_can_be_switched_off_for_good() -> None:
    for edition in EDITIONS:
        case = Case(name="no feeds", values=merged(EDITIONS[edition], {"feeds": {"syncEnabled": False}}))
        sync = the(case, "policy-engine/policy-engine").service["vulnerabilities"]["sync"]
        assert [value for path, value in leaves(sync) if path.endswith("enabled")] == [False] * 3


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_cluster_domain_is_a_setting(edition: str) -> None:
    case = Case(name="domain", values=merged(EDITIONS[edition], {"clusterDomain": "corp.example"}), namespace="security")
    for item in services(case):
        if not item.model.ports[0].is_local:
            assert item.service["endpoint_hostname"] in hosts(case)
    assert "cluster.local" not in str(objects(case))


@pytest.mark.parametrize("edition", EDITIONS)
def test_large_integers_from_a_values_file_stay_integers(edition: str) -> None:
    # Helm reads numbers of values files as floats, and prints those from a million on with an exponent: text for PyYAML.
    large = 1_209_600
    values: dict[str, Any] = {
        "analyzer": {"timeoutSeconds": large, "maxCompressedImageSizeMb": large, "layerCacheGigabytes": large, "maxThreads": large},
        "database": {"poolSize": large, "poolMaxOverflow": large, "timeoutSeconds": large},
        "feeds": {"connectTimeoutSeconds": large, "readTimeoutSeconds": large},
        "objectStorage": {"compression": {"minSizeKbytes": large}},
        "analysisArchive": {"enabled": True, "compression": {"minSizeKbytes": large}},
        "cycleTimers": {"catalog": {"image_watcher": large, "notifications": large}, "policyEngine": {"feed_sync": large}},
    }
    if edition == "enterprise":
        values["ui"] = {"authenticationLock": {"count": large, "seconds": large}}
    case = Case(name="large", values=merged(EDITIONS[edition], values))
    found = []
    for item in running(case):
        parsed = item.config if item.config is not None else load_yaml_1_1(item.files["/config/config-ui.yaml"])
        for path, value in leaves(parsed):
            assert not isinstance(value, float), (item.name, path, value)
            assert value != "1.2096e+06", (item.name, path)
            found += [path] if value == large else []
    assert {path.rpartition(".")[2] for path in found} >= {
        "image_analyze_timeout_seconds",
        "max_compressed_image_size_mb",
        "layer_cache_max_gigabytes",
        "max_threads",
        "db_pool_size",
        "db_pool_max_overflow",
        "connect_timeout",
        "connection_timeout_seconds",
        "read_timeout_seconds",
        "min_size_kbytes",
        "image_watcher",
        "notifications",
        "feed_sync",
    }


@pytest.mark.parametrize("variable", ["ANCHORE_POD_NAME", "PYTHONUNBUFFERED"])
def test_extra_variables_win_over_those_of_the_chart(variable: str) -> None:
    values = {"components": {"catalog": {"extraEnv": [{"name": variable, "value": "mine"}]}}}
    assert the(Case(name="extra", values=values), "catalog/catalog").environment[variable] == "mine"


def test_every_container_of_a_service_has_a_configuration() -> None:
    for case in CASES:
        for item in running(case):
            assert (CONFIG in item.files) == (item.name in SERVICES), item.name
