"""`bbpkg connectivity`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import click

from bbpkg.adapters.processes import run
from bbpkg.adapters.schemas import provenance
from bbpkg.adapters.scratch import scratch_directory
from bbpkg.app.cases import chosen_cases
from bbpkg.app.rendered import Renderer
from bbpkg.app.values import explained
from bbpkg.cli.json_output import write_json
from bbpkg.cli.options import ChartOptions, chart_options, complete_case, gathered, package_argument
from bbpkg.cli.services import Chart, chart_of, helm_engine, read_values_files, tool_finder
from bbpkg.cli.streams import write_text
from bbpkg.connectivity.answers import Answer, Verdict
from bbpkg.connectivity.cluster import Cluster, answers, ask, cluster_of, mesh_mode
from bbpkg.connectivity.endpoints import Endpoint, MeshMode, PortNumber
from bbpkg.errors import UsageError
from bbpkg.helm.values import merged_values
from bbpkg.suggestions import did_you_mean


@dataclass(frozen=True, kw_only=True, slots=True)
class _Options(ChartOptions):
    case_name: str | None
    mesh: str | None
    question: tuple[str, str, str] | None
    output_format: str


@click.command(name="connectivity")
@package_argument(required=False)
@chart_options
@click.option("--case", "case_name", metavar="CASE", shell_complete=complete_case, help="Begin with the values of a case.")
@click.option(
    "--mesh", type=click.Choice([mode.value for mode in MeshMode]), help="How pods take part in the mesh.  [default: as the objects tell]"
)
@click.option("--explain", "question", nargs=3, metavar="FROM TO PORT", help="One connection, with every policy that decides.")
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json", "mermaid"]),
    default="text",
    show_default=True,
    help="Form of the output.",
)
@gathered(_Options)
def command(options: _Options) -> int:
    """Say who may talk to whom: NetworkPolicies, and in a mesh mutual TLS, AuthorizationPolicies, Sidecars and ServiceEntries.

    Beside the pods of the chart there are those of a Big Bang platform, strangers, and places outside of the cluster. With --explain the
    exit code is 1 when the connection is denied.

    \b
    Examples:
      bbpkg connectivity PACKAGE
      bbpkg connectivity PACKAGE --case CASE --explain FROM TO 8228
      bbpkg connectivity --chart ./chart -f my-values.yaml --mesh ambient --format mermaid
    """  # noqa: D301 - click's mark that keeps lines
    cluster = _cluster(options)
    if options.question:
        return _explain(cluster, options.question, is_json=options.output_format == "json")
    found = [answer for answer in answers(cluster) if answer.is_open]
    if options.output_format == "json":
        write_json(
            {"mesh": cluster.mode.value, "endpoints": [_endpoint(end) for end in cluster.endpoints], "open": list(map(_json, found))}
        )
    elif options.output_format == "mermaid":
        write_text("\n".join(_mermaid(found)) + "\n")
    else:
        lines = [f"{source} -> {', '.join(targets)}" for source, targets in _by_source(found).items()]
        write_text("\n".join([*lines, "", f"mesh: {cluster.mode.value}; what is not listed is denied."]) + "\n")
    return 0


def _cluster(options: _Options) -> Cluster:
    files = read_values_files(options.values_files)
    with scratch_directory() as scratch:
        engine = helm_engine(tool_finder(), run, scratch)
        chart = chart_of(options.package, options.chart, scratch)
        schema = chart.values_schema()
        renderer = Renderer(
            chart=chart.folder,
            engine=engine,
            kube_version=provenance().kubernetes_versions[-1],
            release_name=options.release_name or chart.default_name,
            namespace=options.namespace or chart.default_name,
            settings=options.settings,
            explain=lambda refused: explained(refused, files, schema),
        )
        objects = renderer.objects(merged_values(_case_values(chart, options.case_name), *(file.values for file in files)))
    return cluster_of(objects, namespace=renderer.namespace, mode=MeshMode(options.mesh) if options.mesh else mesh_mode(objects))


def _case_values(chart: Chart, name: str | None) -> dict[str, object]:
    if name is None:
        return {}
    if chart.package is None:
        message = "--case needs the package whose case it is"
        raise UsageError(message, hint="add the PACKAGE, or drop --case")
    return dict(chosen_cases(chart.package, (name,))[0].values)


def _explain(cluster: Cluster, question: tuple[str, str, str], *, is_json: bool) -> int:
    source, target = _named(cluster, question[0]), _named(cluster, question[1])
    answer = ask(cluster, source, target, _port(target, question[2]))
    if is_json:
        write_json(_json(answer))
    else:
        color = {Verdict.ALLOWED: "green", Verdict.DENIED: "red"}.get(answer.verdict, "yellow")
        lines = [f"{source} -> {target}:{answer.port} is {click.style(answer.verdict.value, fg=color)} (mesh: {cluster.mode.value})"]
        for step in answer.steps:
            lines.append(f"  {step.layer}: {step.verdict.value}, {step.reason}")
            lines += [f"    {name}" for name in dict.fromkeys(step.policies)]
        write_text("\n".join(lines) + "\n")
    return 0 if answer.is_open else 1


def _named(cluster: Cluster, name: str) -> Endpoint:
    found = cluster.endpoint(name)
    if found is None:
        names = [endpoint.name for endpoint in cluster.endpoints]
        near = did_you_mean(name, names)
        message = f'there is nobody called "{name}"; there are {", ".join(names)}'
        raise UsageError(message, hint=f'did you mean "{near}"?' if near else None)
    return found


def _port(target: Endpoint, text: str) -> PortNumber:
    number, _, protocol = text.partition("/")
    protocol = protocol.upper() or "TCP"
    named = target.named_port(number, protocol)
    if named is not None:
        return PortNumber(named, protocol)
    if not number.isdecimal() or not 0 < int(number) < _MOST_PORTS or protocol not in _PROTOCOLS:
        known = ", ".join(f"{name} ({port})" if name else str(port) for name, port in target.ports)
        message = f'"{text}" is no port of {target}; write a number, NUMBER/UDP, or the name of one of its ports: {known or "it has none"}'
        raise UsageError(message)
    return PortNumber(int(number), protocol)


_MOST_PORTS = 65536
_PROTOCOLS = ("TCP", "UDP", "SCTP")


def _by_source(found: Sequence[Answer]) -> dict[str, list[str]]:
    pairs: dict[str, dict[str, list[str]]] = {}
    for answer in found:
        pairs.setdefault(answer.source.name, {}).setdefault(answer.target.name, []).append(_shown_port(answer))
    return {source: [f"{target} {' '.join(ports)}" for target, ports in targets.items()] for source, targets in pairs.items()}


def _shown_port(answer: Answer) -> str:
    note = f" ({answer.verdict.value})" if answer.verdict is not Verdict.ALLOWED else ""
    return f"{answer.port}{note}"


def _mermaid(found: Sequence[Answer]) -> Iterator[str]:
    yield "flowchart LR"
    edges: dict[tuple[Endpoint, Endpoint], list[str]] = {}
    for answer in found:
        edges.setdefault((answer.source, answer.target), []).append(_shown_port(answer))
    nodes = list(dict.fromkeys(node for pair in edges for node in pair))
    for number, node in enumerate(nodes):
        left, right = ("[", "]") if node.is_own else ("([", "])")
        yield f'  n{number}{left}"{node}"{right}'
    for (source, target), ports in edges.items():
        yield f'  n{nodes.index(source)} -->|"{", ".join(ports)}"| n{nodes.index(target)}'


def _endpoint(endpoint: Endpoint) -> dict[str, object]:
    return {
        "name": endpoint.name,
        "namespace": endpoint.namespace or None,
        "address": endpoint.address,
        "isOwn": endpoint.is_own,
        "isMeshed": endpoint.is_meshed,
    }


def _json(answer: Answer) -> dict[str, object]:
    return {
        "source": answer.source.name,
        "target": answer.target.name,
        "port": None if str(answer.port) == "other ports" else answer.port.number,
        "protocol": answer.port.protocol,
        "verdict": answer.verdict.value,
        "steps": [
            {"layer": step.layer, "verdict": step.verdict.value, "reason": step.reason, "policies": list(step.policies)}
            for step in answer.steps
        ],
    }
