"""The go.mod of each build: generated without I/O, pinned by the go.mod and go.sum in ``modules/``.

k8s.io/kubernetes asks for its staging modules (k8s.io/api and its siblings) as v0.0.0 and replaces them by folders
of its own repository. Go ignores the replacements of a dependency, so our go.mod repeats them with real versions.
"""

import re
from collections.abc import Sequence
from importlib.resources import files

from localplane.versions import GoTool, staging_version

__all__ = ["go_mod", "pinned", "staging_modules"]

_STAGED = re.compile(r"^\s*(?:replace\s+)?(\S+)(?:\s+v\S+)?\s+=>\s+\./staging/", re.MULTILINE)


def staging_modules(upstream_go_mod: str) -> list[str]:
    """Return the modules that a go.mod replaces by folders below ./staging, sorted."""
    return sorted(set(_STAGED.findall(upstream_go_mod)))


def go_mod(tool: GoTool, go: str, staging: Sequence[str]) -> str:
    """Write the go.mod to build one tool, before ``go mod tidy`` adds what follows from it.

    Args:
        tool: The tool.
        go: Version for the go directive, such as ``1.26.0``.
        staging: Modules to replace by their published version; empty for etcd.
    """
    lines = [
        f"module localplane.build/{tool.name}",
        f"go {go}",
        # The tool directive keeps the package's own dependencies in go.mod and go.sum when it is tidied.
        f"tool {tool.package}",
        f"require {tool.module} {tool.version}",
    ]
    if staging:
        version = staging_version(tool.version)
        replacements = "\n".join(f"\t{module} => {module} {version}" for module in staging)
        lines.append(f"replace (\n{replacements}\n)")
    return "\n\n".join(lines) + "\n"


def pinned(tool: GoTool) -> dict[str, bytes]:
    """Return the go.mod and go.sum that belong to this package, by file name."""
    folder = files("localplane") / "modules" / tool.name
    return {name: (folder / name).read_bytes() for name in ("go.mod", "go.sum")}
