"""CRDs: read from files, and fetched out of a Go module with a stand-in for go."""

import dataclasses
import hashlib
import io
import os
from pathlib import Path

import pytest

from localplane.client import Client
from localplane.crds import APPLICATION, FOREIGN, fetch_crd, install_crds
from localplane.errors import BuildError
from platform_status_kube.access import Access

CRD = b"kind: CustomResourceDefinition\n"
KNOWN = dataclasses.replace(APPLICATION, sha256=hashlib.sha256(CRD).hexdigest())


def stand_in(folder: Path, answer: str) -> dict[str, str]:
    """Put a go on a PATH of its own that answers `go mod download` and counts its calls."""
    module = folder / "module" / APPLICATION.path
    module.parent.mkdir(parents=True)
    module.write_bytes(CRD)
    go = folder / "go"
    go.write_text(
        '#!/bin/sh\nif [ "$1" = version ]; then echo go version go1.26.1 x/y; exit 0; fi\n'
        f"echo $* >> {folder}/calls\n{answer}\n"
    )
    go.chmod(0o755)
    return {"PATH": f"{folder}{os.pathsep}/bin", "PLATFORM_STATUS_CACHE": str(folder / "cache")}


def test_a_crd_is_downloaded_once_and_checked(tmp_path: Path) -> None:
    environ = stand_in(tmp_path, f"""echo '{{"Dir": "{tmp_path}/module"}}'""")
    shown = io.StringIO()

    first = fetch_crd(KNOWN, environ, shown)
    second = fetch_crd(KNOWN, environ, shown)

    assert first == second
    assert first.read_bytes() == CRD
    assert first.is_relative_to(tmp_path / "cache" / "crds")
    calls = (tmp_path / "calls").read_text().splitlines()
    assert calls == [f"mod download -json {KNOWN.module}@{KNOWN.version}"]
    assert shown.getvalue().count("downloading") == 1


def test_a_crd_with_another_hash_is_refused_and_not_kept(tmp_path: Path) -> None:
    environ = stand_in(tmp_path, f"""echo '{{"Dir": "{tmp_path}/module"}}'""")

    with pytest.raises(BuildError, match=f"SHA-256 {KNOWN.sha256}, expected {APPLICATION.sha256}"):
        fetch_crd(APPLICATION, environ, io.StringIO())

    assert not (tmp_path / "cache" / "crds").exists()


@pytest.mark.parametrize(
    "answer",
    ["""echo '{"Error": "no such host"}'; exit 1""", "echo no such host >&2; exit 1"],
    ids=["told-as-json", "told-on-stderr"],
)
def test_a_download_that_fails_says_why(tmp_path: Path, answer: str) -> None:
    with pytest.raises(BuildError, match=r"argo-cd/v3@v3\S+: go mod download failed: no such host"):
        fetch_crd(APPLICATION, stand_in(tmp_path, answer), io.StringIO())


def test_the_crds_of_others_are_known_by_a_short_name() -> None:
    assert sorted(FOREIGN) == ["application", "appproject", "prometheusrule", "servicemonitor"]
    assert all(len(crd.sha256) == 64 for crd in FOREIGN.values())


def test_a_path_without_any_crd_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text("kind: ConfigMap\n---\n")

    with Client(Access("http://127.0.0.1:1")) as nobody, pytest.raises(ValueError, match="holds no CustomRes"):
        install_crds(nobody, [tmp_path])
