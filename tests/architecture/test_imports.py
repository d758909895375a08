"""The architecture of the code, kept by reading it: who may import whom, where side effects live, and how large things get."""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest

from packages import ENGINE, REPOSITORY

MODULES: Final = {
    ".".join(path.relative_to(ENGINE).with_suffix("").parts).removesuffix("__init__").removesuffix("."): path
    for path in sorted(ENGINE.rglob("*.py"))
    if "packages" not in path.relative_to(ENGINE).parts[:1]
}
TREES: Final = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in MODULES.items()}

# What each part may import of bbpkg, beside itself. The rows stand from the bottom up, and a part may only use rows below
# its own, or what its row allows it by name. A new module at the top of the package belongs into one of the rows.
BOTTOM: Final = ("errors", "diagnostics", "suggestions", "scalars", "document_builder", "documents", "shapes", "programs", "editing")
ALLOWED: Final[Mapping[str, tuple[str, ...]]] = {
    "diagnostics": (),
    "suggestions": (),
    "scalars": (),
    "errors": ("diagnostics",),
    "programs": ("errors", "diagnostics"),
    "document_builder": ("diagnostics", "scalars"),
    "documents": ("diagnostics", "errors", "scalars", "document_builder"),
    "shapes": ("diagnostics", "documents", "suggestions"),
    "editing": ("diagnostics", "errors", "scalars", "documents"),
    "model": (),
    "definition": (*BOTTOM, "model"),
    # Beside charts there are umbrella values, and the schema that editors check them with.
    "plan": (*BOTTOM, "model", "umbrella.schema"),
    # A renderer turns a plan into text: it knows what a planned file is, and nothing else of plans.
    "render": (*BOTTOM, "model", "plan.files"),
    "umbrella": (*BOTTOM, "model", "manifests"),
    "helm": (*BOTTOM, "model"),
    "manifests": (*BOTTOM, "model"),
    "rules": (*BOTTOM, "model", "manifests"),
    "connectivity": (*BOTTOM, "model", "manifests"),
    "differences": (*BOTTOM, "model", "manifests", "connectivity"),
    "matrix": (*BOTTOM, "model"),
    "report": (*BOTTOM, "model"),
    "verify": (*BOTTOM, "model"),
    "adapters": BOTTOM,
    "app": (
        *BOTTOM,
        *("model", "definition", "plan", "render", "umbrella", "helm", "manifests", "rules", "connectivity", "matrix", "report", "verify"),
        "differences",
    ),
    # The command line puts the engines together and hands them in; the stages are the use cases' business.
    "cli": (*BOTTOM, "model", "app", "report", "helm", "manifests", "adapters", "connectivity", "differences"),
}
# The version of the package, which anything may show.
ROOT: Final = ""

# Modules that are longer than the limit today; the list may only become shorter.
LONG_MODULES: Final = {"definition.convert", "plan.validation", "plan.values_tree"}
MOST_LINES: Final = 300
MOST_LINES_OF_LONG_MODULES: Final = 420
MOST_FUNCTION_LINES: Final = 60

# YAML has anchors, and values that are anchored.
# The benchmark says how fast the default package is made.
# Big Bang has a package of its own for the application.
MAY_NAME_THE_APPLICATION: Final = (
    "tools/bench.py",
    "generator/bbpkg/umbrella/built_in_addons.py",
    *(f"generator/bbpkg/charts/umbrella/{name}.yaml" for name in ("built-in-packages", "values")),
)
APPLICATION: Final = re.compile(r"anchore(?!d)", re.IGNORECASE)


def part_of(module: str) -> str:
    return module.partition(".")[0]


