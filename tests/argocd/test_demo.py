"""`make demo ARGOCD=1`: the phases of the other demo, and nobody but Argo CD plays Argo CD."""

import re
from pathlib import Path

import pytest

from tests.cluster.demos import Demo

pytestmark = [pytest.mark.argocd, pytest.mark.timeout(240)]

_PHASE = re.compile(r"^ *\+\d+\.\ds  ([A-Z][a-z]+) +\S+ +\"", re.MULTILINE)


def test_the_demo_shows_the_same_phases_with_the_real_argo_cd(possible: None, tmp_path: Path) -> None:
    del possible
    demo = Demo(tmp_path, "--argocd")
    try:
        output = demo.ended(200)
        assert demo.process.returncode == 0, output
        assert _PHASE.findall(output) == ["Scheduled", "Progressing", "Ready", "Degraded", "Ready", "Deleting"]
        assert "the real Argo CD up" in output
        assert "Argo CD reports Synced and Healthy" in output
        assert demo.left() == {}
    finally:
        demo.kill()
