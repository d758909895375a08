"""The engine with Helm's library gives what the program helm gives: the same text, the same objects, the same refusals."""

import base64
import io
import shutil
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bb_common.contract_case import failing_cases, passing_cases
from bb_common.rendering import write_package
from bbpkg.adapters.conversations import Conversations
from bbpkg.adapters.processes import run
from bbpkg.app.cases import package_cases
from bbpkg.diagnostics import in_order
from bbpkg.errors import BbpkgError, InvalidInputError
from bbpkg.helm.binary import HelmBinary, helm_environment
from bbpkg.helm.engine import ChartRefusedError, Refusal, RenderRequest
from bbpkg.helm.library import HelmLibrary, library_arguments, library_environment
from bbpkg.manifests.objects import objects_of, parse_objects
from chart.cases import CASES
from chart.rendering import KUBE_VERSIONS, Case, chart, tool
from packages import REPOSITORY, package, write_chart, write_files

FEATURES = REPOSITORY / "tests/cases/engines/features"
_SMALL = {"Chart.yaml": "apiVersion: v2\nname: small\nversion: 1.0.0\n"}
_OBJECT = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"


@pytest.fixture(scope="module")
def binary() -> Iterator[HelmBinary]:
    with tempfile.TemporaryDirectory() as home:
        yield HelmBinary(program=tool("helm"), run=run, environment=helm_environment(Path(home), search_path=""))


@pytest.fixture(scope="module")
def conversations() -> Iterator[Conversations]:
    found = Conversations((str(tool("bbpkg-render")), *library_arguments()), env=library_environment())
    yield found
    found.close()


@pytest.fixture(scope="module")
def library(conversations: Conversations, binary: HelmBinary) -> HelmLibrary:
    return HelmLibrary(ask=conversations.ask, linter=lambda: binary)


def _limited(timeout: float = 60.0, memory_mib: int = 1024) -> tuple[HelmLibrary, Conversations]:
    argv = (str(tool("bbpkg-render")), *library_arguments(memory_mib=memory_mib))
    conversations = Conversations(argv, env=library_environment())

    def never() -> HelmBinary:
        raise AssertionError

    return HelmLibrary(ask=conversations.ask, linter=never, timeout=timeout, memory_mib=memory_mib), conversations


def _request(folder: Path, **changes: object) -> RenderRequest:
    given: dict[str, object] = {"chart": folder, "kube_version": "1.34.0", "release_name": "demo", **changes}
    return RenderRequest(**given)  # type: ignore[arg-type]


def _small(folder: Path, template: str, files: Mapping[str, str] | None = None) -> Path:
    return write_files(folder, {**_SMALL, "templates/a.yaml": template, **(files or {})})


def _said(engine: HelmBinary | HelmLibrary, request: RenderRequest) -> tuple[object, ...]:
    with pytest.raises(BbpkgError) as refused:
        engine.render(request)
    error = refused.value
    # Helm tells them in the order of a Go map.
    diagnostics = in_order(error.diagnostics) if isinstance(error, InvalidInputError) else ()
    return (type(error), getattr(error, "refusal", None), error.message, error.hint, diagnostics)


def _assert_equal(binary: HelmBinary, library: HelmLibrary, request: RenderRequest) -> None:
    """Both engines give the same text, and reading it gives the objects that the library has read."""
    text = binary.render(request)
    assert library.render(request) == text
    documents = library.render_documents(request)
    assert objects_of((found.text, found.content) for found in documents) == parse_objects(text)
    # Reading them here must stay the exception.
    assert len([found for found in documents if found.content is None]) <= 1


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_installation_renders_equally(case: Case, binary: HelmBinary, library: HelmLibrary) -> None:
    _assert_equal(binary, library, _request(chart(), values=case.values, release_name=case.release, namespace=case.namespace))


@pytest.mark.parametrize("name", ["anchore", "notes"])
@pytest.mark.parametrize("kube_version", KUBE_VERSIONS)
def test_every_case_of_validate_renders_equally(
    name: str, kube_version: str, tmp_path: Path, binary: HelmBinary, library: HelmLibrary
) -> None:
    folder = write_chart(tmp_path, name)
    for case in package_cases(package(name))[:: 1 if kube_version == KUBE_VERSIONS[-1] else 4]:
        request = _request(folder, values=case.values, kube_version=kube_version, namespace="other")
        try:
            _assert_equal(binary, library, request)
        except ChartRefusedError:
            assert _said(library, request) == _said(binary, request)


