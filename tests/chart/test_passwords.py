"""A secret arrives as it was given, whatever its characters: in what Anchore parses and in what a URI decodes to."""

import functools
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from ruamel.yaml import YAML

from chart.anchore_loader import load_yaml_1_1, read_config
from chart.cases import EDITIONS, external_secrets
from chart.kubelet import World, secret_data
from chart.rendering import (
    HELMS,
    KUBE_VERSIONS,
    Case,
    containers,
    kubeconform,
    manifests,
    merged,
    nested,
    objects,
    of_kind,
    parse,
    template,
)

ASCII = {
    "quotes": 'it\'s "quoted"',
    "single-quote": "'",
    "double-quote": '"',
    "backslash": "a\\b\\",
    "escape": "\\n\\x41\\u0041",
    "leading-space": " x",
    "trailing-space": "x  ",
    "only-spaces": "   ",
    "star": "*x",
    "ampersand": "&x",
    "brace": "{a",
    "braces": "{{ .Values.admin }}",
    "bracket": "[a, b",
    "hash": "#x",
    "space-hash": "abc #d",
    "percent": "%41%zz",
    "at": "p@ss:w/rd?x=1&y",
    "colon": "a: b",
    "dollar": "$x$$y$(HOME)`id`",
    "variable": "${HOME}",
    "pipe": "|",
    "greater": ">-",
    "question": "? x",
    "null": "null",
    "number": "12345",
    "octal": "0755",
    "float": "1e3",
    "bool": "yes",
    "tilde": "~",
    "document": "---",
    "end": "...",
    "bang": "!x",
    "plus": "a+b c%20d",
    "longest": "x" * 250,
}
OTHER = {
    "e-acute": "caf\u00e9",
    "emoji": "pa\U0001f511ss",
    "cjk": "\u5bc6\u7801",
    "tab": "a\tb",
    "leading-tab": "\tx",
    "no-break-space": "a\u00a0b",
    "combining": "e\u0301",
    "right-to-left": "\u05e1\u05d5\u05d3",
}
PASSWORDS = {**ASCII, **OTHER}
every_password = pytest.mark.parametrize("password", PASSWORDS.values(), ids=PASSWORDS.keys())
every_edition = pytest.mark.parametrize("edition", EDITIONS)

_S3 = {"driver": "s3", "s3": {"bucket": "images", "region": "us-gov-west-1"}}
_SWIFT = {"driver": "swift", "swift": {"container": "c", "authUrl": "https://keystone.example.mil", "username": "anchore"}}
_STORES = {"objectStorage": _S3, "analysisArchive": {"enabled": True, **_SWIFT}, "authentication": {"oauthEnabled": True}}
_EXISTING = {
    "admin": {"existingSecret": "given-admin"},
    "authentication": {"existingSecret": "given-signing"},
    "database": {"existingSecret": "given-database"},
    "objectStorage": {"existingSecret": "given-s3"},
    "analysisArchive": {"existingSecret": "given-swift"},
}
_EXISTING_ENTERPRISE = {"feedsDatabase": {"existingSecret": "given-feeds"}, "redis": {"existingSecret": "given-redis"}}
_INLINE = (
    "authentication.secret",
    "database.password",
    "objectStorage.s3.accessKey",
    "objectStorage.s3.secretKey",
    "analysisArchive.swift.password",
)
_INLINE_ENTERPRISE = ("feedsDatabase.password", "redis.password")


@functools.cache
def inline_case(edition: str, password: str) -> Case:
    """The password as every inline value at once, as that of the admin only where it may be."""
    paths = [
        *_INLINE,
        *(_INLINE_ENTERPRISE if edition == "enterprise" else ()),
        *(["admin.password"] if password in ASCII.values() else []),
    ]
    values = merged(EDITIONS[edition], _STORES, *(nested(path, password) for path in paths))
    return Case(name=f"{edition} with {password!r}", values=values)