def imports(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Everything that is imported, as a full dotted name, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"a relative import at line {node.lineno}"
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def own_imports(module: str) -> Iterator[tuple[str, int]]:
    """The modules of bbpkg that a module imports, below bbpkg."""
    for name, line in imports(TREES[module]):
        if name == "bbpkg" or name.startswith("bbpkg."):
            inner = name.removeprefix("bbpkg").removeprefix(".")
            yield inner if inner in MODULES else inner.rpartition(".")[0], line


def is_allowed(module: str, imported: str) -> bool:
    part = part_of(module)
    if imported == ROOT or (part == part_of(imported) and "." in module):
        return True
    return any(imported == allowed or imported.startswith(f"{allowed}.") for allowed in ALLOWED[part])


def sources() -> list[tuple[str, ast.Module]]:
    return list(TREES.items())


def test_there_is_something_to_check() -> None:
    assert len(MODULES) > 30
    assert {"definition", "plan", "render", "verify", "model"} <= {part_of(name) for name in MODULES}


def test_every_module_has_its_place_in_the_table() -> None:
    # `python -m bbpkg` is the command line.
    assert sorted({part_of(name) for name in MODULES} - set(ALLOWED) - {ROOT, "__main__"}) == []


def test_imports_point_downwards() -> None:
    wrong = [
        f"{MODULES[module].relative_to(REPOSITORY)}:{line}: {module} imports {imported}"
        for module in MODULES
        if part_of(module) in ALLOWED
        for imported, line in own_imports(module)
        if not is_allowed(module, imported)
    ]
    assert wrong == []


def test_the_table_itself_points_downwards() -> None:
    """No two parts may use each other, over however many steps."""
    below: dict[str, set[str]] = {}

    def reach(part: str, trail: tuple[str, ...]) -> set[str]:
        assert part not in trail, " -> ".join((*trail, part))
        if part not in below:
            direct = {part_of(allowed) for allowed in ALLOWED[part]}
            below[part] = direct.union(*(reach(other, (*trail, part)) for other in direct))
        return below[part]

    assert all(part not in reach(part, ()) for part in ALLOWED)


def test_only_the_command_line_hands_adapters_in() -> None:
    users = {part_of(module) for module in MODULES for imported, _ in own_imports(module) if part_of(imported) == "adapters"}
    assert users <= {"adapters", "cli"}


def test_modules_do_not_import_each_other_in_a_circle() -> None:
    graph = {module: {imported for imported, _ in own_imports(module) if imported in MODULES} for module in MODULES}
    done: set[str] = set()

    def visit(module: str, trail: tuple[str, ...]) -> None:
        assert module not in trail, " -> ".join((*trail, module))
        if module not in done:
            for imported in sorted(graph[module]):
                visit(imported, (*trail, module))
            done.add(module)

    for module in sorted(graph):
        visit(module, ())


def test_imports_stand_at_the_top_of_their_file() -> None:
    late = [
        f"{MODULES[module].relative_to(REPOSITORY)}:{node.lineno}"
        for module, tree in sources()
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert late == []


@pytest.mark.parametrize(
    ("library", "homes"),
    [
        ("jinja2", ("render.",)),
        ("subprocess", ("adapters.processes", "adapters.conversations")),
        ("click", ("cli",)),
        ("jsonschema", ("shapes",)),
        ("ruamel", ("documents", "document_builder", "editing.nodes")),
        ("shutil", ("adapters.",)),
        ("tempfile", ("adapters.",)),
        ("os", ("adapters.", "cli")),
        # Engines and use cases name places; only adapters open them.
        ("pathlib", ("adapters.", "cli", "app", "helm.", "manifests.", "__main__")),
        ("socket", ()),
        # Only its parser of addresses.
        ("urllib", ("plan.routes",)),
        ("random", ()),
        ("locale", ()),
        # The first line of a changelog has a date.
        ("datetime", ("cli.services",)),
    ],
)
def test_a_library_with_side_effects_or_weight_has_one_home(library: str, homes: tuple[str, ...]) -> None:
    users = {module for module, tree in sources() for name, _ in imports(tree) if name.partition(".")[0] == library}
    assert sorted(user for user in users if not user.startswith(homes or ("nowhere",))) == []


def test_only_the_command_line_writes_to_the_terminal() -> None:
    wrong = [
        f"{MODULES[module].relative_to(REPOSITORY)}:{node.lineno}"
        for module, tree in sources()
        for node in ast.walk(tree)
        if (isinstance(node, ast.Name) and node.id == "print")
        or (
            isinstance(node, ast.Attribute)
            and node.attr in {"stdout", "stderr"}
            and isinstance(node.value, ast.Name)
            and node.value.id == "sys"
            and part_of(module) != "cli"
        )
    ]
    assert wrong == []


def test_only_the_boundary_catches_everything() -> None:
    """Elsewhere such a handler must raise again: it may clean up, and nothing else."""
    wrong = [
        f"{MODULES[module].relative_to(REPOSITORY)}:{node.lineno}"
        for module, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or {"Exception", "BaseException"} & {name.id for name in ast.walk(node.type) if isinstance(name, ast.Name)})
        and module != "cli.main"
        and not (isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None)
    ]
    assert wrong == []


def test_only_the_command_line_ends_the_process() -> None:
    wrong = [
        f"{MODULES[module].relative_to(REPOSITORY)}:{node.lineno}"
        for module, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"exit", "_exit"} and part_of(module) not in {"cli", "__main__"}
    ]
    assert wrong == []