def test_the_cases_of_bb_common_render_equally(tmp_path: Path, binary: HelmBinary, library: HelmLibrary) -> None:
    for number, setting in enumerate(sorted({case.setting for case in passing_cases()})):
        aliases = {f"c{place:03d}": case for place, case in enumerate(passing_cases()) if case.setting == setting}
        folder = write_package(tmp_path / str(number), aliases)
        values = {alias: case.values for alias, case in aliases.items()}
        release, namespace, api_versions = setting
        _assert_equal(
            binary, library, _request(folder, values=values, release_name=release, namespace=namespace, api_versions=api_versions)
        )


def test_what_bb_common_refuses_is_refused_in_the_same_words(tmp_path: Path, binary: HelmBinary, library: HelmLibrary) -> None:
    folder = write_package(tmp_path / "package")
    failing = failing_cases()
    for case in failing[:: max(1, len(failing) // 12)]:
        request = _request(folder, values={"bb-common": case.values}, api_versions=case.api_versions)
        assert _said(library, request) == _said(binary, request)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"release_name": "a.b-c", "namespace": "space"},
        {"kube_version": "v1.31.4-gke.7", "api_versions": ("example.mil/v1", "a/v1,b/v1")},
        {"values": {"said": "hello", "template": "{{ .Values.gone | toJson | quote }}", "gone": {"dropped": None}}},
        {"values": {"left": {"enabled": False}, "right": {"enabled": False}, "tags": {"light": False}}},
        {"values": {"right": {"enabled": "text"}, "tags": {"second": False}, "global": {"shade": None}}},
        {"values": {"left": None, "imported": {"watts": 7, "more": 1}}},
        {"values": {"scalars": {"n": "n", "big": 2**60, "float": 1e30, "small": 1e-7, "none": None, "list": [[], {}], "line": "a\nb\n"}}},
        {"values": {"scalars": {"odd": "\u2028 \u00e9 \U0001f600 --- <&> \\ \" ' \t"}}},
        {"settings": ("said=hello", "scalars.a[1].b=x", "scalars.c=1", "scalars.d=true", "scalars.e=null", r"scalars.f=a\,b")},
        {"settings": ("scalars.l={a,b,3}", "gone.dropped=null", 'scalars.annotations."a\\.b/c"=1')},
        {"values": {"said": "low"}, "settings": ("said=high", "left.boards=4")},
    ],
    ids=str,
)
def test_every_feature_of_charts_renders_equally(changes: Mapping[str, object], binary: HelmBinary, library: HelmLibrary) -> None:
    _assert_equal(binary, library, _request(FEATURES, **changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"release_name": "Upper"},
        {"release_name": "a" * 54},
        {"kube_version": "newest"},
        {"kube_version": "1.20.0"},
        {"api_versions": ('"open',)},
        {"settings": ("said",)},
        {"settings": ("said=UPPER",)},
        {"values": {"said": 3, "left": {"boards": 10, "shelves": 1}, "right": {"boards": 0}}},
        {"values": {"left": "text"}},
        {"values": {"template": "{{ fail `too bad` }}"}},
        {"values": {"template": "{{ .Values.said.more }}"}},
        {"values": {"template": "{{ end }}"}},
        {"values": {"template": "{{ include `nowhere` . }}"}},
        {"values": {"template": '{{ required "said: is needed" .Values.nowhere }}'}},
        {"values": {"template": "a: b: c"}},
        {"chart": Path("/nowhere")},
    ],
    ids=str,
)
def test_refusals_are_worded_equally(changes: Mapping[str, object], binary: HelmBinary, library: HelmLibrary) -> None:
    request = _request(FEATURES, **changes) if "chart" not in changes else _request(Path("/nowhere"))
    assert _said(library, request) == _said(binary, request)


