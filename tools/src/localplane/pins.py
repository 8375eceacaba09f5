"""Writes the go.mod and go.sum of ``modules/`` anew, after a version was changed in ``versions``."""

import json
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from localplane.errors import BuildError
from localplane.gomodules import go_mod, replacements
from localplane.gotoolchains import go_environment
from localplane.versions import MINIMUM_GO, GoTool

__all__ = ["pin"]

_GO_DIRECTIVE = ".".join(str(part) for part in MINIMUM_GO)


def pin(tool: GoTool, folder: Path, go: Path, environ: Mapping[str, str]) -> None:
    """Resolve the modules of one tool and record their hashes.

    Args:
        tool: The tool.
        folder: The ``modules`` folder of a checkout.
        go: The go command.
        environ: How go reaches its proxy.

    Raises:
        BuildError: If go fails.
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
