"""What a machine lacks for a real engine, in one sentence."""

from pathlib import Path

from localargocd.argocd import LocalArgoCD


def test_the_packages_that_are_missing_are_named_with_the_command_that_installs_them(tmp_path: Path) -> None:
    (tmp_path / "git").touch(mode=0o755)
    assert LocalArgoCD.why_not({"PATH": str(tmp_path)}) == (
        "the real Argo CD needs iproute2, redis-server, util-linux: apt-get install iproute2 redis-server util-linux"
    )


def test_a_machine_that_refuses_a_network_is_quoted(tmp_path: Path) -> None:
    for name in ("git", "ip", "nsenter", "redis-server"):
        (tmp_path / name).touch(mode=0o755)
    unshare = tmp_path / "unshare"
    unshare.write_text("#!/bin/sh\necho 'unshare failed: Operation not permitted' >&2\nexit 1\n")
    unshare.chmod(0o755)
    assert LocalArgoCD.why_not({"PATH": str(tmp_path)}) == (
        "the real Argo CD needs its own network namespace, which requires root: unshare failed: Operation not permitted"
    )