@pytest.mark.parametrize(
    ("template", "files"),
    [
        ("{{ .Values.a.b }}", {}),
        ("{{ if }}", {}),
        ("{{ nothing 1 }}", {}),
        ('{{ template "nowhere" . }}', {}),
        ("a: b: c", {}),
        ("a: [", {}),
        ("metadata: {annotations: [1]}", {}),
        ('{{ define "a" }}{{ include "a" . }}{{ end }}{{ include "a" . }}', {}),
        ("{{ mustToJson (list 1) | fromYaml | toYaml | int | until | first }}{{ index (list) 3 }}", {}),
        ("{{ mustRegexMatch `(` `a` }}", {}),
        (_OBJECT, {"values.schema.json": "{"}),
        (_OBJECT, {"values.schema.json": '{"type": "nonsense"}'}),
        (_OBJECT, {"values.schema.json": '{"required": ["said"]}', "values.yaml": "{}"}),
        (_OBJECT, {"values.yaml": "- a\n"}),
        (_OBJECT, {"values.yaml": "a: [\n"}),
        (_OBJECT, {"Chart.yaml": "apiVersion: v2\nname: small\n"}),
        (_OBJECT, {"Chart.yaml": "apiVersion: v9\nname: small\nversion: 1.0.0\n"}),
        (_OBJECT, {"Chart.yaml": "apiVersion: v2\nname: small\nversion: 1.0.0\ntype: library\n"}),
        (_OBJECT, {"Chart.yaml": "[\n"}),
        (_OBJECT, {"Chart.yaml": "apiVersion: v2\nname: small\nversion: 1.0.0\ndependencies: [{name: b, version: '1', repository: ''}]\n"}),
        (_OBJECT, {"charts/b/Chart.yaml": "apiVersion: v2\nname: b\n"}),
    ],
    ids=str,
)
def test_broken_charts_are_refused_equally(
    template: str, files: Mapping[str, str], tmp_path: Path, binary: HelmBinary, library: HelmLibrary
) -> None:
    request = _request(_small(tmp_path, template, files))
    assert _said(library, request) == _said(binary, request)


def _archive(path: Path, members: Mapping[str, bytes], links: Mapping[str, str] | None = None) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        for name, target in (links or {}).items():
            member = tarfile.TarInfo(name)
            member.type, member.linkname = tarfile.SYMTYPE, target
            archive.addfile(member)
    return path


def _packed(folder: Path) -> dict[str, bytes]:
    return {f"{folder.name}/{path.relative_to(folder).as_posix()}": path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_archives_render_equally_at_both_levels(tmp_path: Path, binary: HelmBinary, library: HelmLibrary) -> None:
    inner = tmp_path / "features"
    shutil.copytree(FEATURES, inner, ignore=shutil.ignore_patterns("*.bak", "ignored", ".hidden.yaml"))
    _archive(inner / "charts/shelf.tgz", _packed(inner / "charts/shelf"))
    shutil.rmtree(inner / "charts/shelf")
    _assert_equal(binary, library, _request(inner))
    _assert_equal(binary, library, _request(_archive(tmp_path / "features.tgz", _packed(inner))))


def test_a_linked_folder_of_a_chart_renders_equally(tmp_path: Path, binary: HelmBinary, library: HelmLibrary) -> None:
    folder = tmp_path / "features"
    shutil.copytree(FEATURES, folder)
    shutil.move(folder / "charts", tmp_path / "elsewhere")
    (folder / "charts").symlink_to(tmp_path / "elsewhere")
    _assert_equal(binary, library, _request(folder))


@pytest.mark.parametrize("name", ["small/../../escaped.yaml", "small//etc/escaped.yaml", "Chart.yaml"])
def test_an_archive_with_names_that_lead_out_of_it_is_refused(name: str, tmp_path: Path, binary: HelmBinary, library: HelmLibrary) -> None:
    members = {f"small/{path}": text.encode() for path, text in _SMALL.items()}
    request = _request(_archive(tmp_path / "small.tgz", {**members, name: b"a: b\n"}))
    assert _said(library, request) == _said(binary, request)
    assert not list(tmp_path.rglob("escaped.yaml"))


@pytest.mark.parametrize("is_nested", [False, True])
def test_an_archive_with_a_link_is_refused(*, is_nested: bool, tmp_path: Path, library: HelmLibrary) -> None:
    members = {f"small/{path}": text.encode() for path, text in _SMALL.items()}
    path = _archive(tmp_path / "small.tgz", members, {"small/templates/passwords.yaml": "/etc/passwd"})
    if is_nested:
        outer = _small(tmp_path / "outer", _OBJECT)
        (outer / "charts").mkdir()
        path = Path(shutil.move(path, outer / "charts/small.tgz")).parents[1]
    with pytest.raises(ChartRefusedError, match=r"small\.tgz holds small/templates/passwords\.yaml, which is neither file nor folder"):
        library.render(_request(path))


def test_a_file_that_is_no_archive_is_refused_equally(tmp_path: Path, binary: HelmBinary, library: HelmLibrary) -> None:
    (tmp_path / "chart.yaml").write_text("a: b\n")
    assert _said(library, _request(tmp_path / "chart.yaml")) == _said(binary, _request(tmp_path / "chart.yaml"))


def test_a_schema_elsewhere_is_not_loaded(tmp_path: Path, library: HelmLibrary) -> None:
    (tmp_path / "other.json").write_text("true")
    for reference in ("http://127.0.0.1:1/schema.json", "https://127.0.0.1:1/schema.json", f"file://{tmp_path}/other.json"):
        folder = _small(tmp_path / "chart", _OBJECT, {"values.schema.json": f'{{"$ref": "{reference}"}}'})
        with pytest.raises(ChartRefusedError, match="schemas outside of the chart are not loaded"):
            library.render(_request(folder))


def test_a_chart_that_changes_is_read_again(tmp_path: Path, library: HelmLibrary) -> None:
    folder = _small(tmp_path, "data: {{ .Values.a }}{{ .Files.Get `new.txt` }}", {"values.yaml": "a: 1\n"})
    assert "data: 1\n" in library.render(_request(folder))
    (folder / "values.yaml").write_text("a: 22\n")
    (folder / "new.txt").write_text("3")
    assert "data: 223\n" in library.render(_request(folder))


def test_a_render_leaves_nothing_for_the_next_one(library: HelmLibrary) -> None:
    """Helm drops disabled dependencies from a chart, renames aliases and imports values while it renders."""
    first = library.render(_request(FEATURES))
    library.render(_request(FEATURES, values={"left": {"enabled": False}, "tags": {"light": False}, "said": "other"}))
    assert library.render(_request(FEATURES)) == first


def test_a_template_cannot_change_the_chart_for_the_next_render(tmp_path: Path, library: HelmLibrary) -> None:
    change = '{{ $_ := set .Chart "Name" "seen" }}{{ $_ := set .Values.a "b" "seen" }}{{ $_ := set .Values "c" "seen" }}'
    files = {"values.yaml": "a: {b: c}\n"}
    show = "data: {{ list .Chart.Name .Values | toJson | quote }}"
    folder = _small(tmp_path, show + change, files)
    assert library.render(_request(folder)) == library.render(_request(folder))
    assert "seen" not in library.render(_request(folder))


def test_each_of_many_threads_gets_its_own_answer(tmp_path: Path, library: HelmLibrary) -> None:
    folder = _small(tmp_path, "data: {{ .Values.number }}{{ if eq 0.0 (mod .Values.number 3 | float64) }}{{ fail `third` }}{{ end }}")

    def render(number: int) -> str:
        try:
            return library.render(_request(folder, values={"number": number}))
        except ChartRefusedError as refused:
            return refused.message

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(render, range(60)))
    expected = ["third" if number % 3 == 0 else f"---\n# Source: small/templates/a.yaml\ndata: {number}\n" for number in range(60)]
    assert found == expected


