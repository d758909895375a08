"""Measures bbpkg beside the obvious alternative, in one run: `make bench`.

Every row is a whole process; `bench.py renders CHART COUNT` is the one that renders a chart many times. The two commands of a pair
run in turn, so that a change of the machine's speed hits both; what counts is the ratio of the medians. Nothing is judged here.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bbpkg.adapters.conversations import Conversations
from bbpkg.adapters.parallel import Workers
from bbpkg.app.objects import rendered_objects
from bbpkg.helm.engine import Engine, RenderRequest
from bbpkg.helm.library import HelmLibrary, library_arguments, library_environment

ROOT = Path(__file__).parents[1]
BBPKG = ROOT / ".venv/bin/bbpkg"
HELM = ROOT / ".tools/bin/helm"
RENDER = ROOT / ".tools/bin/bbpkg-render"
KUBE_VERSION = "1.34.0"
RENDERS = 20
ROUNDS = 7


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """A command of ours and the alternative; `goal` is the wall time in seconds that ours should stay below."""

    name: str
    ours: Sequence[str]
    other_name: str
    other: Sequence[str]
    goal: float | None = None


def main() -> int:
    """Print one line for each pair, then the size of the virtual environment."""
    if sys.argv[1:2] == ["renders"]:
        render_often(Path(sys.argv[2]), int(sys.argv[3]))
        return 0
    with tempfile.TemporaryDirectory(prefix="bbpkg-bench-") as folder:
        work = Path(folder)
        _run([str(HELM), "create", str(work / "demo")])
        _run([str(BBPKG), "generate", "anchore", "-o", str(work / "tree")])
        pairs = _pairs(work)
        _say(f"{'what':44} {'median':>9} {'min':>9}   {'beside':44} {'median':>9}   {'ratio':>6}")
        for pair in pairs:
            ours, other = _measure(pair)
            goal = f"   goal: below {pair.goal:g} s" if pair.goal else ""
            ratio = statistics.median(ours) / statistics.median(other)
            _say(
                f"{pair.name:44} {statistics.median(ours):7.3f} s {min(ours):7.3f} s   "
                f"{pair.other_name:44} {statistics.median(other):7.3f} s   {ratio:6.2f}{goal}"
            )
    size = sum(path.stat().st_size for path in (ROOT / ".venv").rglob("*") if path.is_file() and not path.is_symlink())
    _say(f"virtual environment: {size / 1e6:.0f} MB   goal: below 150 MB")
    return 0


def _pairs(work: Path) -> tuple[Pair, ...]:
    create_and_template = f'rm -rf "{work}/new" && "{HELM}" create "{work}/new" && "{HELM}" template demo "{work}/new"'
    plain = ("sh", "-c", create_and_template)
    chart = str(work / "tree" / "chart")
    demo = str(work / "demo")
    return (
        Pair(
            name="bbpkg --version",
            ours=(str(BBPKG), "--version"),
            other_name="helm version",
            other=(str(HELM), "version"),
            goal=0.1,
        ),
        Pair(
            name="bbpkg generate anchore, new folder",
            ours=("sh", "-c", f'rm -rf "{work}/fresh" && "{BBPKG}" generate anchore -o "{work}/fresh"'),
            other_name="helm create + helm template (5 templates)",
            other=plain,
            goal=1.0,
        ),
        Pair(
            name="bbpkg generate anchore, nothing to do",
            ours=(str(BBPKG), "generate", "anchore", "-o", str(work / "tree")),
            other_name="helm create + helm template (5 templates)",
            other=plain,
            goal=1.0,
        ),
        Pair(
            name="helm template of the generated chart",
            ours=(str(HELM), "template", "anchore", chart, "--kube-version", KUBE_VERSION),
            other_name="helm template of helm's own example",
            other=(str(HELM), "template", "demo", demo, "--kube-version", KUBE_VERSION),
        ),
        *(
            _renders(name, folder, count)
            for name, folder in (("the generated chart", chart), ("helm's own example", demo))
            for count in (1, RENDERS)
        ),
    )


def _renders(name: str, chart: str, count: int) -> Pair:
    loop = f'for number in $(seq {count}); do "{HELM}" template demo "{chart}" --kube-version {KUBE_VERSION} >/dev/null; done'
    times = "once" if count == 1 else f"{count} times"
    return Pair(
        name=f"{name} rendered {times}, to objects",
        ours=(sys.executable, __file__, "renders", chart, str(count)),
        other_name=f"helm template {times}",
        other=("sh", "-c", loop),
    )


def render_often(chart: Path, count: int) -> None:
    """Render a chart to objects with the library engine, on all processors."""

    def no_linter() -> Engine:
        raise NotImplementedError

    conversations = Conversations((str(RENDER), *library_arguments()), env=library_environment())
    library = HelmLibrary(ask=conversations.ask, linter=no_linter)
    request = RenderRequest(chart=chart, kube_version=KUBE_VERSION, release_name="demo")
    for _, objects in Workers().each(lambda _: rendered_objects(library, request), range(count)):
        if not objects:
            sys.exit(f"{chart} renders nothing")
    conversations.close()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _measure(pair: Pair) -> tuple[list[float], list[float]]:
    _run(pair.ours)
    _run(pair.other)
    times = [(_run(pair.ours), _run(pair.other)) for _ in range(ROUNDS)]
    return [ours for ours, _ in times], [other for _, other in times]


def _run(argv: Sequence[str]) -> float:
    started = time.perf_counter()
    done = subprocess.run(argv, capture_output=True, text=True, check=False, env=os.environ, cwd=ROOT)
    if done.returncode != 0:
        sys.exit(f"{' '.join(argv)} failed:\n{done.stderr}")
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
