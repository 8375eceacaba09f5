"""Everything that this package raises.

::

    LocalPlaneError
    |-- ToolchainError          no Go that is new enough, and none could be installed
    |-- BuildError              a binary or a file of a Go module could not be made
    |-- StartError              etcd or the API server did not become ready
    |-- ClusterChoiceError      an environment variable names a cluster or a folder that cannot be used
    `-- WaitError               the awaited state of an object did not come in time

What an API server answers, or that it does not, has the errors of `platform_status_kube.errors`.
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
    """No Go toolchain that is new enough was found, and none could be installed."""


class BuildError(LocalPlaneError):
    """A binary, or a file out of a Go module, could not be made."""


class StartError(LocalPlaneError):
    """The etcd or the API server did not become ready; the text ends with its last log lines and the log's path."""


class ClusterChoiceError(LocalPlaneError):
    """An environment variable names a cluster or a folder that cannot be used, or asks for what it cannot do."""


class WaitError(LocalPlaneError):
    """The awaited state of an object did not come in time."""


FAILURES = (LocalPlaneError, AccessError, TransportError)
"""Whatever may go wrong with a control plane or a request to it."""
