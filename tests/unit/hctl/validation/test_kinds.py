"""Which kind a document is of: its group and its kind say so together."""

import pytest

from hctl.validation.check import SourceFile, check
from hctl.validation.findings import Report, Severity

from .files import FREE, request

KNATIVE = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: services.serving.knative.dev}
spec:
  group: serving.knative.dev
  names: {kind: Service, plural: services, singular: service}
  scope: Namespaced
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties: {spec: {type: object, properties: {size: {type: string}}}}
    - name: v1beta1
      served: true
      storage: false
      schema:
        openAPIV3Schema: {type: object, xml: {}}
    - name: v1alpha1
      served: false
      storage: false
      schema:
        openAPIV3Schema: {type: object}
"""
INDENTED = KNATIVE.replace("\n", "\n    ").rstrip()
PROMISE = f"""\
apiVersion: platform.kratix.io/v1alpha1
kind: Promise
metadata: {{name: services, labels: {{kratix.io/promise-version: v1}}}}
spec:
  api:
    {INDENTED}
"""
CATEGORIZED = KNATIVE.replace("singular: service", "categories: [platform]")


def document(api: str, kind: str = "Service", spec: str = "{size: small}") -> str:
    return f"apiVersion: {api}\nkind: {kind}\nmetadata: {{name: web, namespace: shop}}\nspec: {spec}\n"


def report_of(*texts: str, beside: str = "") -> Report:
    """What is said of files, the last of which is the one in question."""
    sources = [SourceFile(f"{number}.yaml", text.encode()) for number, text in enumerate(texts)]
    return check(sources, promises=[SourceFile("beside.yaml", beside.encode())] if beside else [], policy=FREE)


def told(*texts: str, beside: str = "") -> list[tuple[str, str, str]] | None:
    """Severity, rule and path of what is said of the last file; None if it is passed over."""
    report, before = report_of(*texts, beside=beside), report_of(*texts[:-1], beside=beside)
    if report.passed_over > before.passed_over:
        return None
    last = f"{len(texts) - 1}.yaml"
    return [(str(item.severity), item.rule, item.path) for item in report.findings if item.file == last]


@pytest.mark.parametrize("known", [KNATIVE, PROMISE, CATEGORIZED], ids=["crd", "promise", "golden-path"])
@pytest.mark.parametrize(
    "api",
    [
        "v1",
        "serving.example.org/v1",
        "networking.knative.dev/v1",
        "knative.dev/v1",
        "serving.knative.com/v1",
        "serving.m.knative.dev/v1",
    ],
)
def test_a_kind_of_another_group_is_another_kind(known: str, api: str) -> None:
    service = document(api, spec="{selector: {app: web}, ports: [{port: 80}]}")
    assert told(known, service) is None
    assert told(service, beside=known) == told(known, service)


def test_a_group_of_a_foreign_crd_is_not_one_of_the_platform() -> None:
    assert told(KNATIVE, document("serving.knative.dev/v1", "Route")) is None
    assert told(KNATIVE, document("serving.knative.dev/v1", "Configuration")) is None
    assert told(KNATIVE, document("servings.knative.dev/v1")) is None


@pytest.mark.parametrize(
    ("kind", "severity"), [("service", "error"), ("SERVICE", "error"), ("", "error"), ("Servise", "warning")]
)
def test_a_slip_in_a_kind_of_a_foreign_group_is_said(kind: str, severity: str) -> None:
    assert told(KNATIVE, document("serving.knative.dev/v1", kind)) == [(severity, "unknown-kind", "kind")]


@pytest.mark.parametrize("known", [PROMISE, CATEGORIZED], ids=["promise", "golden-path"])
def test_in_a_group_of_the_platform_a_kind_without_its_crd_is_said(known: str) -> None:
    assert told(known, document("serving.knative.dev/v1", "Route")) == [("warning", "unknown-kind", "kind")]
    assert told(known, document("serving.knative.dev/v1", "Servise")) == [("error", "unknown-kind", "kind")]


@pytest.mark.parametrize(
    "api", ["servings.knative.dev/v1", "servin.knative.dev/v1", "servong.knative.dev/v1", "v1beta1"]
)
def test_a_slip_in_a_group_of_the_platform_is_found(api: str) -> None:
    report = report_of(PROMISE, document(api))
    (finding,) = (item for item in report.findings if item.file == "1.yaml")
    assert (finding.rule, finding.severity) == ("api-version", Severity.ERROR)
    assert finding.message == f"apiVersion: found {api}, expected serving.knative.dev/v1"


@pytest.mark.parametrize("api", ["v1", "v1alpha1", "platform.integratn.tec/v1alpha1"])
def test_our_own_kind_is_ours_without_its_group_too(api: str) -> None:
    text = request().replace("platform.integratn.tech/v1alpha1", api)
    assert told(text) == [("error", "api-version", "apiVersion")]


def test_our_own_kind_in_the_group_of_somebody_else_is_theirs() -> None:
    assert told(request().replace("platform.integratn.tech", "vclusters.example.org")) is None


@pytest.mark.parametrize(
    ("api", "kind", "expected"),
    [
        ("platform.acme.io/v1", "Promise", None),
        ("example.org/v1", "Manifests", None),
        ("example.org/v1", "StatusContract", None),
        ("kratix.io/v1alpha1", "Promise", "platform.kratix.io/v1alpha1"),
        ("platforms.kratix.io/v1alpha1", "Promise", "platform.kratix.io/v1alpha1"),
        ("v1alpha1", "Promise", "platform.kratix.io/v1alpha1"),
        ("platform.kratix.io/v1", "Manifests", "status.integratn.tech/v1"),
        ("statuses.integratn.tech/v1", "StatusContract", None),
        ("statu.integratn.tech/v1", "StatusContract", "status.integratn.tech/v1"),
        ("v1", "StatusContract", "status.integratn.tech/v1"),
    ],
)
def test_kinds_of_kratix_and_of_ours_go_by_their_group_too(api: str, kind: str, expected: str | None) -> None:
    report = report_of(document(api, kind))
    assert [item.expected for item in report.findings] == ([expected] if expected else [])
    assert report.passed_over == (expected is None)


def test_a_document_of_the_group_and_the_kind_is_held_against_its_version() -> None:
    assert told(KNATIVE, document("serving.knative.dev/v1")) == []
    assert told(KNATIVE, document("serving.knative.dev/v1", spec="{sise: small}")) == [("error", "typo", "spec.sise")]


@pytest.mark.parametrize("version", ["v2", "v1alpha1"])
def test_a_version_that_the_crd_does_not_serve_is_found(version: str) -> None:
    report = report_of(KNATIVE, document(f"serving.knative.dev/{version}"))
    (finding,) = (item for item in report.findings if item.file == "1.yaml")
    assert (finding.rule, finding.severity) == ("api-version", Severity.ERROR)
    assert finding.expected == "serving.knative.dev/v1beta1 or serving.knative.dev/v1"


def test_a_version_whose_schema_cannot_be_read_is_there_all_the_same() -> None:
    assert told(KNATIVE, document("serving.knative.dev/v1beta1", spec="{any: thing}")) == []


def test_a_core_service_beside_the_crd_of_knative_is_passed_over() -> None:
    """Case 06: the CRD, a core Service, a request of ours."""
    report = report_of(KNATIVE, document("v1", spec="{selector: {app: web}, ports: [{port: 80}]}"), request())
    assert (report.findings, report.documents, report.passed_over) == ((), 1, 2)