_ENDLESS = "{{ range until 100000 }}{{ range until 100000 }}{{ range until 100000 }}{{ end }}{{ end }}{{ end }}"
_GREEDY = '{{ $text := repeat 1000000 "0123456789" }}{{ range until 100 }}{{ $text = print $text $text }}{{ end }}'


def test_a_chart_that_never_ends_is_stopped_and_the_next_one_is_rendered(tmp_path: Path) -> None:
    library, conversations = _limited(timeout=0.5)
    with pytest.raises(ChartRefusedError, match=r"not rendered within 0\.5 seconds, and its render was stopped") as refused:
        library.render(_request(_small(tmp_path / "endless", _ENDLESS)))
    assert refused.value.refusal is Refusal.LIMIT
    conversations.close()
    library, conversations = _limited()
    assert "kind: ConfigMap" in library.render(_request(_small(tmp_path / "fine", _OBJECT)))
    conversations.close()


@pytest.mark.parametrize("template", [_GREEDY, '{{ repeat 2000000000 "x" }}'])
def test_a_chart_that_takes_all_memory_is_stopped_and_the_next_one_is_rendered(template: str, tmp_path: Path) -> None:
    library, conversations = _limited(memory_mib=300)
    with pytest.raises(ChartRefusedError, match="it takes more than 300 MiB of memory") as refused:
        library.render(_request(_small(tmp_path / "greedy", template)))
    assert refused.value.refusal is Refusal.LIMIT
    assert "kind: ConfigMap" in library.render(_request(_small(tmp_path / "fine", _OBJECT)))
    conversations.close()


