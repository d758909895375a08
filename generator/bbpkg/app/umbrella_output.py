"""What both stages give, as one stream or as a tree of files."""

from collections.abc import Sequence

from bbpkg.app.render import files_of
from bbpkg.app.umbrella import RenderedRelease
from bbpkg.manifests.objects import KubernetesObject

_STAGE_ONE = "umbrella"
_STAGE_TWO = "packages"


def output_text(flux: Sequence[KubernetesObject], rendered: Sequence[RenderedRelease]) -> str:
    """Return a stream: the objects of the umbrella, then those of each release, below a comment that names it."""
    stages = [("", item) for item in flux] + [(f"# {result.release}\n", item) for result in rendered for item in result.objects]
    return "".join(f"---\n{mark}{item.text.strip(chr(10))}\n" for mark, item in stages)


def output_files(flux: Sequence[KubernetesObject], rendered: Sequence[RenderedRelease]) -> dict[str, str]:
    """Return one file for each object: below `umbrella/`, and below `packages/NAME/` for each release."""
    names = [result.release.name for result in rendered]
    files = {f"{_STAGE_ONE}/{path}": text for path, text in files_of(flux).items()}
    for result in rendered:
        release = result.release
        # Names of HelmReleases may repeat in other namespaces.
        folder = release.name if names.count(release.name) == 1 else f"{release.namespace}.{release.name}"
        files |= {f"{_STAGE_TWO}/{folder}/{path}": text for path, text in files_of(result.objects).items()}
    return files
