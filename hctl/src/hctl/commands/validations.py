"""``hctl validate``: reads files and reports their errors, with line and column."""

import sys
from collections import Counter
from collections.abc import Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace
from rich.console import Console
from rich.text import Text

from hctl.drawing.consoles import make_console
from hctl.errors import ExitCode, UsageError
from hctl.texts import count_of, inert
from hctl.validation.check import DocumentForm, check
from hctl.validation.files import read_sources
from hctl.validation.findings import Finding, LeftAlone, Report, Severity, Why
from platform_status_contract.model.policy import Policy
from platform_status_contract.policy.read import PolicyError, read_policy
from platform_status_contract.template.yaml_text import YamlError, load

__all__ = ["FORMS", "ValidationOptions", "policy_of", "validate_files"]

FORMS = ("table", "json", "github", "sarif")

_MAX_NOTES: Final = 20
_LEFT: Final = {
    Why.CHART: ("Helm template", "Helm templates"),
    Why.EXCLUDED: ("excluded path", "excluded paths"),
    Why.LINK: ("link that was not followed", "links that were not followed"),
    Why.SPECIAL: ("file that is not regular", "files that are not regular"),
    Why.PATCH: ("patch of a kustomization", "patches of a kustomization"),
    Why.OTHER: ("file that is no YAML or JSON", "files that are no YAML or JSON"),
}
_NOTES: Final = {
    Why.LINK: "a broken link, or one out of the folder, is not followed; pass it as an argument to read it",
    Why.SPECIAL: "a pipe, socket or device in a folder is not read; pass it as an argument to read it",
    Why.OTHER: "no YAML or JSON, and no kind of the platform in it; pass it as an argument to see the error",
}


class ValidationOptions(Struct, frozen=True):
    """The options of a validation.

    Attributes:
        output: The output format, one of `FORMS`.
        promises: Files with Promises or CRDs, for the schemas of requests.
        kind: The form to treat every document as; empty to derive it from the document.
        exclude: Patterns of files and folders to skip.
        policy: File with a PlatformPolicy; empty for the policy of the Promise, else the strict policy.
        strict: Whether a warning is a failure.
        allow_nothing: Whether it is a success if there is nothing to validate.
    """

    output: str = "table"
    promises: Sequence[str] = ()
    kind: str = ""
    exclude: Sequence[str] = ()
    policy: str = ""
    strict: bool = False
    allow_nothing: bool = False


def validate_files(paths: Sequence[str], asked: ValidationOptions) -> ExitCode:
    """Validate files, offline.

    Args:
        paths: Files, folders, or ``-``.
        asked: The options.

    Returns:
        READY if everything is valid, else NOT_READY.

    Raises:
        UsageError: A file cannot be read, there is nothing to validate, or an option has an invalid value.
    """
    if asked.output not in FORMS:
        raise UsageError(f"-o {inert(asked.output, 60)}: expected {', '.join(FORMS)}")
    if asked.kind and asked.kind not in DocumentForm.__members__.values():
        raise UsageError(f"--kind {inert(asked.kind, 60)}: expected {', '.join(DocumentForm)}")
    files = read_sources(paths, sys.stdin.buffer, asked.exclude)
    promises = read_sources(asked.promises, sys.stdin.buffer).sources
    form = DocumentForm(asked.kind) if asked.kind else None
    policy = policy_of(asked.policy) if asked.policy else None
    report = check(files.sources, promises=promises, form=form, policy=policy)
    report = replace(report, left=(*files.left, *report.left))
    _note(report.left)
    if not report.documents and not asked.allow_nothing:
        raise UsageError(f"{inert(', '.join(paths), 400)}: nothing to validate: {_nothing(report)}")
    if asked.output == "table":
        _draw(report)
    else:
        from hctl.documents.findings import spell_findings  # noqa: PLC0415 - only these outputs need it

        sys.stdout.write(spell_findings(report, asked.output))
    sys.stdout.flush()
    failed = report.failed or (asked.strict and bool(report.findings))
    return ExitCode.NOT_READY if failed else ExitCode.READY


def policy_of(file: str) -> Policy:
    """Read the policy that ``--policy`` names.

    Raises:
        UsageError: It cannot be read, or is not a valid policy.
    """
    [source] = read_sources([file], sys.stdin.buffer).sources
    try:
        return read_policy(load(source.data.decode("utf-8-sig")))
    except PolicyError as error:
        raise UsageError(f"--policy {inert(file, 400)}: {error.problems[0].line}") from error
    except (YamlError, UnicodeDecodeError) as error:
        cause = inert(str(error), 200)
        raise UsageError(f"--policy {inert(file, 400)}: not the YAML of one policy: {cause}") from error


def _nothing(report: Report) -> str:
    left = f" ({_left(report)})" if report.left else ""
    if not report.files:
        return f"no file that ends in .yaml, .yml or .json{left}"
    files = count_of(report.files, "file")
    if report.passed_over:
        strangers = count_of(report.passed_over, "document")
        return f"{files} with {strangers}, none of a known kind; give their Promise with --promise{left}"
    return f"{files} without a document{left}"


def _left(report: Report) -> str:
    counts = Counter(item.why for item in report.left)
    counted = (f"{counts[why]} {words[counts[why] > 1]}" for why, words in _LEFT.items() if counts[why])
    return f"skipped: {', '.join(counted)}"


def _note(left: Sequence[LeftAlone]) -> None:
    """List on standard error the files that a user may expect to be read, but that were skipped."""
    named = [f"{inert(item.file, 400)}: {_NOTES[item.why]}" for item in left if item.why in _NOTES]
    more = [f"and {len(named) - _MAX_NOTES} more"] if len(named) > _MAX_NOTES else []
    sys.stderr.writelines(f"hctl: {line}\n" for line in (*named[:_MAX_NOTES], *more))


def _draw(report: Report) -> None:
    console = make_console(sys.stdout)
    for finding in report.findings:
        _line(console, finding)
    console.print(Text(_summary(report)), soft_wrap=True)


def _line(console: Console, finding: Finding) -> None:
    """Print a finding in one line without folding, because editors and CI parse the place from it."""
    color = "red" if finding.severity is Severity.ERROR else "yellow"
    text = Text.assemble(
        (f"{inert(finding.file, 1000)}:{finding.line}:{finding.column}: ", "bold"),
        (f"{finding.severity}: ", f"bold {color}"),
        finding.message,
        (f" ({finding.rule})", "dim"),
    )
    console.print(text, soft_wrap=True)


def _summary(report: Report) -> str:
    errors = sum(finding.severity is Severity.ERROR for finding in report.findings)
    warnings = len(report.findings) - errors
    what = f"{count_of(report.documents, 'document')} in {count_of(report.files, 'file')}"
    notes = [f"{report.passed_over} of other kinds skipped"] if report.passed_over else []
    notes += [_left(report)] if report.left else []
    passed = f" ({'; '.join(notes)})" if notes else ""
    if not report.findings:
        return f"{what}: valid{passed}"
    parts = [count_of(errors, "error")] if errors else []
    parts += [count_of(warnings, "warning")] if warnings else []
    return f"{what}: {', '.join(parts)}{passed}"
