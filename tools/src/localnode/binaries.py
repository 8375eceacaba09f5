"""All programs of a node, built or fetched once."""

import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TextIO

from localnode.packages import Runtime, find_runtime
from localplane.binaries import Binaries, find_binaries
from localplane.builds import ensure_built
from localplane.caches import cache_folder, digest, exclusive
from localplane.errors import BuildError
from localplane.gotoolchains import find_go, go_environment
from localplane.versions import NODE_TOOLS

__all__ = ["NodeBinaries", "find_node_binaries"]


@dataclass(frozen=True)
class NodeBinaries:
    """Paths of the programs.

    Attributes:
        plane: etcd and the API server.
        tools: kube-controller-manager, kube-scheduler and kubelet, by name.
        runtime: containerd and its tools.
        pause: The first process of every sandbox, a static program.
    """

    plane: Binaries
    tools: Mapping[str, Path]
    runtime: Runtime
    pause: Path


def find_node_binaries(environ: Mapping[str, str], stream: TextIO | None = None) -> NodeBinaries:
    """Find all programs; missing ones are built or fetched, which takes minutes and shows progress.

    Args:
        environ: As for ``localplane.binaries.find_binaries``.
        stream: Stream for progress; None: standard error.

    Raises:
        BuildError: A build failed.
        ToolchainError: There is no Go.
        NotPossibleError: containerd or its tools are missing and cannot be fetched.
    """
    runtime = find_runtime(environ, stream)
    cache = cache_folder(environ)
    return NodeBinaries(
        plane=find_binaries(environ),
        tools={tool.name: ensure_built(tool, cache, environ, stream) for tool in NODE_TOOLS},
        runtime=runtime,
        pause=_pause(cache, environ, stream or sys.stderr),
    )


def _pause(cache: Path, environ: Mapping[str, str], stream: TextIO) -> Path:
    source = (files("localnode") / "pause" / "main.go").read_bytes()
    binary = cache / "bin" / f"pause-{digest([source])}"
    with exclusive(cache / "locks" / "pause.lock", lambda: None):
        if not binary.exists():
            binary.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=binary.parent, prefix=".pause.") as name:
                _build(Path(name), source, binary, find_go(cache, environ, stream), environ)
    return binary


def _build(folder: Path, source: bytes, binary: Path, go: Path, environ: Mapping[str, str]) -> None:
    (folder / "main.go").write_bytes(source)
    fresh = folder / "pause"
    answer = subprocess.run(  # noqa: S603 - go, no shell
        [str(go), "build", "-trimpath", "-ldflags=-s -w", "-o", str(fresh), "main.go"],
        cwd=folder,
        env=go_environment(environ),
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode != 0:
        raise BuildError(f"building the pause program: go: exit code {answer.returncode}: {answer.stderr.strip()}")
    fresh.rename(binary)
