"""Children, their folders and their ports, with stand-ins for the servers."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from localplane import lifeline
from localplane.children import Child, Nursery
from localplane.commands import Files, apiserver_command, etcd_command
from localplane.folders import RunFolder, sweep, sweep_logs
from localplane.runs import HERE, ReservedPort

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"


@pytest.fixture
def nursery() -> Iterator[Nursery]:
    opened = Nursery()
    yield opened
    opened.close()


def child(nursery: Nursery, tmp_path: Path, code: str) -> Child:
    return Child([sys.executable, "-c", code], tmp_path / "child.log", nursery, dict(os.environ))


def await_log(child: Child, text: str) -> None:
    deadline = time.monotonic() + 10
    while text not in child.last_lines(50):
        assert time.monotonic() < deadline, child.last_lines(50)
        time.sleep(0.01)


def test_a_child_is_started_stopped_and_started_again(nursery: Nursery, tmp_path: Path) -> None:
    sleeper = child(nursery, tmp_path, "import time; print('up', flush=True); time.sleep(60)")
    pids = [sleeper.pid]
    for action in (sleeper.start, sleeper.start, lambda: sleeper.stop(grace=5), sleeper.start):
        action()
        pids.append(sleeper.pid)

    assert pids[0] is pids[3] is None
    assert None not in pids[1:3]
    assert pids[1] == pids[2]
    assert pids[4] not in {None, pids[1]}
    sleeper.stop(grace=0)
    sleeper.stop(grace=0)
    assert sleeper.exit_code is None


def test_a_child_that_will_not_stop_is_killed_after_its_grace(nursery: Nursery, tmp_path: Path) -> None:
    stubborn = child(nursery, tmp_path, STUBBORN)
    stubborn.start()
    await_log(stubborn, "up")
    pid = stubborn.pid
    assert pid is not None

    stubborn.stop(grace=0.1)

    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_child_that_ends_by_itself_tells_its_exit_code_and_last_lines(nursery: Nursery, tmp_path: Path) -> None:
    failing = child(nursery, tmp_path, "print('one'); print('two'); raise SystemExit(7)")
    assert failing.last_lines(5) == ""
    failing.start()
    deadline = time.monotonic() + 10
    while failing.exit_code is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)

    assert failing.exit_code == 7
    assert failing.pid is None
    assert failing.last_lines(1) == "two"
    failing.stop(grace=1)


@pytest.mark.skipif(sys.platform != "linux", reason="only the Linux kernel kills a child with its parent")
def test_closing_the_nursery_takes_even_a_stubborn_child_along(tmp_path: Path) -> None:
    nursery = Nursery()
    stubborn = child(nursery, tmp_path, STUBBORN)
    stubborn.start()
    await_log(stubborn, "up")

    nursery.close()

    deadline = time.monotonic() + 10
    while stubborn.exit_code is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert stubborn.exit_code == -signal.SIGKILL


def test_a_child_is_deaf_to_the_ctrl_c_of_our_terminal(nursery: Nursery, tmp_path: Path) -> None:
    sleeper = child(nursery, tmp_path, "import time; time.sleep(60)")
    sleeper.start()
    assert sleeper.pid is not None

    assert os.getsid(sleeper.pid) == sleeper.pid
    sleeper.stop(grace=0)


def test_a_command_whose_parent_has_ended_already_is_not_started() -> None:
    script = lifeline.__file__
    assert script is not None
    answer = subprocess.run(  # noqa: S603 - this Python, no shell
        [sys.executable, "-I", "-S", script, "1", "/bin/echo", "started"], capture_output=True, text=True, check=False
    )

    assert answer.returncode == 1
    assert answer.stdout == ""
    assert "/bin/echo: not started, its parent 1 has ended" in answer.stderr


def test_a_reserved_port_is_given_to_nobody_else_but_to_a_server_that_shares_it() -> None:
    with ReservedPort() as reserved, socket.socket() as stranger, socket.socket() as server:
        with pytest.raises(OSError, match="in use"):
            stranger.bind(("127.0.0.1", reserved.number))
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        server.bind(("127.0.0.1", reserved.number))
        server.listen()
        with socket.create_connection(("127.0.0.1", reserved.number), timeout=5) as caller:
            accepted, address = server.accept()
            accepted.close()
            assert address == caller.getsockname()


def test_ports_reserved_at_once_differ() -> None:
    reserved = [ReservedPort() for _ in range(50)]
    try:
        assert len({port.number for port in reserved}) == 50
    finally:
        for port in reserved:
            port.close()


def test_a_sweep_deletes_the_folder_of_a_dead_owner_and_spares_the_rest(tmp_path: Path) -> None:
    alive = RunFolder(tmp_path / "logs", tmp_path)
    dead = tmp_path / "localplane-dead"
    unfinished = tmp_path / "localplane-unfinished"
    foreign = tmp_path / "something-else"
    for folder in (dead, unfinished, foreign):
        folder.mkdir()
    (dead / "owner.lock").touch()
    (foreign / "owner.lock").touch()

    sweep(tmp_path)

    assert not dead.exists()
    assert alive.path.exists()
    assert unfinished.exists()
    assert foreign.exists()
    alive.remove(keep_logs=False)


@pytest.mark.parametrize("keep", [True, False], ids=["kept", "not-kept"])
def test_logs_outlive_their_run_only_on_request(tmp_path: Path, keep: bool) -> None:  # noqa: FBT001 - a parameter
    run = RunFolder(tmp_path / "logs", tmp_path)
    (run.logs / "etcd.log").write_text("x")

    run.remove(keep_logs=keep)

    assert not run.path.exists()
    assert run.logs.exists() is keep


def test_logs_that_nobody_wrote_to_for_a_week_are_deleted(tmp_path: Path) -> None:
    now, day = 10_000_000.0, 24 * 3600
    for name, folder_age, file_age in (("old", 8, 8), ("in-use", 9, 1), ("new", 1, 1)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "etcd.log").touch()
        os.utime(tmp_path / name / "etcd.log", (now - file_age * day,) * 2)
        os.utime(tmp_path / name, (now - folder_age * day,) * 2)

    sweep_logs(tmp_path, now)

    assert sorted(folder.name for folder in tmp_path.iterdir()) == ["in-use", "new"]


def test_the_command_lines_leave_no_door_open() -> None:
    files = Files(Path("/run"))
    apiserver = apiserver_command(Path("/bin/a"), files, 1001, 1002, ["--v=4"])
    etcd = etcd_command(Path("/bin/e"), files, 1002, 1003)

    assert {"--anonymous-auth=false", "--authorization-mode=RBAC", "--bind-address=127.0.0.1"} <= set(apiserver)
    assert "--etcd-servers=https://127.0.0.1:1002" in apiserver
    assert apiserver[-1] == "--v=4"
    assert {"--client-cert-auth", "--peer-client-cert-auth"} <= set(etcd)
    addresses = [argument for argument in [*apiserver, *etcd] if "://" in argument and "issuer" not in argument]
    assert all("https://127.0.0.1:" in address for address in addresses)
    assert len(addresses) == 6


def test_pods_get_their_accounts_only_where_controllers_make_them() -> None:
    files, switch = Files(Path("/run")), "--disable-admission-plugins=ServiceAccount"

    assert switch in apiserver_command(Path("/bin/a"), files, 1001, 1002)
    assert switch not in apiserver_command(Path("/bin/a"), files, 1001, 1002, service_accounts=True)


def test_here_a_command_is_started_as_it_is() -> None:
    assert HERE.inside(["/bin/a", "--flag"]) == ["/bin/a", "--flag"]
