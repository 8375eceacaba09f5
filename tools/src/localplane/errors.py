"""The errors of this package.

::

    LocalPlaneError
    |-- ToolchainError          no Go is new enough, and none could be installed
    |-- BuildError              a binary or a file of a Go module could not be created
    |-- StartError              etcd or the API server did not become ready
    |-- ClusterChoiceError      an environment variable names an unusable cluster or folder
    `-- WaitError               an object did not reach the awaited state in time

For errors of an API server, or its absence, see `platform_status_kube.errors`.
"""

from platform_status_kube.errors import AccessError, TransportError

__all__ = [
    "FAILURES",
    "BuildError",
    "ClusterChoiceError",
    "LocalPlaneError",
    "StartError",
    "ToolchainError",
    "WaitError",
]


class LocalPlaneError(Exception):
    """Base of all errors of this package."""


class ToolchainError(LocalPlaneError):
    """No Go toolchain is new enough, and none could be installed."""


class BuildError(LocalPlaneError):
    """A binary, or a file of a Go module, could not be created."""


class StartError(LocalPlaneError):
    """etcd or the API server did not become ready; the text ends with the last lines of its log and the log's path."""


class ClusterChoiceError(LocalPlaneError):
    """An environment variable names an unusable cluster or folder, or requests an unsupported operation."""


class WaitError(LocalPlaneError):
    """An object did not reach the awaited state in time."""


FAILURES = (LocalPlaneError, AccessError, TransportError)
"""All errors of a control plane or of a request to it."""
