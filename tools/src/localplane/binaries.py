"""Selects kube-apiserver and etcd: those in KUBEBUILDER_ASSETS, else built ones."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from localplane.caches import cache_folder
from localplane.errors import ClusterChoiceError
from localplane.versions import APISERVER, ETCD, KUBECTL

__all__ = ["Binaries", "find_binaries", "find_kubectl"]


@dataclass(frozen=True)
class Binaries:
    """Paths of the two servers."""

    apiserver: Path
    etcd: Path


def find_binaries(environ: Mapping[str, str]) -> Binaries:
    """Find the binaries; missing ones are built, which takes minutes and shows progress on standard error.

    Args:
        environ: KUBEBUILDER_ASSETS is a folder with both; PLATFORM_STATUS_CACHE is the folder of the builds.

    Raises:
        ClusterChoiceError: KUBEBUILDER_ASSETS is set and lacks one of them.
        BuildError: A build failed.
        ToolchainError: There is no Go for it.
    """
    assets = environ.get("KUBEBUILDER_ASSETS", "")
    if assets:
        return _from_assets(Path(assets).expanduser().absolute())
    # Only the first run builds; the others should not pay for the imports.
    from localplane.builds import ensure_built  # noqa: PLC0415 - see above

    cache = cache_folder(environ)
    etcd = ensure_built(ETCD, cache, environ)
    return Binaries(apiserver=ensure_built(APISERVER, cache, environ), etcd=etcd)


def find_kubectl(environ: Mapping[str, str]) -> Path:
    """Find a kubectl of the API server's version: in KUBEBUILDER_ASSETS, else a built one, which takes a minute.

    Args:
        environ: As for `find_binaries`.

    Raises:
        BuildError: The build failed.
        ToolchainError: There is no Go for it.
    """
    assets = environ.get("KUBEBUILDER_ASSETS", "")
    if assets and os.access(found := Path(assets).expanduser().absolute() / KUBECTL.name, os.X_OK):
        return found
    from localplane.builds import ensure_built  # noqa: PLC0415 - as above

    return ensure_built(KUBECTL, cache_folder(environ), environ)


def _from_assets(folder: Path) -> Binaries:
    found = Binaries(apiserver=folder / "kube-apiserver", etcd=folder / "etcd")
    missing = [path.name for path in (found.apiserver, found.etcd) if not os.access(path, os.X_OK)]
    if missing:
        raise ClusterChoiceError(
            f"KUBEBUILDER_ASSETS={folder}: no executable {' and no '.join(missing)} in that folder; "
            "unset the variable to have both built"
        )
    return found
