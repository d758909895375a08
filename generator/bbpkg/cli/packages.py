"""`bbpkg packages`."""

import click

from bbpkg.app.sources import known_packages
from bbpkg.cli.json_output import write_json
from bbpkg.cli.options import format_option
from bbpkg.cli.services import package_folders
from bbpkg.cli.streams import write_text
from bbpkg.cli.tables import table


@click.command(name="packages")
@format_option
def command(output_format: str) -> int:
    """List the packages that bbpkg carries, with their editions and releases.

    \b
    Examples:
      bbpkg packages
      bbpkg packages --format json
    """  # noqa: D301 - click's mark that keeps lines
    packages = known_packages(package_folders())
    if output_format == "json":
        write_json(
            [
                {
                    "name": package.name,
                    "title": package.title,
                    "description": package.description,
                    "editions": [
                        {
                            "name": edition.name,
                            "title": edition.title,
                            "releases": [release.name for release in edition.releases],
                            "defaultRelease": edition.default_release,
                        }
                        for edition in package.editions
                    ],
                    "defaultEdition": package.default_edition,
                }
                for package in packages
            ]
        )
        return 0
    rows = [
        [package.name, edition.title, edition.name, ", ".join(release.name for release in edition.releases)]
        for package in packages
        for edition in package.editions
    ]
    write_text(table(["package", "title", "edition", "releases"], rows))
    return 0
