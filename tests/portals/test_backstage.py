"""portals/backstage: what Backstage's own packages say of each file, and that nothing in it drifts from the CRDs."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

from .packages import node, node_modules

ROOT = Path(__file__).parents[2]
PORTAL = ROOT / "portals" / "backstage"
SKELETON = PORTAL / "webapp" / "skeleton"
CRDS = ("promise/webapp/crd.yaml", "promise/crds/vclusterorchestratorv2s.yaml")
KINDS = ("API", "Component", "Location", "System")
FULL = {
    "name": "shop",
    "namespace": "team-a",
    "owner": "group:default/team-a",
    "image": "REGISTRY.invalid/team-a/shop:1.4.2",
    "replicas": 2,
    "port": 8080,
    "host": "shop.team-a.example.com",
}
FORMS = {
    "all that can be given": FULL,
    "no host": {key: value for key, value in FULL.items() if key != "host"},
    "words that YAML reads as something else": FULL
    | {"name": "123", "namespace": "null", "host": "1.null.example.com"},
    "an image that would end its line": FULL | {"image": 'x"\n  replicas: 20 # {'},
    "the longest names": FULL | {"name": "n" * 27, "namespace": "s" * 27, "host": f"shop.{'s' * 27}.example.com"},
}


@dataclass(frozen=True)
class Backstage:
    """What Backstage's packages answered.

    Attributes:
        schemas: Its JSON Schemas, by their `$id`.
        refused: Why each entity is refused by its rules for names, labels and annotations; None is accepted.
        rendered: The texts, in the order of the question.
    """

    schemas: dict[str, dict[str, Any]]
    refused: list[str | None]
    rendered: list[str]


def ask(entities: list[Any] | None = None, texts: list[dict[str, Any]] | None = None) -> Backstage:
    question = {"kinds": KINDS, "entities": entities or [], "texts": texts or []}
    done = subprocess.run(  # noqa: S603 - the Node.js of the machine
        [node(), str(Path(__file__).with_name("backstage.cjs")), str(node_modules())],
        input=json.dumps(question),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    return Backstage({schema["$id"]: schema for schema in answer["schemas"]}, answer["refused"], answer["rendered"])


def faults(entities: list[Any]) -> list[str]:
    """Return what Backstage finds wrong with entities."""
    backstage = ask(entities)
    found = [reason for reason in backstage.refused if reason is not None]
    registry: Registry[Any] = Registry().with_resources(
        (name, Resource.from_contents(schema, DRAFT7)) for name, schema in backstage.schemas.items()
    )
    for entity in entities:
        name = {"Template": "TemplateV1beta3", "API": "ApiV1alpha1"}.get(entity["kind"], f"{entity['kind']}V1alpha1")
        rules = jsonschema.Draft7Validator({"$ref": name}, registry=registry)
        found += [f"{entity['kind']} {error.json_path}: {error.message}" for error in rules.iter_errors(entity)]
    return found


def catalog() -> list[Any]:
    """Return the entities of the catalog, with `$text` replaced as Backstage does."""
    entities = list(yaml.safe_load_all((PORTAL / "catalog-info.yaml").read_text("utf-8")))
    for entity in entities:
        if entity["kind"] == "API":
            entity["spec"]["definition"] = (PORTAL / entity["spec"]["definition"]["$text"]).read_text("utf-8")
    return entities


def template() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((PORTAL / "webapp" / "template.yaml").read_text("utf-8"))
    return found


def crd(path: str) -> dict[str, Any]:
    spec: dict[str, Any] = yaml.safe_load((ROOT / path).read_text("utf-8"))["spec"]
    return spec


def form() -> dict[str, Any]:
    """Return the properties of the first page of the form."""
    properties: dict[str, Any] = template()["spec"]["parameters"][0]["properties"]
    return properties


def write(values: dict[str, Any]) -> tuple[Any, Any]:
    """Return the request and the entity that the template writes for values."""
    names = ("request.yaml", "catalog-info.yaml")
    texts = [{"text": (SKELETON / name).read_text("utf-8"), "values": values} for name in names]
    request, entity = (yaml.safe_load(text) for text in ask(texts=texts).rendered)
    return request, entity


def test_backstage_takes_the_catalog_and_the_template() -> None:
    assert faults([*catalog(), template()]) == []


def test_faults_would_be_found() -> None:
    system, api, *_ = catalog()
    del system["spec"]["owner"]
    api["metadata"]["annotations"] = {"not a key": "x"}
    broken = template()
    del broken["spec"]["steps"][0]["action"]
    found = "\n".join(faults([system, api, broken]))
    for words in ("System $.spec: 'owner' is a required property", "annotations.not a key", "'action' is a required"):
        assert words in found


def test_each_name_leads_to_an_entity_and_each_file_is_there() -> None:
    names = {(entity["kind"], entity["metadata"]["name"]) for entity in catalog()}
    written = write(FULL)[1]
    for entity in [*catalog(), written]:
        spec = entity["spec"]
        assert {("System", spec[key]) for key in ("system",) if key in spec} <= names
        assert {("API", name) for key in ("providesApis", "consumesApis") for name in spec.get(key, [])} <= names
        assert entity["kind"] != "Location" or (PORTAL / spec["target"]).is_file()
    assert sorted(
        yaml.safe_load(entity["spec"]["definition"])["kind"] for entity in catalog() if "definition" in entity["spec"]
    ) == ["CustomResourceDefinition"] * len(CRDS)


def test_backstage_takes_the_configuration_and_it_names_our_kinds() -> None:
    ours = yaml.safe_load((PORTAL / "app-config.yaml").read_text("utf-8"))
    whole = {
        "kubernetes": {"serviceLocatorMethod": {"type": "multiTenant"}, "clusterLocatorMethods": []}
        | ours["kubernetes"]
    }
    schema = json.loads((node_modules() / "@backstage/plugin-kubernetes-backend/config.schema.json").read_text("utf-8"))
    jsonschema.Draft7Validator(schema).validate(whole)
    assert ours["kubernetes"]["customResources"] == [
        {"group": spec["group"], "apiVersion": spec["versions"][0]["name"], "plural": spec["names"]["plural"]}
        for spec in map(crd, CRDS)
    ]
    del whole["kubernetes"]["customResources"][0]["plural"]
    assert not jsonschema.Draft7Validator(schema).is_valid(whole)


def test_the_form_asks_for_what_the_request_takes_within_the_same_bounds() -> None:
    spec = crd(CRDS[0])["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]
    common = form().keys() & spec["properties"].keys()
    assert common == spec["properties"].keys() - {"env"}
    for name in common:
        words = {key: value for key, value in form()[name].items() if key != "title"}
        assert words == spec["properties"][name]
    assert set(spec["required"]) <= set(template()["spec"]["parameters"][0]["required"])
    values = template()["spec"]["steps"][0]["input"]["values"]
    assert values == {name: f"${{{{ parameters.{name} }}}}" for name in form()}


@pytest.mark.parametrize("values", FORMS.values(), ids=FORMS.keys())
def test_what_it_writes_is_a_valid_request_and_an_entity_that_finds_it(values: dict[str, Any], tmp_path: Path) -> None:
    jsonschema.Draft7Validator(template()["spec"]["parameters"][0]).validate(values)
    request, entity = write(values)
    assert request["metadata"]["name"] == values["name"]
    assert request["metadata"]["namespace"] == values["namespace"]
    assert request["spec"] == {key: values[key] for key in ("image", "replicas", "port", "host") if key in values}
    (key, label) = next(iter(request["metadata"]["labels"].items()))
    annotations = entity["metadata"]["annotations"]
    assert annotations["backstage.io/kubernetes-label-selector"] == f"{key}={label}"
    assert annotations["backstage.io/kubernetes-namespace"] == values["namespace"]
    assert entity["spec"]["owner"] == values["owner"]
    assert faults([entity]) == []
    file = tmp_path / "request.yaml"
    file.write_text(yaml.safe_dump(request), "utf-8")
    done = subprocess.run(  # noqa: S603 - the hctl of this environment
        [
            str(Path(sys.executable).with_name("hctl")),
            "validate",
            str(file),
            "--promise",
            str(ROOT / "promise/webapp/promise.yaml"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["A", "a--b", "a_b", "", "a" * 32, "../up"])
def test_the_form_refuses_a_name_that_the_platform_would_refuse(name: str) -> None:
    assert not jsonschema.Draft7Validator(template()["spec"]["parameters"][0]).is_valid(FULL | {"name": name})