@functools.cache
def existing_case(edition: str) -> Case:
    """Every credential in a Secret that exists."""
    extra = _EXISTING_ENTERPRISE if edition == "enterprise" else {}
    return Case(name=f"{edition} with existing Secrets", values=merged(EDITIONS[edition], _STORES, _EXISTING, extra))


def _secrets_read(world: World, case: Case) -> dict[str, Any]:
    """Every secret as the process that needs it has it, by container and name."""
    found: dict[str, Any] = {}
    for name, pod, container in containers(case):
        environment = world.environment(pod, container)
        config = read_config(world, pod, container)
        if config is None:
            found |= {f"{name} {key}": environment[key] for key in ("POSTGRES_PASSWORD", "REDIS_PASSWORD") if key in environment}
            continue
        block = config["credentials"]["database"]
        found[f"{name} database"] = block["password"] if "password" in block else environment["PGPASSWORD"]
        found[f"{name} signing"] = config["keys"]["secret"]
        found[f"{name} admin"] = config["default_admin_password"]
        catalog = config["services"].get("catalog")
        if catalog:
            s3, swift = catalog["object_store"]["storage_driver"]["config"], catalog["analysis_archive"]["storage_driver"]["config"]
            found |= {f"{name} access": s3["access_key"], f"{name} s3": s3["secret_key"], f"{name} swift": swift["os_password"]}
    return found


@every_edition
@every_password
def test_an_inline_secret_arrives_as_it_is(edition: str, password: str) -> None:
    case = inline_case(edition, password)
    world = World.of(objects(case), external_secrets(case), case.namespace)
    found = _secrets_read(world, case)
    assert len(found) > {"engine": 18, "enterprise": 38}[edition]
    wrong = {
        name: value for name, value in found.items() if value != password and not (name.endswith(" admin") and password in OTHER.values())
    }
    assert not wrong


@every_edition
@every_password
def test_a_secret_of_an_existing_secret_arrives_as_it_is(edition: str, password: str) -> None:
    case = existing_case(edition)
    world = World.of(objects(case), external_secrets(case, value=password), case.namespace)
    found = _secrets_read(world, case)
    assert len(found) > {"engine": 18, "enterprise": 38}[edition]
    assert not {name: value for name, value in found.items() if value != password}


@every_password
def test_the_addresses_of_the_ui_decode_to_the_secret(password: str) -> None:
    case = inline_case("enterprise", password)
    world = World.of(objects(case), external_secrets(case), case.namespace)
    name, pod, container = next(entry for entry in containers(case) if entry[0] == "ui/ui")
    environment = world.environment(pod, container)
    database, redis = urlsplit(environment["ANCHORE_APPDB_URI"]), urlsplit(environment["ANCHORE_REDIS_URI"])
    assert unquote(database.password or "") == password, name
    assert (database.username, database.port, database.path) == ("anchore", 5432, "/anchore")
    assert unquote(redis.password or "") == password
    assert (redis.username, redis.port) == ("nouser", 6379)
    for uri in (environment["ANCHORE_APPDB_URI"], environment["ANCHORE_REDIS_URI"]):
        # A parser of RFC 3986 finds nothing to complain about.
        assert re.fullmatch(r"[a-z]+://[A-Za-z0-9%._~-]+:[A-Za-z0-9%._~-]+@[a-z0-9.-]+:\d+(/[\w-]+)?", uri), uri
        assert not re.search(r"%(?![0-9A-F]{2})", uri), uri


