"""Generate the generated files of observability/, docs/runbooks/ and docs/metrics.md, and check them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from . import dashboard, metrics_page, rulefiles, runbooks
from .checks import alert_problems, awaited_problems, query_problems

_ROOT = Path(__file__).resolve().parent.parent

_EXAMPLES = """\
examples:
  python -m observability             write manifests/, dashboards/, docs/runbooks/, and the tables of docs/metrics.md
  python -m observability --check     exit 1 and name every file that is stale and every rule that is wrong
  python -m observability --print-rules --runbooks https://git.example.org/platform/docs/runbooks/
                                      the PrometheusRule with your own copy of the runbooks

exit codes: 0 all is well, 1 something is stale or wrong, 2 wrong flags
"""


def generated(root: Path) -> dict[Path, str]:
    """Return the expected content of each generated file, by its path.

    Args:
        root: The checkout.

    Raises:
        ValueError: Runbooks, rules or the page of metrics are invalid.
    """
    here, metrics = root / "observability", root / "docs" / "metrics.md"
    groups = rulefiles.read_groups(here / "rules")
    made = {
        metrics: metrics_page.filled(metrics.read_text("utf-8")),
        here / "manifests" / "prometheusrule.yaml": rulefiles.manifest(groups),
        here / "dashboards" / "platform-status.json": dashboard.generate(),
    }
    pages = runbooks.pages(here / "runbooks", rulefiles.alerts(groups))
    return made | {root / "docs" / "runbooks" / name: text for name, text in pages.items()}


def problems(root: Path) -> list[str]:
    """Return everything that is stale, left over or wrong, one sentence each.

    Args:
        root: The checkout.
    """
    try:
        made = generated(root)
    except ValueError as error:
        return str(error).splitlines()
    found = []
    for path, text in made.items():
        if not path.is_file() or path.read_text("utf-8") != text:
            found.append(f"{path.relative_to(root)} is stale; run: make observability")
    left = set((root / "docs" / "runbooks").rglob("*.md")) - set(made)
    found += [f"{path.relative_to(root)} belongs to no alert and no reason; remove it" for path in sorted(left)]
    groups = rulefiles.read_groups(root / "observability" / "rules")
    recorded = rulefiles.records(groups)
    for name, expression in recorded.items():
        found += query_problems(f"record {name}", expression, recorded)
    for name, rule in rulefiles.alerts(groups).items():
        found += alert_problems(name, rule, recorded, root / "docs" / "runbooks")
    for title, expression in dashboard.expressions(dashboard.generate()).items():
        if "ALERTS{" not in expression:
            found += query_problems(f"panel {title!r}", expression, recorded)
    return found + awaited_problems()


def main(argv: Sequence[str] | None = None, root: Path = _ROOT) -> int:
    """Write, check or print.

    Args:
        argv: Arguments without the program's name; None: those of this run of Python.
        root: The checkout.

    Returns:
        The exit code.
    """
    parser = argparse.ArgumentParser(
        prog="python -m observability",
        description=__doc__,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if something is stale or wrong")
    parser.add_argument("--print-rules", action="store_true", help="write nothing; print the PrometheusRule")
    parser.add_argument(
        "--runbooks", default=rulefiles.RUNBOOKS, metavar="URL", help="base of runbook_url, for --print-rules"
    )
    options = parser.parse_args(argv)
    if options.print_rules:
        base = options.runbooks.rstrip("/") + "/"
        sys.stdout.write(rulefiles.manifest(rulefiles.read_groups(root / "observability" / "rules"), base))
        return 0
    if not options.check:
        try:
            made = generated(root)
        except ValueError as error:
            sys.stderr.write(f"{error}\n")
            return 1
        for path, text in made.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    found = problems(root)
    for problem in found:
        sys.stderr.write(f"{problem}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
