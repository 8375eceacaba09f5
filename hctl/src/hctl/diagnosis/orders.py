"""The commands that a diagnosis proposes; every argument is quoted for a shell, because names are untrusted."""

import shlex

from hctl.reading.views import RequestView

__all__ = ["Orders"]


class Orders:
    """Builds kubectl commands for one cluster.

    Args:
        flags: The flags of this command that select the cluster.
    """

    def __init__(self, flags: tuple[str, ...] = ()) -> None:
        self._flags = flags

    def kubectl(self, *words: str, namespace: str = "") -> str:
        """Return a kubectl command."""
        where = ("-n", namespace) if namespace else ()
        return shlex.join(("kubectl", *self._flags, *words, *where))

    def listing(self, kind: str, name: str, namespace: str) -> str:
        """Return the command that lists what Kratix made for a request, by its name; everywhere without a namespace."""
        where = ("-n", namespace) if namespace else ("-A",)
        return self.kubectl("get", kind, "-l", f"kratix.io/resource-name={name}", *where)

    def describe(self, view: RequestView) -> str:
        """Return the command that describes a request."""
        return self.kubectl("describe", view.resource, view.name, namespace=view.namespace)

    def warnings(self, namespace: str) -> str:
        """Return the command that lists the Warning events of a namespace, where controllers report why pods fail."""
        return self.kubectl("events", "--types=Warning", namespace=namespace)

    def logs(self, namespace: str, pod: str, container: str, *, previous: bool) -> str:
        """Return the command that prints the log of a container."""
        before = ("--previous",) if previous else ()
        return self.kubectl("logs", pod, "-c", container, *before, namespace=namespace)

    @staticmethod
    def vcluster(*words: str, namespace: str) -> str:
        """Return a command of the vcluster CLI."""
        return shlex.join(("vcluster", *words, "-n", namespace))

    @staticmethod
    def once_approved(command: str) -> str:
        """Mark a command that resumes a paused object, so that it is not copied and run without an approval."""
        return f"once it is approved: {command}"