def test_modules_stay_short() -> None:
    lines = {module: len(path.read_text(encoding="utf-8").splitlines()) for module, path in MODULES.items()}
    too_long = {module: count for module, count in lines.items() if count > MOST_LINES}
    assert sorted(set(too_long) - LONG_MODULES) == [], f"split what has more than {MOST_LINES} lines"
    assert sorted(LONG_MODULES - set(too_long)) == [], "short enough now: take it out of LONG_MODULES"
    assert {module: count for module, count in too_long.items() if count > MOST_LINES_OF_LONG_MODULES} == {}


def test_functions_stay_short() -> None:
    too_long = [
        f"{MODULES[module].relative_to(REPOSITORY)}:{node.lineno}: {node.name} has {node.end_lineno - node.lineno + 1} lines"
        for module, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno + 1 > MOST_FUNCTION_LINES
    ]
    assert too_long == []


def test_every_module_says_what_it_is_for() -> None:
    assert [module for module, tree in sources() if not ast.get_docstring(tree)] == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    meaningless = re.compile(r"^_*(utils?|helpers?|managers?|common|misc|base|core|stuff)$")
    assert [module for module in MODULES if any(meaningless.match(part) for part in module.split("."))] == []


def _is_source(path: Path) -> bool:
    folders = path.relative_to(REPOSITORY).parts[:-1]
    return path.is_file() and path.suffix != ".xz" and not any(folder.startswith((".", "__pycache__")) for folder in folders)


def _engine_files() -> list[Path]:
    found = (path for folder in (ENGINE, REPOSITORY / "tools") for path in sorted(folder.rglob("*")))
    exceptions = (ENGINE / "packages", *(REPOSITORY / path for path in MAY_NAME_THE_APPLICATION))
    return [path for path in found if _is_source(path) and not any(path.is_relative_to(exception) for exception in exceptions)]


def test_the_engine_knows_no_application() -> None:
    wrong = [
        f"{path.relative_to(REPOSITORY)}:{number}: {line.strip()}"
        for path in _engine_files()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if APPLICATION.search(line)
    ]
    assert wrong == []
    assert [str(path.relative_to(REPOSITORY)) for path in _engine_files() if APPLICATION.search(path.name)] == []


def test_the_makefile_names_the_application_once_as_the_default() -> None:
    lines = [line for line in (REPOSITORY / "Makefile").read_text(encoding="utf-8").splitlines() if APPLICATION.search(line)]
    assert lines == ["PACKAGE ?= anchore"]
