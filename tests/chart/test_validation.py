"""Values that do not fit together are refused, each with a message that ends in the YAML to add; that YAML is what it promises."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from bbpkg.documents import read_documents
from chart.cases import EDITIONS, ENTERPRISE, values_of
from chart.rendering import HELMS, Case, Values, merged, nested, objects, template

S3 = values_of("engine", "s3-keys")
S3_INLINE = values_of("engine", "s3-keys-inline")
S3_IAM = values_of("engine", "s3-iam")
SWIFT = values_of("engine", "swift-v3")
ARCHIVE = values_of("engine", "s3-archive")
SWIFT_ARCHIVE = values_of("engine", "swift-archive")
EXTERNAL = values_of("enterprise", "external")
INLINE = values_of("enterprise", "external-inline")
ENGINE = EDITIONS["engine"]


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """One change to values that pass, what the message names, and whether the YAML of the message repairs it when it is added."""

    name: str
    base: Values = field(default_factory=dict)
    change: Values
    says: tuple[str, ...]
    is_addition: bool = True


def _missing(path: str, base: Values, *says: str, is_addition: bool = True) -> Refusal:
    return Refusal(name=f"no {path}", base=base, change=nested(path, ""), says=says or (f"{path}:",), is_addition=is_addition)


def _twice(path: str, key: str, base: Values) -> Refusal:
    change = merged(nested(f"{path}.{key}", "INLINE-secret"), nested(f"{path}.existingSecret", "given"))
    return Refusal(name=f"{path}.{key} twice", base=base, change=change, says=(f"{path}:", "an inline value and an existing Secret"))


REFUSALS = (
    Refusal(
        name="no license",
        base=ENTERPRISE,
        change=nested("enterprise.license.existingSecret", ""),
        says=("enterprise.license:", "license is missing"),
    ),
    Refusal(
        name="oauth without a secret", change=nested("authentication.oauthEnabled", value=True), says=("authentication:", "is missing")
    ),
    # Object storage.
    _missing("objectStorage.s3.bucket", S3),
    _missing("analysisArchive.s3.bucket", ARCHIVE),
    Refusal(
        name="no region, no endpoint",
        base=S3,
        change=nested("objectStorage.s3.endpoint", ""),
        says=("objectStorage.s3:", "region", "endpoint"),
    ),
    Refusal(
        name="archive: no region, no endpoint",
        base=ARCHIVE,
        change=nested("analysisArchive.s3.region", ""),
        says=("analysisArchive.s3:", "region"),
    ),
    Refusal(
        name="no keys, no IAM",
        base=S3,
        change=nested("objectStorage.existingSecret", ""),
        says=("objectStorage.s3:", "no access keys", "IAM"),
    ),
    Refusal(
        name="archive: no keys, no IAM",
        base=ARCHIVE,
        change=nested("analysisArchive.existingSecret", ""),
        says=("analysisArchive.s3:", "no access keys"),
    ),
    Refusal(
        name="IAM and keys", base=S3, change=nested("objectStorage.s3.iamAuto", value=True), says=("objectStorage.s3.iamAuto:", "IAM role")
    ),
    Refusal(
        name="IAM and inline keys",
        base=S3_INLINE,
        change=nested("objectStorage.s3.iamAuto", value=True),
        says=("objectStorage.s3.iamAuto:",),
    ),
    Refusal(
        name="IAM gets keys",
        base=S3_IAM,
        change=nested("objectStorage.s3", {"accessKey": "INLINE-secret", "secretKey": "x"}),
        says=("s3.iamAuto:",),
    ),
    Refusal(
        name="IAM gets a Secret", base=S3_IAM, change=nested("objectStorage.existingSecret", "given"), says=("objectStorage.s3.iamAuto:",)
    ),
    Refusal(
        name="no secret key", base=S3_INLINE, change=nested("objectStorage.s3.secretKey", ""), says=("objectStorage.s3:", "secret key")
    ),
    Refusal(
        name="no access key", base=S3_INLINE, change=nested("objectStorage.s3.accessKey", ""), says=("objectStorage.s3:", "access key")
    ),
    *(_missing(f"objectStorage.swift.{key}", SWIFT) for key in ("container", "authUrl", "username")),
    *(_missing(f"analysisArchive.swift.{key}", SWIFT_ARCHIVE) for key in ("container", "authUrl", "username")),
    _missing("objectStorage.existingSecret", SWIFT, "objectStorage:", "no password"),
    _missing("analysisArchive.existingSecret", SWIFT_ARCHIVE, "analysisArchive:", "no password"),
    # Stores in the cluster and outside.
    *(
        Refusal(
            name=f"{store} in the cluster and outside",
            base=merged(ENTERPRISE, nested(f"{store}.host", "host.example.mil")),
            change=nested(switch, value=True),
            says=(f"{switch}, {store}.host:", "at the same time"),
            # With PostgreSQL switched off, the other database needs a host, too.
            is_addition=store == "redis",
        )
        for store, switch in (("database", "postgresql.enabled"), ("feedsDatabase", "postgresql.enabled"), ("redis", "redis.enabled"))
    ),
    Refusal(
        name="main database in the cluster and outside",
        base=nested("database.host", "host.example.mil"),
        change=nested("postgresql.enabled", value=True),
        says=("postgresql.enabled, database.host:",),
    ),
    Refusal(name="PostgreSQL off, no host", change=nested("postgresql.enabled", value=False), says=("database.host:", "no host")),
    Refusal(
        name="PostgreSQL off, no host for feeds",
        base=merged(ENTERPRISE, nested("database.host", "host.example.mil")),
        change=nested("postgresql.enabled", value=False),
        says=("feedsDatabase.host:", "no host"),
    ),
    Refusal(name="Redis off, no host", base=ENTERPRISE, change=nested("redis.enabled", value=False), says=("redis.host:", "no host")),
    # TLS.
    *(
        Refusal(
            name=f"{store} in the cluster with {mode}",
            base=merged(ENTERPRISE, nested("certificates.existingSecret", "ca")),
            change=nested(f"{store}.tls.mode", mode),
            says=(f"{store}.tls.mode:", "no TLS"),
        )
        for store in ("database", "feedsDatabase")
        for mode in ("require", "verify-ca", "verify-full")
    ),
    Refusal(
        name="Redis in the cluster with TLS",
        base=ENTERPRISE,
        change=nested("redis.tls.enabled", value=True),
        says=("redis.tls.enabled:", "no TLS"),
    ),
    *(
        Refusal(
            name=f"{store} with {mode} without certificates",
            base=merged(ENTERPRISE, nested(f"{store}.host", "host.example.mil")),
            change=nested(f"{store}.tls.mode", mode),
            says=(f"{store}.tls.mode:", "CA certificate"),
        )
        for store in ("database", "feedsDatabase")
        for mode in ("verify-ca", "verify-full")
    ),
    *(
        Refusal(
            name=f"{store} with a file that the bundle has not",
            base=INLINE,
            change=nested(f"{store}.tls.caFile", "other.pem"),
            says=(f"{store}.tls.caFile:", "certificates.caFile"),
        )
        for store in ("database", "feedsDatabase")
    ),
    # Credentials that are given twice.
    _twice("admin", "password", ENGINE),
    _twice("authentication", "secret", ENGINE),
    _twice("database", "password", ENGINE),
    _twice("enterprise.license", "content", ENTERPRISE),
    _twice("feedsDatabase", "password", ENTERPRISE),
    _twice("redis", "password", ENTERPRISE),
    Refusal(
        name="objectStorage.s3 twice",
        base=S3,
        change=nested("objectStorage.s3", {"accessKey": "INLINE-secret", "secretKey": "x"}),
        says=("objectStorage:", "an inline value and an existing Secret"),
        is_addition=True,
    ),
    Refusal(
        name="swift twice",
        base=SWIFT,
        change=nested("objectStorage.swift.password", "INLINE-secret"),
        says=("objectStorage:", "an inline value"),
    ),
    Refusal(
        name="archive twice",
        base=SWIFT_ARCHIVE,
        change=nested("analysisArchive.swift.password", "INLINE-secret"),
        says=("analysisArchive:",),
    ),
    # Settings of the other edition.
    *(
        Refusal(
            name=f"{path} in Engine",
            change=nested(path, value),
            says=(f"{path}: ", "not a setting of the edition engine"),
            is_addition=False,
        )
        for path, value in (
            ("ui.logLevel", "debug"),
            ("ui.sharedLogin", False),
            ("ui.authenticationLock.count", 7),
            ("ui.existingSecret", "given"),
            ("redis.host", "redis.example.mil"),
            ("redis.password", "INLINE-secret"),
            ("redis.existingSecret", "given"),
            ("feedsDatabase.host", "db.example.mil"),
            ("feedsDatabase.password", "INLINE-secret"),
            ("feeds.apiOnly", True),
            ("feeds.drivers.npm", True),
        )
    ),
    Refusal(
        name="two endpoints with two regions",
        base=merged(
            S3,
            nested("objectStorage.s3.region", "us-gov-west-1"),
            nested(
                "analysisArchive",
                {
                    "enabled": True,
                    "driver": "s3",
                    "existingSecret": "given",
                    "s3": {"bucket": "b", "endpoint": "https://s3.example.mil", "region": "us-gov-west-1"},
                },
            ),
        ),
        change=nested("analysisArchive.s3.region", "us-gov-east-1"),
        says=("analysisArchive.s3.region:",),
    ),
)


def refused(values: Values, helm: str) -> str:
    """What Helm says about values that must not render, without what it says before."""
    done = template(Case(name="refused", values=values), helm)
    assert done.exit_code == 1, "it renders"
    assert not done.stdout
    before, mark, problems = done.stderr.partition("\n\n")
    assert mark, done.stderr
    assert before.startswith("Error: execution error at (anchore/templates/validate/validate.yaml:"), before
    return problems.removesuffix("Use --debug flag to render out invalid YAML\n").rstrip("\n")


def additions(problem: str) -> list[dict[str, Any]]:
    """The YAML at the end of a problem, one document for each of its alternatives."""
    lines = problem.partition("\n\n")[2].splitlines()
    mark = next((number for number, line in enumerate(lines) if line.strip() == "# or"), None)
    texts = ["\n".join(lines)]
    if mark is not None:
        depth = len(lines[mark]) - len(lines[mark].lstrip())
        parents = [line for line in lines[:mark] if len(line) - len(line.lstrip()) < depth]
        texts = ["\n".join(lines[:mark]), "\n".join([*parents, *lines[mark:]])]
    found = [document.value for text in texts for document in read_documents(text, file="message")]
    assert found
    assert all(isinstance(value, dict) for value in found), problem
    return found  # type: ignore[return-value]


@pytest.mark.parametrize("helm", HELMS)
@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.name)
def test_one_change_is_refused_with_the_yaml_to_add(refusal: Refusal, helm: str) -> None:
    base = Case(name="base", values=refusal.base)
    assert objects(base, helm)
    values = merged(refusal.base, refusal.change)
    problem = refused(values, helm)
    for words in refusal.says:
        assert words in problem
    assert refusal.says[0] in problem.splitlines()[0]
    assert len(problem.split("\n\n")) == 2, "more than one problem comes of one change"
    assert "INLINE-secret" not in problem
    for addition in additions(problem):
        if refusal.is_addition:
            done = template(Case(name="repaired", values=merged(values, addition)), helm)
            assert done.exit_code == 0, done.stderr


@pytest.mark.parametrize("helm", HELMS)
def test_all_problems_are_reported_at_once(helm: str) -> None:
    values = merged(
        ENTERPRISE,
        nested("enterprise.license.existingSecret", ""),
        nested("database", {"password": "INLINE-secret", "existingSecret": "given", "tls": {"mode": "verify-full"}}),
        nested("objectStorage", {"driver": "s3"}),
        nested("analysisArchive", {"enabled": True, "driver": "swift"}),
        nested("redis", {"enabled": False}),
    )
    problems = refused(values, helm)
    for words in (
        "enterprise.license: ",
        "database: an inline value",
        "database.tls.mode: PostgreSQL in the cluster",
        "database.tls.mode: the server cannot be verified",
        "redis.host: ",
        "objectStorage.s3.bucket: ",
        "objectStorage.s3: the driver s3 needs a region",
        "objectStorage.s3: the driver s3 has no access keys",
        "analysisArchive.swift.container: ",
        "analysisArchive.swift.authUrl: ",
        "analysisArchive.swift.username: ",
        "analysisArchive: the driver swift has no password",
    ):
        assert problems.count(words) == 1, words
    assert "INLINE-secret" not in problems


@pytest.mark.parametrize("helm", HELMS)
def test_no_secret_is_told_when_values_have_the_wrong_type_or_name(helm: str) -> None:
    secrets: dict[str, Any] = {
        "admin": {"password": ["TELLTALE"], "pasword": "TELLTALE"},
        "authentication": {"secret": {"x": "TELLTALE"}, "secrets": "TELLTALE"},
        "database": {"password": {"x": "TELLTALE"}},
        "feedsDatabase": {"password": ["TELLTALE"]},
        "enterprise": {"license": {"content": ["TELLTALE"], "contents": "TELLTALE"}},
        "objectStorage": {"s3": {"secretKey": ["TELLTALE"]}, "swift": {"pass": "TELLTALE"}},
        "redis": {"password": ["TELLTALE"]},
    }
    for path, block in secrets.items():
        done = template(Case(name=path, values={path: block}), helm)
        assert done.exit_code != 0, path
        assert "TELLTALE" not in done.stdout + done.stderr, path


@pytest.mark.parametrize("helm", HELMS)
@pytest.mark.parametrize("option", ["defaults", "external"])
def test_a_store_in_the_cluster_is_off_as_soon_as_it_has_a_host(option: str, helm: str) -> None:
    found = {item["metadata"]["name"] for item in objects(Case(name="stores", values=values_of("enterprise", option)), helm)}
    stores = {"anchore-database", "anchore-feeds-database", "anchore-redis"}
    assert found & stores == (stores if option == "defaults" else set())


def test_the_external_base_of_the_other_tests_renders() -> None:
    assert objects(Case(name="external", values=EXTERNAL))
