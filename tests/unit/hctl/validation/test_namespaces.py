"""Names from which the manifests of a Promise make a namespace."""

import pytest

from hctl.validation.check import SourceFile, check

from .files import ROOT

WEBAPP = (ROOT / "promise" / "webapp" / "promise.yaml").read_text("utf-8")
LONG = "shop-of-a-team-that-sells-everything"
WHERE = "metadata.name"
ARGS = "args: [render]"
PLACE = "place: app-${metadata.namespace}--${metadata.name}"
SERVICE = "{name: a, namespace: '${variables.place}'}"
PROMISE = f"""\
apiVersion: platform.kratix.io/v1alpha1
kind: Promise
metadata: {{name: webapp}}
spec:
  api:
    apiVersion: apiextensions.k8s.io/v1
    kind: CustomResourceDefinition
    spec:
      group: platform.integratn.tech
      names: {{kind: WebApp, plural: webapps}}
      versions: [{{name: v1alpha1, served: true, storage: true, schema: {{openAPIV3Schema: {{type: object}}}}}}]
  workflows:
    resource:
      configure:
        - spec:
            containers:
              - {ARGS}
                env:
                  - name: MANIFESTS
                    value: |
                      spec:
                        variables:
                          {PLACE}
                        outputs:
                          - manifests:
                              - {{kind: Namespace, metadata: {{name: "${{variables.place}}"}}}}
                              - kind: Service
                                metadata: {SERVICE}
"""


def found(metadata: str, promise: str) -> list[tuple[str, str]]:
    """Rule and path of each finding about a WebApp."""
    request = f"apiVersion: platform.integratn.tech/v1alpha1\nkind: WebApp\nmetadata: {{{metadata}}}\n"
    if promise == WEBAPP:
        request += "spec: {image: x}\n"
    promises = [SourceFile("promise.yaml", promise.encode())]
    report = check([SourceFile("request.yaml", request.encode())], promises=promises)
    return [(finding.rule, finding.path) for finding in report.findings]


@pytest.mark.parametrize(
    ("metadata", "rule"),
    [
        (f"name: {'s' * 53}, namespace: b", ""),
        (f"name: {'s' * 54}, namespace: b", "crd-rule"),
        ("name: shop.v2, namespace: team-b", "crd-rule"),
        ("name: shop--v2, namespace: team-b", "crd-rule"),
        (f"name: {LONG}, namespace: team-b-with-a-long-name", "name-length"),
    ],
)
def test_the_name_of_a_web_app_must_fit_into_its_namespace(metadata: str, rule: str) -> None:
    assert found(metadata, WEBAPP) == ([(rule, WHERE)] if rule else [])


@pytest.mark.parametrize(
    ("metadata", "old", "new", "rule"),
    [
        ("name: shop, namespace: team-b", "", "", ""),
        ("name: shop.v2, namespace: team-b", "", "", "metadata"),
        (f"name: {LONG}, namespace: {LONG}", "", "", "name-length"),
        # kubectl adds the namespace
        (f"name: {LONG}.v2", "", "", ""),
        # the pipeline may resolve it otherwise, or not at all
        ("name: shop.v2, namespace: team-b", ARGS, "args: [render, --variable, place=shop]", ""),
        ("name: shop.v2, namespace: team-b", PLACE, f"wrong: '${{x}}'\n                          {PLACE}", ""),
        # a namespace that the name is no part of, and a manifest that may not be made
        ("name: shop.v2, namespace: team-b", PLACE, "place: shop", ""),
        (
            "name: shop, namespace: team-b", SERVICE,
            "{namespace: a.b, annotations: {render.status.integratn.tech/when: 'false'}}", "",
        ),
    ],
)  # fmt: skip
def test_each_namespace_of_a_template_is_a_label(metadata: str, old: str, new: str, rule: str) -> None:
    assert old in PROMISE
    assert found(metadata, PROMISE.replace(old, new) if old else PROMISE) == ([(rule, WHERE)] if rule else [])
