"""The whole values tree of a chart: what every package has, what its parts bring, and what only this package has."""

from bbpkg.model.containers import Container, Image, camel
from bbpkg.model.package import Backend, Component, Credential, Package
from bbpkg.model.values import Json, ValueKey, flag, group, merged, number, open_list, open_object, text, text_map
from bbpkg.plan.bb_common import SUBCHART, subchart_values
from bbpkg.plan.logging import logging_keys
from bbpkg.plan.monitoring_values import monitoring_keys
from bbpkg.plan.own_metadata import OWN_ANNOTATIONS, OWN_LABELS
from bbpkg.plan.suites import suite_values

_HOST = r"^([A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?)?$"
_SECRET_NAME = r"^([a-z0-9]([-a-z0-9.]*[a-z0-9])?)?$"
_SECRET_KEY = r"^[-._a-zA-Z0-9]+$"
_QUANTITY = r"^[0-9]+(\.[0-9]+)?(k|Ki|M|Mi|G|Gi|T|Ti)?$"


def values_tree(package: Package, mesh_edition: str | None = None) -> tuple[ValueKey, ...]:
    """Every key of the values, in the order of `values.yaml`; with an edition, the values of the subchart are decided for it."""
    tree: tuple[ValueKey, ...] = (_global(package),)
    tree = merged(tree, _edition_keys(package))
    described = {key.name: key for key in package.values}
    tree = merged(tree, package.values)
    for credential in package.credentials:
        tree = merged(tree, (_nested(credential.values, _credential_keys(package, credential)),))
    for backend in package.backends:
        tree = merged(tree, (_backend(package, backend, described.get(backend.key)),))
    return merged(
        tree, (*_platform(package), *_images(package), _components(package), *suite_values(package), _subchart(package, mesh_edition))
    )


def _subchart(package: Package, mesh_edition: str | None) -> ValueKey:
    return open_object(
        SUBCHART, "Network policies, mesh and routes: the values of the subchart bb-common", subchart_values(package, mesh_edition)
    )


def _global(package: Package) -> ValueKey:
    editions = [edition.name for edition in package.editions]
    return group(
        "global",
        "What Big Bang passes to every package, and the edition, which subcharts must see, too",
        text("domain", "Domain below which the gateway exposes hosts", "dev.bigbang.mil", minLength=1),
        text("edition", f"Which edition is installed: {' or '.join(editions)}", package.default_edition, enum=[*editions]),
        group(
            "monitoring",
            "Monitoring of the platform",
            flag("enabled", "Whether the Prometheus operator is there: serve and scrape metrics"),
        ),
        open_list(
            "imagePullSecrets", "Secrets for the image registry, as names or objects with a name; used before imagePullSecrets", items={}
        ),
    )


def _edition_keys(package: Package) -> tuple[ValueKey, ...]:
    return tuple(
        group(
            edition.name,
            f"Settings of {edition.title}",
            text(
                "release",
                f"Release of {edition.title}, in quotes",
                edition.default_release,
                enum=[release.name for release in edition.releases],
            ),
        )
        for edition in package.editions
        if edition.is_selectable
    )


def _nested(path: tuple[str, ...], keys: tuple[ValueKey, ...]) -> ValueKey:
    name, *rest = path
    return group(name, "", *((_nested(tuple(rest), keys),) if rest else keys))


def _described(package: Package, path: tuple[str, ...]) -> str | None:
    keys, found = package.values, None
    for name in path:
        found = next((key for key in keys if key.name == name), None)
        if found is None:
            return None
        keys = found.children
    return found.description if found else None


def _limited_to(package: Package, credential: Credential) -> tuple[str, ...]:
    """The editions in which a value of the credential may be set; the settings of an edition itself are never refused."""
    editions = tuple(edition.name for edition in package.editions if credential.variants & frozenset(edition.variants))
    belongs_to_edition = credential.values[0] in {edition.name for edition in package.editions}
    return () if belongs_to_edition or len(editions) == len(package.editions) else editions


