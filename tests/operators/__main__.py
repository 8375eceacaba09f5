"""``python -m tests.operators [NAME ...]``: start each operator, play its scene, write its objects."""

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from localoperators.operators import (
    CertManager,
    CloudNativePG,
    ClusterApi,
    ExternalSecrets,
    Operator,
    ProviderKubernetes,
)
from tests.gitops.records import Recorder
from tests.unit.objects.recorded import GOLDEN

from . import cert_manager, cloudnative_pg, cluster_api, crossplane, external_secrets
from .stage import NAMESPACE, Stage

_SCENES: Final[Mapping[str, tuple[type[Operator], Callable[[Stage], None]]]] = {
    "cert-manager": (CertManager, cert_manager.play),
    "crossplane": (ProviderKubernetes, crossplane.play),
    "external-secrets": (ExternalSecrets, external_secrets.play),
    "cluster-api": (ClusterApi, cluster_api.play),
    "cloudnative-pg": (CloudNativePG, cloudnative_pg.play),
}
"""By the folder of their objects, below tests/golden/objects."""


def _record(made: type[Operator], play: Callable[[Stage], None], folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    with made() as operator:
        operator.admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
        play(Stage(operator, Recorder(folder, f"{operator.name} {operator.tool.version}")))
    sys.stdout.write(f"{folder}: {len(list(folder.glob('*.yaml')))} objects\n")


def main() -> None:
    """Record the named operators; without a name all."""
    parser = argparse.ArgumentParser(prog="python -m tests.operators", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(_SCENES)}; all without one")
    parsed = parser.parse_args()
    if unknown := sorted(set(parsed.names) - set(_SCENES)):
        parser.error(f"{', '.join(unknown)}: none of {', '.join(_SCENES)}")
    for name in parsed.names or _SCENES:
        made, play = _SCENES[name]
        if reason := made.why_not():
            parser.error(reason)
        _record(made, play, GOLDEN / "objects" / name)


if __name__ == "__main__":
    main()
