"""The go.mod of each build: generated, and pinned by the go.mod and go.sum in ``modules/``, which `pin` rewrites.

Go ignores the replacements of a dependency, so our go.mod repeats them. k8s.io/kubernetes requires its staging modules
(k8s.io/api and its siblings) as v0.0.0 and replaces them by folders of its repository; here they get the published
version. Any other module that is replaced by a folder (etcd's, Argo CD's gitops-engine) is published at the required
version, so it needs no replacement.
"""

import json
import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path

from localplane.errors import BuildError
from localplane.gotoolchains import go_environment
from localplane.versions import MINIMUM_GO, GoTool, staging_version

__all__ = ["go_mod", "pin", "pinned", "replacements"]

_REPLACED = re.compile(r"^\s*(?:replace\s+)?([^\s/]\S*)(?:\s+v\S+)?\s+=>\s+(\S+)[ \t]*(v\S+)?", re.MULTILINE)
_STAGING = "./staging/"


def replacements(tool: GoTool, upstream_go_mod: str) -> list[str]:
    """Return the replacements that the build of a tool must repeat, as lines of a replace block, sorted.

    Args:
        tool: The tool.
        upstream_go_mod: The go.mod of its module.
    """
    lines = set(tool.replaced)
    for module, target, version in _REPLACED.findall(upstream_go_mod):
        if version:
            lines.add(f"{module} => {target} {version}")
        elif target.startswith(_STAGING):
            lines.add(f"{module} => {module} {staging_version(tool.version)}")
    return sorted(lines)


def go_mod(tool: GoTool, go: str, replaced: Sequence[str]) -> str:
    """Return the go.mod to build one tool, before ``go mod tidy`` adds the indirect dependencies.

    Args:
        tool: The tool.
        go: Version for the go directive, such as ``1.26.0``.
        replaced: Lines of the replace block; empty for etcd.
    """
    lines = [
        f"module localplane.build/{tool.name}",
        f"go {go}",
        f"require {tool.module} {tool.version}",
    ]
    if tool.package != ".":
        # The tool directive keeps the dependencies of the package in go.mod and go.sum during a tidy.
        lines.insert(2, f"tool {tool.package}")
    if replaced:
        block = "\n".join(f"\t{line}" for line in replaced)
        lines.append(f"replace (\n{block}\n)")
    return "\n\n".join(lines) + "\n"


def pinned(tool: GoTool) -> dict[str, bytes]:
    """Return the pinned files of a build by name: go.mod, go.sum, and main.go if the program is ours."""
    folder = files("localplane") / "modules" / tool.name
    names = ("go.mod", "go.sum", "main.go") if tool.package == "." else ("go.mod", "go.sum")
    return {name: (folder / name).read_bytes() for name in names}


_GO_DIRECTIVE = ".".join(str(part) for part in MINIMUM_GO)


def pin(tool: GoTool, folder: Path, go: Path, environ: Mapping[str, str]) -> None:
    """Resolve the modules of one tool and record their hashes.

    Args:
        tool: The tool.
        folder: The ``modules`` folder of a checkout.
        go: The go command.
        environ: The environment, with Go's proxy.

    Raises:
        BuildError: go failed.
    """
    chosen = go_environment(environ, tool.toolchain)
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        told = json.loads(_go(go, work, chosen, "mod", "download", "-json", f"{tool.module}@{tool.version}"))
        replaced = replacements(tool, Path(told["GoMod"]).read_text())
        (work / "go.mod").write_text(go_mod(tool, _GO_DIRECTIVE, replaced))
        if tool.package == ".":
            (work / "main.go").write_bytes((folder / tool.name / "main.go").read_bytes())
        _go(go, work, chosen, "mod", "tidy")
        (folder / tool.name).mkdir(parents=True, exist_ok=True)
        for file in ("go.mod", "go.sum"):
            (folder / tool.name / file).write_bytes((work / file).read_bytes())


def _go(go: Path, folder: Path, environ: Mapping[str, str], *arguments: str) -> str:
    answer = subprocess.run(  # noqa: S603 - go, no shell
        [str(go), *arguments],
        cwd=folder,
        env=dict(environ),
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode != 0:
        raise BuildError(f"go {' '.join(arguments)}: exit code {answer.returncode}: {answer.stderr.strip()[-2000:]}")
    return answer.stdout
