"""For every test: Ctrl-C reaches the programs it starts, Hypothesis has no limit of time, and there is --no-skips."""

import signal

import pytest

from tests.examples import register_profiles

register_profiles()  # before the command line is read, which may name it


_NO_SKIPS = "--no-skips"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --no-skips."""
    help_ = "fail if a test was skipped: for machines on which `make system` can install all that is missing"
    parser.addoption(_NO_SKIPS, action="store_true", help=help_)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with files on the API server: what runs last is short then, so no worker waits long for the others."""
    items.sort(key=lambda item: item.get_closest_marker("cluster") is None)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Fail a run that passed but for what it did not run."""
    reporter = session.config.pluginmanager.getplugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if session.config.getoption(_NO_SKIPS) and skipped and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say why it failed, and of each test that takes minutes how long it took."""
    _show_long(terminalreporter)
    skipped = len(terminalreporter.stats.get("skipped", []))
    if config.getoption(_NO_SKIPS) and skipped:
        terminalreporter.write_line(f"{_NO_SKIPS}: {skipped} skipped, which fails the run; the reasons are above")


def pytest_configure() -> None:
    """Let children be interrupted: a shell starts a background job with SIGINT ignored, and children inherit that."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _show_long(terminalreporter: pytest.TerminalReporter) -> None:
    rows: dict[str, tuple[float, set[str]]] = {}
    is_long = False
    for outcome in ("passed", "failed", "skipped", "error"):
        for report in terminalreporter.getreports(outcome):
            if not isinstance(report, pytest.TestReport):
                continue
            is_long |= "long" in report.keywords
            name = report.nodeid if "long" in report.keywords else report.nodeid.partition("::")[0]
            seconds, outcomes = rows.get(name, (0.0, set()))
            # a life takes place in a fixture, beside others
            took = dict(report.user_properties).get("seconds", report.duration)
            rows[name] = (seconds + float(str(took)), outcomes | {outcome})
    if not is_long:
        return
    terminalreporter.section("what takes minutes")
    terminalreporter.write_line(f"{'what':<72}{'seconds':>8}  result")
    for name, (seconds, outcomes) in rows.items():
        terminalreporter.write_line(f"{name:<72}{seconds:>8.1f}  {', '.join(sorted(outcomes))}")