def _credential_keys(package: Package, credential: Credential) -> tuple[ValueKey, ...]:
    editions = _limited_to(package, credential)
    inline = [
        ValueKey(
            name=key.name,
            type="string",
            description=_described(package, key.value) or f"The {credential.title}, written to a Secret of the chart",
            default="",
            constraints={"pattern": key.pattern} if key.pattern else {},
            editions=editions,
            secret=True,
        )
        for key in credential.keys
        if key.value and len(key.value) == len(credential.values) + 1
    ]
    where = "must be given" if credential.is_explicit else f"refers to the Secret <fullname>-{credential.name}, which must exist"
    names = ValueKey(
        name="existingSecret",
        type="string",
        description=f"Name of a Secret with the {credential.title}; with neither this nor an inline value, it {where}",
        default="",
        constraints={"pattern": _SECRET_NAME, "maxLength": 253},
        editions=editions,
    )
    keys = (text(key.name, f"Key of {key.name} in the Secret", key.secret_key, pattern=_SECRET_KEY) for key in credential.keys)
    return (*inline, names, group("secretKeys", "Keys in the Secret", *keys))


def _backend(package: Package, backend: Backend, described: ValueKey | None) -> ValueKey:
    editions = _limited_to(package, backend.credential)
    keys = {"postgresql": _postgresql, "redis": _redis, "object-storage": _object_storage}[backend.kind](package, backend, editions)
    description = described.description if described else f"{backend.title} ({_KIND_TITLES[backend.kind]})"
    return group(backend.key, description, *keys, editions=editions)


_KIND_TITLES = {"postgresql": "PostgreSQL", "redis": "Redis", "object-storage": "object storage"}


def _endpoint(kind: str, port: int, editions: tuple[str, ...]) -> tuple[ValueKey, ...]:
    description = f"Host of an external {kind}; empty runs a single one in the cluster, for development"
    return (
        ValueKey(
            name="host",
            type="string",
            description=description,
            default="",
            constraints={"pattern": _HOST, "maxLength": 253},
            editions=editions,
        ),
        number("port", f"Port of {kind}", port, minimum=1, maximum=65535),
    )


def _postgresql(package: Package, backend: Backend, editions: tuple[str, ...]) -> tuple[ValueKey, ...]:
    modes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]
    return (
        *_endpoint("PostgreSQL", 5432, editions),
        text("name", "Name of the database", backend.database, pattern=r"^[A-Za-z0-9_][-A-Za-z0-9_]*$", maxLength=63),
        ValueKey(
            name="username",
            type="string",
            description="Name of the user, who owns the database",
            default=backend.username,
            # Kubernetes expands dollar signs in variables; PostgreSQL refuses the others in the name of its first user.
            constraints={"pattern": r"^[^\"$'\\\r\n]+$", "maxLength": 63},
        ),
        *_credential_keys(package, backend.credential),
        group(
            "tls",
            "Encryption of connections",
            text("mode", "sslmode of libpq", "prefer", enum=[*modes]),
            text(
                "caFile",
                "Key of the CA certificate in the certificate Secret; empty means certificates.caFile",
                pattern=r"^[-._a-zA-Z0-9]*$",
            ),
        ),
    )


def _redis(package: Package, backend: Backend, editions: tuple[str, ...]) -> tuple[ValueKey, ...]:
    return (
        *_endpoint("Redis", 6379, editions),
        *_credential_keys(package, backend.credential),
        group("tls", "Encryption of connections", flag("enabled", "Whether the external Redis speaks TLS")),
        flag("enabled", "Run Redis in the cluster; unset means: when host is empty", default=None),
        _resources("100m", "128Mi", "256Mi"),
    )


