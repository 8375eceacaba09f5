"""Reports of `hctl validate` in every form; ``python -m tests.unit.hctl.findings`` writes them and the docs anew."""

import json
import re
from pathlib import Path
from typing import Final

from hctl.documents.findings import spell_findings
from hctl.validation.findings import RULES, STDIN, Finding, Report, Severity

__all__ = ["FOLDER", "FORMS", "PAGE", "REPORTS", "golden", "with_rules"]

FOLDER: Final = Path(__file__).parents[2] / "golden" / "findings"
PAGE: Final = Path(__file__).parents[3] / "docs" / "validate.md"
FORMS: Final = ("json", "github", "sarif")
_TABLE: Final = re.compile(r"(\| rule \| [^\n]+\n\|---\|---\|\n)(?:\|[^\n]*\n)*")

_OUTSIDE = Finding(
    file="requests/media.yaml",
    line=9,
    column=10,
    document=0,
    path="spec.exposure.vip",
    rule="vip-in-subnet",
    severity=Severity.ERROR,
    found='"10.0.5.1"',
    expected="an address inside 10.0.4.0/24",
)
_TYPO = Finding(
    file="./requests/many.yaml",
    line=23,
    column=3,
    document=2,
    path="spec.targetNamspace",
    rule="typo",
    severity=Severity.ERROR,
    found="an unknown key",
    expected="one of name, targetNamespace",
    suggestion="did you mean targetNamespace?",
)
_WARNING = Finding(
    file=STDIN,
    line=1,
    column=1,
    document=0,
    path="",
    rule="threshold",
    severity=Severity.WARNING,
    found="${spec.a[0]} 100%",
    expected="{0} of {}",
)
_HOSTILE = (
    Finding(
        file="a,line=1::error file=b\r\n::stop-commands::x\x1b[2J\u202e.yaml",
        line=1,
        column=1,
        document=0,
        path="spec.a\n::warning::b",
        rule="schema",
        severity=Severity.ERROR,
        found='"\x1b]8;;https://evil.example\x1b\\click [here](https://evil.example) %0A::error::x <img src=x>"',
        expected="a: b, c\r\n::add-mask::d",
        suggestion="\u2066did you mean ${{ secrets.TOKEN }}?",
    ),
    Finding(
        file="javascript:alert(1)/../a  b/%2e%2e/ü?#.yaml",
        line=2,
        column=2,
        document=0,
        path="",
        rule="yaml",
        severity=Severity.WARNING,
        found="\ud800",
        expected="text",
    ),
    Finding(
        file="/etc/requests/a.yaml",
        line=3,
        column=3,
        document=0,
        path="",
        rule="a-rule-of-tomorrow",
        severity=Severity.ERROR,
        found="nothing",
        expected="something",
    ),
)

REPORTS: Final = {
    "nothing": Report((), files=3, documents=4, passed_over=2),
    "everything": Report((_OUTSIDE, _TYPO, _WARNING), files=3, documents=5, passed_over=0),
    "hostile": Report(_HOSTILE, files=3, documents=3, passed_over=1),
}


def golden(name: str, form: str) -> str:
    """Spell a report; in SARIF without the list of all rules, which is no concern of these files."""
    spelled = spell_findings(REPORTS[name], form)
    if form != "sarif":
        return spelled
    log = json.loads(spelled)
    del log["runs"][0]["tool"]["driver"]["rules"]
    for result in log["runs"][0]["results"]:
        result.pop("ruleIndex", None)
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def with_rules(page: str) -> str:
    """Write the table of the rules into docs/validate.md."""
    rows = "".join(f"| `{rule}` | {meaning} |\n" for rule, meaning in RULES.items())
    return _TABLE.sub(lambda found: found[1] + rows, page)


def _write() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name in REPORTS:
        for form in FORMS:
            (FOLDER / f"{name}.{form}").write_text(golden(name, form), encoding="utf-8")
    PAGE.write_text(with_rules(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    _write()
