"""The same definition gives the same bytes: on every machine, in every order, with or without the other packages."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest

from packages import ENGINE, FOLDERS, REPOSITORY, generated, package

# Runs the stages on a copy or on the sources, with the inputs in an order of its own, and prints a digest of every file.
SCRIPT: Final = """
import hashlib, json, pathlib, random, sys
engine, folder, seed = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), int(sys.argv[3])
sys.path.insert(0, str(engine.parent))
from bbpkg.definition.load import load_package
from bbpkg.definition.schema import package_schema
from bbpkg.app.generate import embedded_subchart
from bbpkg.plan.chart import plan_package
from bbpkg.render.engine import render_plan
from bbpkg.verify.chart import problems
import bbpkg
assert pathlib.Path(bbpkg.__file__).parent == engine, bbpkg.__file__

def read(root, prefix=""):
    paths = [path for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    paths.sort()
    random.Random(seed).shuffle(paths)
    return {prefix + path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in paths}

package = load_package(read(folder), folder="package")
templates = list({**read(engine / "templates"), **read(folder, "package/")}.items())
random.Random(seed).shuffle(templates)
subchart = embedded_subchart({"bb-common": read(engine / "charts/bb-common")})
files = render_plan(plan_package(package, package_schema(), subchart), dict(templates))
print(json.dumps({"problems": [str(found) for found in problems(files)],
                  "files": [[path, hashlib.sha256(text.encode()).hexdigest()] for path, text in files.items()]}))
"""
TIMEOUT_SECONDS: Final = 60


def run_stages(engine: Path, folder: Path, cwd: Path, seed: int, environment: Mapping[str, str]) -> dict[str, list[list[str]]]:
    """The paths and digests of all files, in the order in which the stages give them."""
    process = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(engine), str(folder), str(seed)],
        cwd=cwd,
        env={"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1", **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    result: dict[str, list[list[str]]] = json.loads(process.stdout)
    return result


def expected(name: str) -> dict[str, list[list[str]]]:
    files = [[path, hashlib.sha256(text.encode()).hexdigest()] for path, text in generated(name).items()]
    return {"problems": [], "files": files}


def _locales() -> list[str]:
    """Locales with other letters, orders and encodings; Turkish has another capital i."""
    known = subprocess.run(["locale", "-a"], capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False).stdout.lower()  # noqa: S607
    return ["C", "C.UTF-8", *(["tr_TR.UTF-8"] if "tr_tr.utf8" in known else [])]


@pytest.mark.parametrize("name", sorted(FOLDERS))
@pytest.mark.parametrize(("seed", "locale"), list(enumerate(_locales())))
def test_hash_seed_locale_directory_and_order_of_the_input_change_nothing(tmp_path: Path, name: str, seed: int, locale: str) -> None:
    environment = {"PYTHONHASHSEED": str(seed), "LC_ALL": locale, "TZ": "Pacific/Kiritimati", "COLUMNS": "40"}
    assert run_stages(ENGINE, FOLDERS[name], tmp_path, seed, environment) == expected(name)


def test_without_the_packages_that_it_carries_the_engine_is_whole(tmp_path: Path) -> None:
    ignored = shutil.ignore_patterns("__pycache__", "packages", "schemas", ".mypy_cache", ".ruff_cache")
    copy = shutil.copytree(ENGINE, tmp_path / "generator/bbpkg", ignore=ignored)
    folder = shutil.copytree(FOLDERS["notes"], tmp_path / "notes")
    assert not (copy / "packages").exists()
    assert run_stages(copy, folder, tmp_path, 0, {"PYTHONHASHSEED": "0"}) == expected("notes")


def test_the_order_of_the_files_is_that_of_their_paths() -> None:
    for name in FOLDERS:
        assert list(generated(name)) == sorted(generated(name))


_DEFINE: Final = re.compile(r'\{\{-?\s*define\s+"([^"]+)"')


def _defines(name: str) -> Iterator[tuple[str, list[str]]]:
    for path, text in generated(name).items():
        if path.startswith("chart/templates/"):
            yield path.removeprefix("chart/templates/"), _DEFINE.findall(text)


@pytest.mark.parametrize("name", sorted(FOLDERS))
def test_each_helper_file_defines_one_template_that_is_named_like_its_path(name: str) -> None:
    """`names/_host.tpl` of the chart `notes` defines `notes.names.host`, and no other kind of file defines anything."""
    wrong = {}
    for path, defined in _defines(name):
        folder, _, file = path.rpartition("/")
        helper = [f"{name}.{folder.replace('/', '.')}.{file[1:].removesuffix('.tpl')}"] if file.startswith("_") else []
        if defined != helper:
            wrong[path] = (defined, helper)
    assert wrong == {}


@pytest.mark.parametrize("name", sorted(FOLDERS))
def test_no_template_looks_at_the_cluster_the_clock_or_chance(name: str) -> None:
    """Two renders of one chart with the same values are the same bytes."""
    chance = re.compile(r"\b(lookup|now|uuidv4|rand\w+|gen(CA|SignedCert|SelfSignedCert|PrivateKey)\w*|htpasswd|bcrypt|getHostByName)\b")
    found = {
        path: sorted({match[0] for action in re.findall(r"\{\{.*?\}\}", text, re.DOTALL) for match in chance.finditer(_code(action))})
        for path, text in generated(name).items()
        if path.startswith("chart/templates/")
    }
    assert {path: words for path, words in found.items() if words} == {}


def _code(action: str) -> str:
    """An action without its comments and texts."""
    return re.sub(r'/\*.*?\*/|"(?:[^"\\]|\\.)*"|`[^`]*`', "", action, flags=re.DOTALL)


def test_packages_are_found_where_they_should_be() -> None:
    assert {name: package(name).name for name in FOLDERS} == {name: name for name in FOLDERS}
    assert {path.relative_to(REPOSITORY).parts[0] for path in FOLDERS.values()} == {"generator", "tests"}
