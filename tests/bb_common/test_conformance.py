"""What the cases render is what the API server and Istio's resource definitions accept: kubeconform is the judge."""

import json
import subprocess
from pathlib import Path

from bb_common.contract_case import passing_cases
from bb_common.rendering import KUBE_VERSION, REPOSITORY, find_helm, render_case
from bbpkg.adapters.schemas import kubeconform_arguments, unpack

KUBECONFORM = REPOSITORY / ".tools/bin/kubeconform"
TIMEOUT_SECONDS = 60


def test_rendered_objects_conform(tmp_path: Path) -> None:
    rendered = [(case, value) for case in passing_cases() for value in render_case(find_helm(), case, passing_cases())]
    objects = [value for _, value in rendered if value["kind"] != "TestResult"]
    assert {value["kind"] for value in objects} == {
        "AuthorizationPolicy",
        "NetworkPolicy",
        "PeerAuthentication",
        "ServiceEntry",
        "Sidecar",
        "VirtualService",
    }

    command = [str(KUBECONFORM), "-strict", "-summary", "-output", "json", "-kubernetes-version", KUBE_VERSION]
    process = subprocess.run(
        [*command, *kubeconform_arguments(unpack(tmp_path)), "-"],
        input="\n---\n".join(json.dumps(value) for value in objects),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    report = json.loads(process.stdout)
    assert report.get("resources", []) == []
    assert report["summary"]["valid"] == len(objects)
