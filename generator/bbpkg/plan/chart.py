"""The plan of a whole package: every file below the output folder."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bbpkg.model.containers import Image
from bbpkg.model.package import Credential, CredentialKey, Package
from bbpkg.model.values import ValueKey
from bbpkg.plan.files import PlannedFile, Templated, Written
from bbpkg.plan.guards import variant_condition
from bbpkg.plan.logging import logging_files
from bbpkg.plan.monitoring import monitoring_files
from bbpkg.plan.openshift import openshift_files
from bbpkg.plan.overlays import overlay_files
from bbpkg.plan.readme import Diagram, EditionRow, edition_rows, overview_diagrams
from bbpkg.plan.stores import store_files
from bbpkg.plan.suites import SUITES_SWITCH, suite_files, suite_images
from bbpkg.plan.umbrella_files import umbrella_files
from bbpkg.plan.validation import credential_condition, external_secret_condition, has_certificates, validation_files
from bbpkg.plan.values_schema import values_schema
from bbpkg.plan.values_table import ValueRow, value_rows
from bbpkg.plan.values_text import values_text
from bbpkg.plan.values_tree import single_tag, values_tree
from bbpkg.plan.workloads import secret_key_path, workload_files

_TEMPLATES = "chart/templates"


@dataclass(frozen=True, kw_only=True, slots=True)
class Subchart:
    """A chart that the chart of every package depends on.

    `files` are path and text of a chart that is put beside it; without files it comes from `repository`, and takes no templates
    where a switch stands: its values are made for `edition`.
    """

    name: str
    version: str
    files: tuple[tuple[str, str], ...] = ()
    repository: str = ""
    edition: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PackageContext:
    """Context of templates that need the package alone."""

    package: Package
    template: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ImageContext:
    """Context of the helper of an image: one tag, or tags with the Go conditions of their variants."""

    package: Package
    template: str
    image: Image
    tag: str | None
    release_tags: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class CredentialContext:
    """Context of the templates of a credential; `inline_keys` can be given as values."""

    package: Package
    template: str
    credential: Credential
    condition: str | None
    inline_keys: tuple[CredentialKey, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class SecretNote:
    """A Secret that the chart reads and does not make, under a Go condition.

    `helper` gives its name, `keys` are the values paths of the names of its keys.
    """

    helper: str
    title: str
    keys: tuple[str, ...]
    condition: str


@dataclass(frozen=True, kw_only=True, slots=True)
class NotesContext:
    """Context of the notes that Helm prints after an installation."""

    package: Package
    template: str
    secrets: tuple[SecretNote, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ImageRow:
    """One entry of the annotation helm.sh/images; `condition` is the path of the value without which the image is not used."""

    name: str
    reference: str
    condition: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ChartContext:
    """Context of Chart.yaml."""

    package: Package
    template: str
    app_version: str
    application_versions: tuple[tuple[str, str], ...]
    subchart: Subchart
    images: tuple[ImageRow, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadmeContext:
    """Context of the README of the chart."""

    package: Package
    template: str
    editions: tuple[EditionRow, ...]
    diagrams: tuple[Diagram, ...]
    credentials: tuple[Credential, ...]
    values: tuple[ValueRow, ...]


def plan_package(package: Package, definition_schema: Mapping[str, object], subchart: Subchart) -> tuple[PlannedFile, ...]:
    """Every file of the package: `chart/`, `values-schemas/` and `overlays/`, sorted by path.

    The files of the subchart are put below `chart/charts/` as they are.
    """
    tree = values_tree(package, subchart.edition)
    schema = _json(values_schema(package, tree))
    files: list[PlannedFile] = [
        _chart_metadata(package, subchart),
        *_vendored(subchart),
        _readme(package, tree),
        _notes(package),
        Written(path="chart/values.yaml", text=values_text(package, tree)),
        Written(path="chart/values.schema.json", text=schema),
        Written(path=f"values-schemas/{package.name}.values.schema.json", text=schema),
        Written(path="values-schemas/package.v1alpha1.schema.json", text=_json(definition_schema)),
        _with_package(package, "chart/.helmignore"),
        *_helpers(package),
        *_credentials(package),
        *monitoring_files(package),
        *logging_files(package),
        *workload_files(package),
        *store_files(package),
        *openshift_files(package),
        *validation_files(package, tree),
        *_extras(package),
        *suite_files(package),
        *overlay_files(package),
        *umbrella_files(package),
    ]
    return tuple(sorted(files, key=lambda file: file.path))


def _json(value: Mapping[str, object]) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _vendored(subchart: Subchart) -> Iterator[PlannedFile]:
    for path, text in subchart.files:
        yield Written(path=f"chart/charts/{subchart.name}/{path}", text=text)


def _with_package(package: Package, path: str) -> PlannedFile:
    template = f"{path}.jinja"
    return Templated(path=path, template=template, context=PackageContext(package=package, template=template))


def _helpers(package: Package) -> Iterator[PlannedFile]:
    names = [
        "names/_fullname.tpl",
        "names/_object.tpl",
        "names/_host.tpl",
        "labels/_common.tpl",
        "labels/_pod.tpl",
        "labels/_selector.tpl",
        "releases/_app-version.tpl",
        "openshift/dns-network-policy.yaml",
        "pods/_image-pull-secrets.tpl",
        "pods/_security-context.tpl",
        "pods/_container-security-context.tpl",
    ]
    if has_certificates(package):
        names += ["certificates/_secret-name.tpl", "certificates/secret.yaml"]
    for name in names:
        yield _with_package(package, f"{_TEMPLATES}/{name}")
    for image in package.images:
        yield _image_helper(package, image)


def _image_helper(package: Package, image: Image) -> PlannedFile:
    template = f"{_TEMPLATES}/images/_image.tpl.jinja"
    conditions = ((variant_condition(tag.variants, image.variants, package.editions), tag.tag) for tag in image.tags)
    tags = tuple((condition or "true", tag) for condition, tag in conditions)
    context = ImageContext(package=package, template=template, image=image, tag=single_tag(image), release_tags=tags)
    return Templated(path=f"{_TEMPLATES}/images/_{image.name}.tpl", template=template, context=context)


def _credentials(package: Package) -> Iterator[PlannedFile]:
    for credential in package.all_credentials:
        condition = credential_condition(package, credential)
        inline = tuple(key for key in credential.keys if key.value)
        outputs = [("_credential.tpl", f"credentials/_{credential.name}.tpl")]
        if condition:
            outputs.append(("secret.yaml", f"credentials/{credential.name}.yaml"))
        for source, target in outputs:
            template = f"{_TEMPLATES}/credentials/{source}.jinja"
            context = CredentialContext(package=package, template=template, credential=credential, condition=condition, inline_keys=inline)
            yield Templated(path=f"{_TEMPLATES}/{target}", template=template, context=context)


def _extras(package: Package) -> Iterator[PlannedFile]:
    for extra in package.extras:
        template = f"package/{extra.template}"
        yield Templated(path=f"chart/{extra.path}", template=template, context=PackageContext(package=package, template=template))


def _chart_metadata(package: Package, subchart: Subchart) -> PlannedFile:
    template = "chart/Chart.yaml.jinja"
    default = package.edition(package.default_edition)
    versions = [(f"{edition.title} {release.name}", release.app_version) for edition in package.editions for release in edition.releases]
    context = ChartContext(
        package=package,
        template=template,
        app_version=default.release(default.default_release).app_version,
        application_versions=tuple(versions),
        subchart=subchart,
        images=(
            *(ImageRow(name=image.name, reference=f"{image.repository}:{tag}") for image in package.images for tag in _tags(image)),
            *(ImageRow(name=name, reference=reference, condition=SUITES_SWITCH) for name, reference in suite_images(package)),
        ),
    )
    return Templated(path="chart/Chart.yaml", template=template, context=context)


def _notes(package: Package) -> PlannedFile:
    template = f"{_TEMPLATES}/NOTES.txt.jinja"
    secrets = [
        SecretNote(
            helper=f"{package.name}.credentials.{credential.name}",
            title=credential.title,
            keys=tuple(secret_key_path(package, credential.name, key.name) for key in credential.keys),
            condition=external_secret_condition(package, credential),
        )
        for credential in package.all_credentials
    ]
    if has_certificates(package):
        helper = f"{package.name}.certificates.secret-name"
        condition = ".Values.certificates.existingSecret"
        secrets.append(SecretNote(helper=helper, title="CA certificates", keys=(".Values.certificates.caFile",), condition=condition))
    return Templated(
        path=f"{_TEMPLATES}/NOTES.txt", template=template, context=NotesContext(package=package, template=template, secrets=tuple(secrets))
    )


def _tags(image: Image) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tag.tag for tag in image.tags))


def _readme(package: Package, tree: tuple[ValueKey, ...]) -> PlannedFile:
    template = "chart/README.md.jinja"
    context = ReadmeContext(
        package=package,
        template=template,
        editions=edition_rows(package),
        diagrams=overview_diagrams(package),
        credentials=package.all_credentials,
        values=value_rows(tree),
    )
    return Templated(path="chart/README.md", template=template, context=context)
