"""The start scripts of the stores in the cluster are shell, keep passwords whole and secret, and really start a server."""

import functools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from chart.cases import ENTERPRISE, external_secrets
from chart.kubelet import World
from chart.rendering import Case, containers, merged, objects

PASSWORDS = {
    "plain": "secret",
    "quotes": 'it\'s "quoted"',
    "backslashes": "a\\b\\\\n\\",
    "spaces": "  a  b  ",
    "dollar": "$HOME ${HOME} $(id) `id`",
    "hash": "#x #y",
    "percent": "%s%n%41",
    "glob": "*?[a]",
    "yaml": "{a: *b, c: |}",
    "dash": "-n",
    "end": "END",
    "semicolon": "; id > /x & |",
    "unicode": "caf\u00e9 \U0001f511",
    "tab": "a\tb",
    "at": "a@b:c/d?e",
}
every_password = pytest.mark.parametrize("password", PASSWORDS.values(), ids=PASSWORDS.keys())

POSTGRESQL = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
SERVER_SECONDS = 60

# Writes what it was given as JSON to a file beside itself; `initdb` also makes the folder that the real one makes.
_FAKE = """#!{python}
import json, os, sys
folder = os.path.dirname(os.path.abspath(__file__))
name = os.path.basename(__file__)
entry = {{"argv": sys.argv[1:], "stdin": "" if name == "initdb" else sys.stdin.read()}}
for argument in sys.argv[1:]:
    if argument.startswith("--pwfile="):
        with open(argument.partition("=")[2], encoding="utf-8") as file:
            entry["password"] = file.read()
        entry["mode"] = os.stat(argument.partition("=")[2]).st_mode & 0o777
    if name == "initdb" and argument.startswith("--pgdata="):
        os.mkdir(argument.partition("=")[2])
        open(argument.partition("=")[2] + "/PG_VERSION", "w").write("16")
if name == "{failing}":
    sys.exit(3)
with open(os.path.join(folder, name + ".calls"), "a", encoding="utf-8") as file:
    file.write(json.dumps(entry) + "\\n")
"""


@functools.cache
def script(component: str) -> str:
    case = Case(name="stores", values=ENTERPRISE)
    world = World.of(objects(case), external_secrets(case), case.namespace)
    name, pod, container = next(entry for entry in containers(case) if entry[0].startswith(f"{component}/"))
    assert container["command"] == ["/bin/sh", "/config/start.sh"], name
    return world.files(pod, container)["/config/start.sh"]


def environment_of(component: str, password: str) -> dict[str, str]:
    case = Case(name="stores", values=merged(ENTERPRISE, {"database": {"username": "an-chore x@y", "name": "anchore-main"}}))
    world = World.of(objects(case), external_secrets(case, value=password), case.namespace)
    _, pod, container = next(entry for entry in containers(case) if entry[0].startswith(f"{component}/"))
    return world.environment(pod, container)


class Sandbox:
    """A folder that stands for the file system of the container; programs in it record how they are called."""

    def __init__(self, folder: Path, component: str, *, failing: str = "") -> None:
        self.folder = folder
        self.component = component
        (folder / "bin").mkdir()
        (folder / "tmp").mkdir()
        (folder / "data").mkdir()
        for name in ("initdb", "postgres", "redis-server"):
            self.set_program(name, failing)
        text = script(component).replace("/tmp", str(folder / "tmp"))  # noqa: S108 - a path in a container
        # Servers that are installed here must not be found before the ones of the test.
        self.script = folder / "start.sh"
        self.script.write_text(
            text.replace("/usr/lib/postgresql/", "/nonexistent/").replace("/usr/pgsql-", "/nonexistent-"), encoding="utf-8"
        )

    def set_program(self, name: str, failing: str = "") -> None:
        program = self.folder / "bin" / name
        program.write_text(_FAKE.format(python=sys.executable, failing=failing), encoding="utf-8")
        program.chmod(0o755)

    def start(self, password: str) -> subprocess.CompletedProcess[str]:
        environment = environment_of(self.component, password)
        if "PGDATA" in environment:
            environment["PGDATA"] = str(self.folder / "data/pgdata")
        environment["PATH"] = f"{self.folder / 'bin'}:/usr/bin:/bin"
        return run_shell(self.script, environment)

    def calls(self, name: str) -> list[dict[str, object]]:
        file = self.folder / "bin" / f"{name}.calls"
        return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []


def run_shell(file: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["/bin/sh", str(file)], env=environment, capture_output=True, text=True, timeout=30, check=False)


def redis_configuration(text: str) -> dict[str, str]:
    """Read a configuration as Redis does: words, of which those in double quotes have escapes."""
    found = {}
    for line in text.splitlines():
        name, _, rest = line.strip().partition(" ")
        if rest.startswith('"'):
            assert re.fullmatch(r'"(?:[^"\\]|\\.)*"', rest), line
            rest = re.sub(
                r"\\(.)", lambda match: {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "a": "\a"}.get(match[1], match[1]), rest[1:-1]
            )
        found[name] = rest
    return found


@pytest.mark.parametrize("component", ["database", "feeds-database", "redis"])
def test_a_start_script_is_posix_shell(component: str, tmp_path: Path) -> None:
    file = tmp_path / "start.sh"
    file.write_text(script(component), encoding="utf-8")
    assert script(component).startswith("#!/bin/sh\n")
    for shell in ("sh", "dash", "bash"):
        if shutil.which(shell):
            done = subprocess.run([shell, "-n", str(file)], capture_output=True, text=True, timeout=30, check=False)
            assert (done.returncode, done.stderr) == (0, ""), shell


