"""The commands that a diagnosis proposes: quoted for a shell, whatever the names are."""

import shlex

from hctl.reading.views import RequestView

__all__ = ["Orders"]


class Orders:
    """Spells kubectl commands for one cluster.

    Args:
        flags: Flags that choose the cluster, as they were given to us.
    """

    def __init__(self, flags: tuple[str, ...] = ()) -> None:
        self._flags = flags

    def kubectl(self, *words: str, namespace: str = "") -> str:
        """Spell one command."""
        where = ("-n", namespace) if namespace else ()
        return shlex.join(("kubectl", *self._flags, *words, *where))

    def describe(self, view: RequestView) -> str:
        """The request itself."""
        return self.kubectl("describe", view.resource, view.name, namespace=view.namespace)

    def warnings(self, namespace: str) -> str:
        """The warnings of a namespace: whoever makes pods tells there why it cannot."""
        return self.kubectl("events", "--types=Warning", namespace=namespace)

    def logs(self, namespace: str, pod: str, container: str, *, previous: bool) -> str:
        """The log of a container."""
        before = ("--previous",) if previous else ()
        return self.kubectl("logs", pod, "-c", container, *before, namespace=namespace)

    @staticmethod
    def vcluster(*words: str, namespace: str) -> str:
        """Spell one command of the virtual clusters' own program."""
        return shlex.join(("vcluster", *words, "-n", namespace))

    @staticmethod
    def once_approved(command: str) -> str:
        """A command that lets go on what a person holds back; with these words before it nobody runs it unread."""
        return f"once it is approved: {command}"