def _object_storage(package: Package, backend: Backend, editions: tuple[str, ...]) -> tuple[ValueKey, ...]:
    shared = (flag("enabled", f"Keep {backend.title} apart; otherwise it is in {camel(backend.shares)}"),) if backend.shares else ()
    return (
        *shared,
        text("driver", "Where objects are kept: in the database, in S3 or in Swift", "db", enum=["db", "s3", "swift"]),
        group(
            "compression",
            "Compression of objects",
            flag("enabled", "Whether large objects are compressed"),
            number("minSizeKbytes", "Least size of an object that is compressed, in kilobytes", 100, minimum=0),
        ),
        *_credential_keys(package, backend.credential),
        _s3(backend, editions),
        _swift(backend, editions),
    )


def _inline(backend: Backend, name: str, description: str, editions: tuple[str, ...]) -> ValueKey:
    return ValueKey(
        name=backend.credential.key(name).value[-1], type="string", description=description, default="", editions=editions, secret=True
    )


def _s3(backend: Backend, editions: tuple[str, ...]) -> ValueKey:
    return group(
        "s3",
        "Settings of the driver s3",
        text("bucket", "Name of the bucket"),
        text("region", "Region of Amazon S3; with an endpoint, the region for which requests are signed"),
        text("endpoint", "Address of another S3 server, with its scheme; addressed path-style", pattern=r"^(https?://.+)?$"),
        text("prefix", "Prefix of object names, with its own slash at the end"),
        flag("createBucket", "Create the bucket when it is missing"),
        flag("iamAuto", "Use the IAM role of the ServiceAccount or node, no keys"),
        _inline(backend, "accessKey", "Access key id, written to a Secret of the chart", editions),
        _inline(backend, "secretKey", "Secret access key, written to a Secret of the chart", editions),
    )


def _swift(backend: Backend, editions: tuple[str, ...]) -> ValueKey:
    return group(
        "swift",
        "Settings of the driver swift",
        text("authVersion", "Version of the authentication, in quotes", "3", enum=["1", "2", "3"]),
        text("authUrl", "Address of the authentication service", pattern=r"^(https?://.+)?$"),
        text("container", "Name of the container"),
        flag("createContainer", "Create the container when it is missing"),
        text("prefix", "Prefix of object names"),
        text("username", "Name of the user"),
        _inline(backend, "password", "Password of the user, written to a Secret of the chart", editions),
        text("tenantName", "Tenant, version 2 of the authentication"),
        text("projectName", "Project, version 3 of the authentication"),
        text("projectDomainName", "Domain of the project, version 3 of the authentication"),
        text("userDomainName", "Domain of the user, version 3 of the authentication"),
    )


def _platform(package: Package) -> tuple[ValueKey, ...]:
    has_postgresql = any(backend.kind == "postgresql" for backend in package.backends)
    return (
        *((_in_cluster_postgresql(),) if has_postgresql else ()),
        *((monitoring_keys(package),) if package.is_scraped else ()),
        *logging_keys(package),
        *((_certificates(),) if any(container.certificates_path for c in package.components for container in c.containers) else ()),
        flag("openshift", "Whether the cluster is OpenShift: ids are left to the platform, which lets them be any but 0"),
        flag("maintenance", "Stop all components, for work on the stores; stores in the cluster keep running"),
        text("clusterDomain", "DNS domain of the cluster", "cluster.local", minLength=1),
        text_map("commonLabels", "Labels for every object and pod", reserved=OWN_LABELS),
        text("imagePullPolicy", "When nodes pull images", "IfNotPresent", enum=["Always", "IfNotPresent", "Never"]),
        open_list("imagePullSecrets", "Secrets for the image registry", [{"name": "private-registry"}]),
    )


def _in_cluster_postgresql() -> ValueKey:
    return group(
        "postgresql",
        "PostgreSQL in the cluster: one pod for each database without a host; for development only",
        flag("enabled", "Run PostgreSQL in the cluster; unset means: for each database whose host is empty", default=None),
        group(
            "persistence",
            "Its volume",
            text("size", "Size of the volume", "20Gi", pattern=_QUANTITY),
            text("storageClassName", "StorageClass of the volume; empty means the default one of the cluster"),
        ),
        _resources("250m", "256Mi", "1Gi"),
    )


