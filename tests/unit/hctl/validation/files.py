"""Documents to validate, and what is found in them, in short."""

from pathlib import Path
from textwrap import dedent

from hctl.validation.check import DocumentForm, SourceFile, check
from hctl.validation.findings import Finding, Report
from platform_status_contract.policy.read import shipped_policy

__all__ = ["FREE", "ROOT", "TEMPLATE", "checked", "found", "request", "rules", "template"]

ROOT = Path(__file__).resolve().parents[4]

FREE = shipped_policy("single-tenant")
"""Allows everything, so what is found is about the rest; `test_policies` is about policies."""

TEMPLATE = """\
apiVersion: status.integratn.tech/v1
kind: StatusContract
metadata: {name: vcluster}
spec:
  contract:
    displayName: VCluster
    name: ${spec.name}
    works: true
"""


def checked(text: str | bytes, *, form: DocumentForm | None = None, promise: str = "", name: str = "a.yaml") -> Report:
    """Validate one file."""
    data = text if isinstance(text, bytes) else dedent(text).encode()
    promises = [SourceFile(promise, (ROOT / promise).read_bytes())] if promise else []
    return check([SourceFile(name, data)], promises=promises, form=form, policy=FREE)


def found(text: str | bytes, *, form: DocumentForm | None = None, promise: str = "") -> tuple[Finding, ...]:
    """What is found in one file."""
    return checked(text, form=form, promise=promise).findings


def rules(text: str | bytes, *, form: DocumentForm | None = None, promise: str = "") -> list[tuple[str, str]]:
    """Rule and path of each finding."""
    return [(finding.rule, finding.path) for finding in found(text, form=form, promise=promise)]


def request(spec: str = "", metadata: str = "name: media") -> str:
    """A request with a part of a spec, in one line of YAML each."""
    return (
        "apiVersion: platform.integratn.tech/v1alpha1\nkind: VClusterOrchestratorV2\n"
        f"metadata: {{{metadata}}}\nspec: {{name: media{', ' if spec else ''}{spec}}}\n"
    )


def template(contract: str = "", variables: str = "") -> str:
    """A template with lines of a contract and a mapping of variables."""
    return f"{TEMPLATE}{contract}  variables: {{{variables}}}\n"
