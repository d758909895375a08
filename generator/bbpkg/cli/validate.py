"""`bbpkg validate`."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

import click

from bbpkg.adapters.parallel import Workers
from bbpkg.adapters.schemas import provenance
from bbpkg.adapters.scratch import scratch_directory
from bbpkg.app.cases import Case, chosen_cases, package_cases, summary_cases
from bbpkg.app.validate import CaseReport, Judge, validate_cases
from bbpkg.app.values import ValuesFile, explained
from bbpkg.cli.case_reports import case_list, report_json, report_text
from bbpkg.cli.json_output import write_json
from bbpkg.cli.options import ChartOptions, chart_options, complete_case, format_option, gathered, package_argument
from bbpkg.cli.services import Chart, chart_of, helm_engine, object_checker, read_values_files, source_of, tool_finder
from bbpkg.cli.streams import write_text
from bbpkg.errors import UsageError
from bbpkg.helm.values import merged_values
from bbpkg.model.package import Package


@dataclass(frozen=True, kw_only=True, slots=True)
class _Options(ChartOptions):
    case_names: tuple[str, ...]
    kube_versions: tuple[str, ...]
    output_format: str
    summary: bool
    is_list: bool


@click.command(name="validate")
@package_argument(required=False)
@chart_options
@click.option("--case", "case_names", multiple=True, metavar="CASE", shell_complete=complete_case, help="Only this case. Repeatable.")
@click.option("--summary", is_flag=True, help="Only one case for each release of each edition.")
@click.option("--list", "is_list", is_flag=True, help="List the cases, and check nothing.")
@click.option(
    "--kube-version",
    "kube_versions",
    multiple=True,
    metavar="VERSION",
    help="Kubernetes version. Repeatable.  [default: oldest and newest]",
)
@format_option
@gathered(_Options)
def command(options: _Options) -> int:
    """Prove a chart: helm lint, helm template, and kubeconform for every object and Kubernetes version.

    Cases are every release of every edition, alone and with each overlay that serves it. Values files and --set are put on top of
    every case. Without PACKAGE, a chart has the one case that consists of them. An object without a schema is a finding.

    \b
    Examples:
      bbpkg validate PACKAGE --summary
      bbpkg validate PACKAGE --case CASE --kube-version 1.30.0
      bbpkg validate PACKAGE --format json
      bbpkg validate --chart ./chart -f my-values.yaml
    """  # noqa: D301 - click's mark that keeps lines
    versions = _kube_versions(options.kube_versions)
    if options.is_list:
        return _list_cases(options.package, options.output_format)
    reports = _reports(options, versions)
    if options.output_format == "json":
        write_json(report_json(reports, versions))
    else:
        write_text(report_text(reports, versions))
    return 0 if all(report.is_valid for report in reports) else 1


def _reports(options: _Options, versions: tuple[str, ...]) -> tuple[CaseReport, ...]:
    files = read_values_files(options.values_files)
    workers = Workers()
    with scratch_directory() as scratch:
        finder = tool_finder()
        engine = helm_engine(finder, workers.run, scratch, stop=workers.stop)
        check_objects = object_checker(finder, workers)
        chart = chart_of(options.package, options.chart, scratch)
        schema = chart.values_schema()
        judge = Judge(
            chart=chart.folder,
            engine=engine,
            check_objects=check_objects,
            kube_versions=versions,
            release_name=options.release_name or chart.default_name,
            namespace=options.namespace or chart.default_name,
            settings=options.settings,
            explain=lambda refused: explained(refused, files, schema),
        )
        return _validated(_cases(chart, options, files), judge, workers)


def _cases(chart: Chart, options: _Options, files: Sequence[ValuesFile]) -> tuple[Case, ...]:
    names, summary = options.case_names, options.summary
    given = merged_values(*(file.values for file in files))
    if chart.package is None:
        if names or summary:
            message = f"{'--case' if names else '--summary'} needs the package whose cases are meant"
            raise UsageError(message, hint="add the PACKAGE")
        return (Case(name="values", variant=None, values=given),)
    if names and summary:
        message = "--case and --summary exclude each other"
        raise UsageError(message)
    cases = summary_cases(chart.package) if summary else chosen_cases(chart.package, names)
    return tuple(
        Case(name=case.name, variant=case.variant, overlay=case.overlay, values=merged_values(case.values, given)) for case in cases
    )


def _validated(cases: tuple[Case, ...], judge: Judge, workers: Workers) -> tuple[CaseReport, ...]:
    if not sys.stderr.isatty():
        return validate_cases(cases, judge, workers, ready=lambda: None)
    with click.progressbar(length=len(cases), label="cases", show_pos=True, file=sys.stderr) as bar:
        return validate_cases(cases, judge, workers, ready=lambda: bar.update(1))


def _kube_versions(names: tuple[str, ...]) -> tuple[str, ...]:
    known = provenance().kubernetes_versions
    if not names:
        return (known[0], known[-1])
    found = []
    for name in names:
        version = next((version for version in known if name.removeprefix("v") in {version, version.rpartition(".")[0]}), None)
        if version is None:
            message = f'there are no schemas for Kubernetes "{name}"; there are for {", ".join(known)}'
            raise UsageError(message)
        found.append(version)
    return tuple(sorted(set(found), key=known.index))


def _list_cases(package: str | None, output_format: str) -> int:
    if package is None:
        message = "--list needs the package whose cases are meant"
        raise UsageError(message, hint="add the PACKAGE")
    named: Package = source_of(package).package
    cases = package_cases(named)
    if output_format == "json":
        write_json(case_list(cases))
    else:
        write_text("".join(f"{case.name}\n" for case in cases))
    return 0