_CHANCE = """data:
  {{- $ca := genCA "ca" 30 }}
  {{- $server := genSignedCert "server" (list "10.0.0.1") (list "server.example.mil") 30 $ca }}
  {{- $self := genSelfSignedCert "self" nil (list "self.example.mil") 30 }}
  ca: {{ $ca.Cert | b64enc }}
  key: {{ $ca.Key | b64enc }}
  server: {{ $server.Cert | b64enc }}
  self: {{ $self.Cert | b64enc }}
  custom: {{ (genSignedCert "c" nil nil 1 (buildCustomCert ($ca.Cert | b64enc) ($ca.Key | b64enc))).Cert | b64enc }}
  with-key: {{ (genCAWithKey "ca" 30 (genPrivateKey "rsa")).Cert | b64enc }}
  ten: {{ randAlphaNum 10 | quote }}
  again: {{ randAlphaNum 10 | quote }}
  letters: {{ randAlpha 5 | quote }}
  digits: {{ randNumeric 5 | quote }}
  ascii: {{ randAscii 5 | b64enc }}
  int: {{ randInt 5 10 }}
  bytes: {{ randBytes 7 }}
  shuffled: {{ shuffle "abcdef" }}
  uuid: {{ uuidv4 }}
  bcrypt: {{ bcrypt "secret" }}
  htpasswd: {{ htpasswd "me" "secret" }}
  aes: {{ encryptAES "key" "plain" }}
  private: {{ genPrivateKey "ecdsa" | b64enc }}
  now: {{ now | date "2006-01-02 15:04" | quote }}
  ago: {{ ago (now | date_modify "-1h") }}
  undated: {{ htmlDate "no date" | quote }}
  epoch: {{ now | unixEpoch }}
  keys: {{ keys (dict "a" 1 "b" 2 "c" 3 "d" 4) | join "," }}
  values: {{ values (dict "a" 1 "b" 2 "c" 3 "d" 4) | join "," }}
"""


def test_chance_and_clock_can_be_fixed(tmp_path: Path) -> None:
    request = _request(_small(tmp_path, _CHANCE), is_deterministic=True)
    texts = set()
    for _ in range(2):
        library, conversations = _limited()
        texts |= {library.render(request), library.render(request)}
        conversations.close()
    (text,) = texts
    (read,) = parse_objects(text.replace("data:", "apiVersion: v1\nkind: Chance\nmetadata: {name: a}\ndata:"))
    data = read.data["data"]
    assert isinstance(data, dict)
    assert (data["now"], data["ago"], data["undated"], data["epoch"]) == ("2000-01-01 00:00", "1h0m0s", "2000-01-01", 946684800)
    assert (data["keys"], data["values"]) == ("a,b,c,d", "1,2,3,4")
    assert len({data["ten"], data["again"]}) == 2
    assert [len(str(data[name])) for name in ("ten", "letters", "digits", "uuid", "bcrypt")] == [10, 5, 5, 36, 60]
    assert base64.b64decode(str(data["server"])).startswith(b"-----BEGIN CERTIFICATE-----")
    assert base64.b64decode(str(data["key"])).startswith(b"-----BEGIN PRIVATE KEY-----")


def test_chance_is_not_fixed_unless_asked_for(tmp_path: Path, library: HelmLibrary) -> None:
    request = _request(_small(tmp_path, "data: {{ randAlphaNum 40 }} {{ now | unixEpoch }}"))
    assert library.render(request) != library.render(request)


def test_fixed_chance_changes_nothing_else(library: HelmLibrary) -> None:
    for folder, values in ((FEATURES, {}), (chart(), CASES[0].values)):
        assert library.render(_request(folder, values=values, is_deterministic=True)) == library.render(_request(folder, values=values))


def test_the_library_is_that_of_the_pinned_helm() -> None:
    helm = run([str(tool("helm")), "version", "--short"], timeout=60).stdout.partition("+")[0]
    assert run([str(tool("bbpkg-render")), "--version"], timeout=60).stdout == f"v1.0.0 (helm {helm})\n"


@pytest.mark.parametrize("text", ["{1: a}", "{true: b}", "{2.5: c}", "{a: 1, a: 2}", "{a: 1, <<: {a: 2}}", "!!binary aGk=", "[!own a]"])
def test_what_the_library_is_less_strict_about_is_left_to_the_reader(
    text: str, tmp_path: Path, binary: HelmBinary, library: HelmLibrary
) -> None:
    request = _request(_small(tmp_path, f"{_OBJECT}data: {text}\n"))
    (document,) = library.render_documents(request)
    assert (document.content, f"---\n{document.text}") == (None, binary.render(request))
