"""Bare Git repositories on the local disk, from which an engine fetches and to which tests commit."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

from localplane.errors import LocalPlaneError

__all__ = ["Repository"]

_GIT_TIMEOUT = 60
_WHO = {
    f"GIT_{role}_{key}": value
    for role in ("AUTHOR", "COMMITTER")
    for key, value in (("NAME", "test"), ("EMAIL", "test@example.org"))
}


class Repository:
    """One repository with the branch main.

    Args:
        folder: The folder to create; its parent must exist.
        environ: The environment; git is found on its PATH.
        served: The URL of that folder for the engine.
    """

    def __init__(self, folder: Path, environ: Mapping[str, str], served: str) -> None:
        self._served = served
        self._bare = folder / "bare.git"
        self._tree = folder / "tree"
        self._gone = folder / "gone.git"
        self._environ = {**environ, **_WHO, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null"}
        self._tree.mkdir(parents=True)
        self._git("init", "--quiet", "--bare", "--initial-branch=main", str(self._bare))

    @property
    def url(self) -> str:
        """Its URL."""
        return f"{self._served}/{self._bare.name}"

    @property
    def tree(self) -> str:
        """The URL of its files as they are, without Git, for an engine whose server serves them."""
        return f"{self._served}/{self._tree.name}"

    def commit(self, files: Mapping[str, str | None]) -> str:
        """Commit a change to main.

        Args:
            files: Text by path; None deletes.

        Returns:
            The hash of the commit.
        """
        for name, text in files.items():
            file = self._tree / name
            if text is None:
                file.unlink()
            else:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text)
        here = (f"--git-dir={self._bare}", f"--work-tree={self._tree}")
        self._git(*here, "add", "--all")
        self._git(*here, "commit", "--quiet", "--allow-empty", "--message=change")
        return self._git(*here, "rev-parse", "HEAD")

    def hide(self) -> None:
        """Make the URL unavailable."""
        self._bare.rename(self._gone)

    def show(self) -> None:
        """Make the URL available again."""
        self._gone.rename(self._bare)

    def _git(self, *arguments: str) -> str:
        answer = subprocess.run(  # noqa: S603 - git, no shell
            ["git", *arguments],  # noqa: S607 - the machine's
            cwd=self._tree,
            env=self._environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=_GIT_TIMEOUT,
        )
        if answer.returncode != 0:
            raise LocalPlaneError(f"git {' '.join(arguments)}: exit code {answer.returncode}: {answer.stderr.strip()}")
        return answer.stdout.strip()
