"""What the tests of the chart share: folders that the processes of one run have in common."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def schemas(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The folder where kubeconform's schemas are unpacked once for all workers."""
    base = tmp_path_factory.getbasetemp()
    return (base if worker_id == "master" else base.parent) / "schemas"