def _certificates() -> ValueKey:
    return group(
        "certificates",
        "CA certificates that the services trust in addition",
        text("existingSecret", "Name of a Secret with PEM files", pattern=_SECRET_NAME, maxLength=253),
        text("caBundle", "CA certificates in PEM form; the chart writes them to a Secret"),
        text("caFile", "Key of the CA certificates in the Secret", "ca.crt", pattern=_SECRET_KEY),
    )


def _images(package: Package) -> tuple[ValueKey, ...]:
    return (group("images", "Container images", *(_image(package, image) for image in package.images)),)


def single_tag(image: Image) -> str | None:
    """The tag that an image has in all of its variants; None when releases differ."""
    tags = {tag.tag for tag in image.tags}
    return tags.pop() if len(tags) == 1 else None


def _image(package: Package, image: Image) -> ValueKey:
    tag = single_tag(image)
    titles = [edition.title for edition in package.editions if image.variants & frozenset(edition.variants)]
    return group(
        image.key,
        f"Image {image.name}, used by {' and '.join(titles)}",
        text("repository", "Registry and repository", image.repository, minLength=1),
        text("tag", "Tag" if tag else "Tag; empty means the one of the release", tag or ""),
        text("digest", "Digest, used instead of the tag when set", pattern=r"^(sha256:[0-9a-f]{64})?$"),
    )


def _components(package: Package) -> ValueKey:
    return group("components", "Settings of each component", *(_component(component) for component in package.components))


def _component(component: Component) -> ValueKey:
    sidecars = tuple(
        group(camel(container.name), f"Container {container.name}", _container_resources(container))
        for container in component.containers[1:]
    )
    sizes = tuple(
        text(camel(workspace.name), f"Size limit of {workspace.path}", workspace.size, pattern=_QUANTITY)
        for workspace in component.main.workspaces
        if workspace.is_sizable
    )
    return group(
        component.key,
        component.title,
        *(() if component.is_single else (number("replicas", "Number of pods", component.replicas, minimum=0),)),
        _container_resources(component.main),
        *((group("sidecars", "Further containers of the pod", *sidecars),) if sidecars else ()),
        *((group("workspaces", "Directories that are written to (emptyDir)", *sizes),) if sizes else ()),
        *(_persistence(component) if component.storage else ()),
        open_list("extraEnv", "More environment variables, for all containers of the pod"),
        text_map("podAnnotations", "More annotations of the pods", reserved=OWN_ANNOTATIONS),
        text_map("podLabels", "More labels of the pods", reserved=OWN_LABELS),
        text_map("nodeSelector", "Labels of the nodes that may run the pods"),
        open_list("tolerations", "Taints of nodes that are tolerated"),
        open_object("affinity", "Affinity of the pods"),
        open_list("topologySpreadConstraints", "How the pods spread"),
        text("priorityClassName", "PriorityClass of the pods"),
        group("serviceAccount", "The ServiceAccount", text_map("annotations", "Annotations, for example the IAM role of a cloud")),
        group("podDisruptionBudget", "The PodDisruptionBudget", flag("enabled", "Whether evictions take one pod at a time", default=True)),
    )


def _persistence(component: Component) -> tuple[ValueKey, ...]:
    if component.storage is None:
        return ()
    return (
        group(
            "persistence",
            f"The volume at {component.storage.path}",
            text("size", "Size of the volume", component.storage.size, pattern=_QUANTITY),
            text("storageClassName", "StorageClass of the volume; empty means the default one of the cluster"),
            text("existingClaim", "Name of a PersistentVolumeClaim to use instead"),
        ),
    )


def _container_resources(container: Container) -> ValueKey:
    return _resources(container.cpu_request, container.memory_request, container.memory_limit)


def _resources(cpu: str, memory: str, memory_limit: str) -> ValueKey:
    default: dict[str, Json] = {"requests": {"cpu": cpu, "memory": memory}, "limits": {"memory": memory_limit}}
    return open_object("resources", "Resources (Kubernetes ResourceRequirements)", default)
