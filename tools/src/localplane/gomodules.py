"""The go.mod of each build: generated without I/O, pinned by the go.mod and go.sum in ``modules/``.

Go ignores the replacements of a dependency, so our go.mod repeats them. k8s.io/kubernetes asks for its staging modules
(k8s.io/api and its siblings) as v0.0.0 and replaces them by folders of its own repository: they get the published
version. Any other module that is replaced by a folder (etcd's, Argo CD's gitops-engine) is published at the version
that is asked for, so it needs no replacement.
"""

import re
from collections.abc import Sequence
from importlib.resources import files

from localplane.versions import GoTool, staging_version

__all__ = ["go_mod", "pinned", "replacements"]

_REPLACED = re.compile(r"^\s*(?:replace\s+)?([^\s/]\S*)(?:\s+v\S+)?\s+=>\s+(\S+)[ \t]*(v\S+)?", re.MULTILINE)
_STAGING = "./staging/"


def replacements(tool: GoTool, upstream_go_mod: str) -> list[str]:
    """Return the replacements that the build of a tool repeats, as lines of a replace block, sorted.

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
    """Write the go.mod to build one tool, before ``go mod tidy`` adds what follows from it.

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
        # The tool directive keeps the package's own dependencies in go.mod and go.sum when it is tidied.
        lines.insert(2, f"tool {tool.package}")
    if replaced:
        block = "\n".join(f"\t{line}" for line in replaced)
        lines.append(f"replace (\n{block}\n)")
    return "\n\n".join(lines) + "\n"


def pinned(tool: GoTool) -> dict[str, bytes]:
    """Return what this package holds of a build, by file name: go.mod, go.sum, and main.go if the program is ours."""
    folder = files("localplane") / "modules" / tool.name
    names = ("go.mod", "go.sum", "main.go") if tool.package == "." else ("go.mod", "go.sum")
    return {name: (folder / name).read_bytes() for name in names}