@every_edition
@pytest.mark.parametrize("username", ["anchore@tenant", "us er", "a$$b$(PGDATA)", 'd"o\\n', "%41+", "12345", "null", "us\u00e9r"])
def test_the_name_of_a_database_user_arrives_as_it_is_or_is_refused(edition: str, username: str) -> None:
    inline = {"database": {"username": username, "password": "x"}}
    if edition == "enterprise":
        inline |= {"feedsDatabase": {"username": username}, "redis": {"password": "x"}}
    case = Case(name=f"user {username!r}", values=merged(EDITIONS[edition], inline))
    done = template(case)
    if done.exit_code:
        # PostgreSQL takes no quotes, dollars and backslashes in the name of the user who makes a database.
        assert set("\"$'\\\\") & set(username)
        assert "username" in done.stderr
        return
    world = World.of(objects(case), external_secrets(case), case.namespace)
    for name, pod, container in containers(case):
        environment = world.environment(pod, container)
        config = read_config(world, pod, container)
        if config is not None and edition == "enterprise":
            assert config["credentials"]["database"]["user"] == username, name
        elif config is not None:
            assert environment["PGUSER"] == username, name
        elif "POSTGRES_USER" in environment:
            assert environment["POSTGRES_USER"] == username, name
        elif name == "ui/ui":
            assert unquote(urlsplit(environment["ANCHORE_APPDB_URI"]).username or "") == username


@every_password
def test_every_parser_reads_the_same_out_of_the_manifest(password: str) -> None:
    case = inline_case("enterprise", password)
    newer = YAML(typ="safe", pure=True)
    expected = [(item["metadata"]["name"], secret_data(item)) for item in of_kind(case, "Secret")]
    assert len(expected) >= 7
    # Only the Secrets: parsers written in Python take seconds for a whole manifest.
    documents = [text for text in re.split(r"^---\n", manifests(case), flags=re.MULTILINE) if "\nkind: Secret\n" in text]
    for read in (newer.load, load_yaml_1_1):
        assert [(item["metadata"]["name"], secret_data(item)) for item in map(read, documents)] == expected
    plain = {value for name, data in expected if not name.endswith("-ui") for value in data.values()}
    assert plain == {password}


@every_password
def test_the_manifest_with_the_secret_is_valid_and_the_same_from_both_helms(password: str, schemas: Path) -> None:
    case = inline_case("enterprise", password)
    assert objects(case, "helm3") == objects(case, "helm")
    verdict = kubeconform(manifests(case), KUBE_VERSIONS[-1], schemas)
    assert verdict["summary"] == {"valid": len(parse(manifests(case), case.name)), "invalid": 0, "errors": 0, "skipped": 0}, verdict


@pytest.mark.parametrize("helm", HELMS)
@pytest.mark.parametrize("password", [*OTHER.values(), "a\nb", "\x07"], ids=[*OTHER, "line-break", "bell"])
def test_an_admin_password_that_clients_cannot_send_is_refused(helm: str, password: str) -> None:
    secret = f"first{password}last"
    done = template(Case(name="admin", values=nested("admin.password", secret)), helm)
    assert done.exit_code != 0
    assert "admin.password" in done.stderr.replace("/admin/password", "admin.password")
    _assert_not_told(secret, done.stdout + done.stderr)


@pytest.mark.parametrize("helm", HELMS)
@pytest.mark.parametrize("character", ["\n", "\x07", "\x7f", "\x85", "\u2028"], ids=ascii)
@pytest.mark.parametrize("path", [*_INLINE, *_INLINE_ENTERPRISE])
def test_a_secret_that_anchore_cannot_read_is_refused(path: str, character: str, helm: str) -> None:
    secret = f"first{character}last"
    inline = merged(
        *(nested(other, "x") for other in ("objectStorage.s3.accessKey", "objectStorage.s3.secretKey", "analysisArchive.swift.password"))
    )
    values = merged(EDITIONS["enterprise"], _STORES, inline, nested("authentication.secret", "x"), nested(path, secret))
    done = template(Case(name=path, values=values), helm)
    assert done.exit_code != 0, f"{character!r} is accepted"
    # Helm 3 itself refuses some characters, and does not say where they stand.
    assert f"{path}:" in done.stderr or "yaml: control characters are not allowed" in done.stderr
    _assert_not_told(secret, done.stdout + done.stderr)


def _assert_not_told(secret: str, output: str) -> None:
    assert secret not in output
    assert repr(secret)[1:-1] not in output
    assert "first" not in output