@every_password
def test_redis_gets_its_password_whole_and_not_as_an_argument(password: str, tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path, "redis")
    done = sandbox.start(password)
    assert done.returncode == 0, done.stderr
    [call] = sandbox.calls("redis-server")
    assert call["argv"] == ["-"]
    configuration = redis_configuration(str(call["stdin"]))
    assert configuration["requirepass"] == password
    assert configuration["port"] == "6379"
    assert password not in done.stdout + done.stderr or password == "-n"


@every_password
def test_postgresql_gets_its_password_whole_and_not_as_an_argument(password: str, tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path, "database")
    done = sandbox.start(password)
    assert done.returncode == 0, done.stderr
    [call] = sandbox.calls("initdb")
    assert call["password"] == f"{password}\n"
    assert call["mode"] == 0o600
    arguments = call["argv"]
    assert isinstance(arguments, list)
    assert "--username=an-chore x@y" in arguments
    assert {"--auth-local=scram-sha-256", "--auth-host=scram-sha-256", "--encoding=UTF8"} <= set(arguments)
    create, serve = sandbox.calls("postgres")
    assert create["stdin"] == 'CREATE DATABASE "anchore-main";\n'
    assert "listen_addresses=*" in serve["argv"]  # type: ignore[operator]
    assert password not in json.dumps([call["argv"], create["argv"], serve["argv"]], ensure_ascii=False) or password == "-n"
    assert not list((tmp_path / "tmp").iterdir()), "the password is left in a file"


def test_a_database_that_exists_is_not_made_again(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path, "database")
    assert sandbox.start("x").returncode == 0
    assert sandbox.start("another").returncode == 0
    assert len(sandbox.calls("initdb")) == 1
    assert len(sandbox.calls("postgres")) == 3


@pytest.mark.parametrize("failing", ["initdb", "postgres"])
def test_a_first_start_that_fails_leaves_nothing_half_made(failing: str, tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path, "database", failing=failing)
    assert sandbox.start("x").returncode != 0
    assert not (tmp_path / "data/pgdata").exists()
    for name in ("initdb", "postgres"):
        sandbox.set_program(name)
    assert sandbox.start("x").returncode == 0
    assert (tmp_path / "data/pgdata/PG_VERSION").exists()


@pytest.fixture
def unprivileged() -> Iterator[tuple[Path, list[str], str]]:
    """A folder of a user who is not root, the words that become this user, and the name."""
    if os.getuid():
        prefix: list[str] = []
        name = ""
    else:
        prefix, name = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--no-new-privs"], "nobody"
    with tempfile.TemporaryDirectory(prefix="bbpkg-postgresql-") as folder:
        if name:
            shutil.chown(folder, name, "nogroup")
        yield Path(folder), prefix, name


@pytest.mark.skipif(
    not POSTGRESQL or not shutil.which("setpriv"), reason="PostgreSQL is not installed here; the other tests stand in for it"
)
def test_a_real_postgresql_starts_and_takes_the_password_over_scram(unprivileged: tuple[Path, list[str], str]) -> None:
    folder, prefix, _ = unprivileged
    password = 'it\'s a "p@ss" \\ $HOME %41 #x caf\u00e9 {*'
    file = folder / "start.sh"
    # Where the script listens on a port, the test listens on a socket file: ports are shared between tests.
    text = script("database").replace("/tmp", str(folder)).replace("listen_addresses='*'", "listen_addresses=''")  # noqa: S108
    assert text.count(str(folder)) >= 2
    file.write_text(text, encoding="utf-8")
    environment = {**environment_of("database", password), "PGDATA": str(folder / "data"), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    binaries = POSTGRESQL[-1].parent
    client = {
        "PATH": "/usr/bin:/bin",
        "PGUSER": environment["POSTGRES_USER"],
        "PGHOST": str(folder),
        "PGPORT": environment["PGPORT"],
        "LC_ALL": "C.UTF-8",
    }
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen([*prefix, "/bin/sh", str(file)], env=environment, stdout=log, stderr=log)
        try:
            waiting = [str(binaries / "pg_isready"), "--timeout=1"]
            for _ in range(SERVER_SECONDS * 10):
                if (
                    subprocess.run(waiting, env=client, capture_output=True, timeout=10, check=False).returncode == 0
                    or server.poll() is not None
                ):
                    break
                subprocess.run(["/bin/sleep", "0.1"], check=True, timeout=10)
            query = [str(binaries / "psql"), "--no-password", "--tuples-only", "--no-align", "--dbname=anchore-main"]
            query.append(
                "--command=SELECT current_user, pg_get_userbyid(datdba), pg_encoding_to_char(encoding) "
                "FROM pg_database WHERE datname = current_database()"
            )
            right = subprocess.run(query, env={**client, "PGPASSWORD": password}, capture_output=True, text=True, timeout=30, check=False)
            wrong = subprocess.run(
                query, env={**client, "PGPASSWORD": f"{password} "}, capture_output=True, text=True, timeout=30, check=False
            )
        finally:
            server.send_signal(2)
            server.wait(30)
    said = (folder / "log").read_text(encoding="utf-8")
    assert right.returncode == 0, right.stderr + said
    user = environment["POSTGRES_USER"]
    assert right.stdout.strip() == f"{user}|{user}|UTF8"
    assert "password authentication failed" in wrong.stderr
    assert password not in said
    assert server.returncode == 0, said
