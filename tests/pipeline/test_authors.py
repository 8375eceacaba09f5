"""docs/authors.md: every snippet is used and every command is run, in the order of the page, as its reader would."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hctl.documents.outputs import render
from platform_status_contract.model.conditions import condition_type, role_condition
from platform_status_contract.model.contract import Thresholds
from platform_status_contract.model.template import ContractTemplate
from platform_status_contract.model.vocabulary import ConditionType, Phase, Reason
from platform_status_contract.rules.observation import Workflow
from platform_status_contract.template.yaml_text import dump, load, load_all
from platform_status_contract.validation import CONTRACT, load_schema, validate
from platform_status_contract.validation.reference_words import FREE
from platform_status_pipeline.template.outputs import read
from platform_status_pipeline.template.resolve import read_template, resolve
from tests.lives.telling import Chapter, Story, tell
from tests.unit.pipeline.promises import refusals

from .kratix_folders import ROOT, KratixFolders
from .promise_containers import containers

PAGE = (ROOT / "docs" / "authors.md").read_text("utf-8")
HERE = "# here the text of contract.yaml, indented like this line\n"
OWN = "REGISTRY.invalid/your/own:1.0.0"


@dataclass(frozen=True)
class Fence:
    """A fenced block.

    Attributes:
        language: What stands behind the fence.
        text: Its content.
        file: The file that it is, if the page names one right before it.
    """

    language: str
    text: str
    file: str


def fences(text: str) -> list[Fence]:
    found = re.finditer(r"(?:^`([-\w./]+)`:\n\n)?^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [Fence(match[2], match[3], match[1] or "") for match in found]


def section(number: int) -> str:
    (text,) = re.findall(rf"^## {number}\. .*?(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    return str(text)


def table(number: int, which: int = 0) -> list[list[str]]:
    """Rows of a table of a section, without its head; code marks are taken off."""
    tables = re.findall(r"(?:^\|.*\n)+", section(number), re.MULTILINE)
    rows = [[cell.strip() for cell in row.strip().strip("|").split("|")] for row in tables[which].splitlines()]
    return [[cell.replace("`", "") for cell in row] for row in rows[2:]]


def files() -> dict[str, str]:
    return {fence.file: fence.text for fence in fences(PAGE) if fence.file}


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with every file of the page."""
    for name, text in files().items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def typed(folder: Path, commands: str) -> str:
    """Run commands as typed; returns what the terminal shows. Nothing of ours is in the environment but the PATH."""
    done = subprocess.run(  # noqa: S603 - commands of a page of ours
        ["/bin/sh", "-ec", commands],
        cwd=folder,
        env={"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "SETTLE_SECONDS": "0"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode in {0, 1}, done.stdout
    return done.stdout


def promise(template: str = "contract.yaml") -> dict[str, Any]:
    """The Promise of the page, with what it leaves to its reader: the text of a template of the page, and a CRD."""
    text = files()["promise.yaml"]
    assert HERE in text
    document = load(text)
    assert isinstance(document, dict)
    for pipeline in document["spec"]["workflows"]["resource"]["configure"]:
        for container in pipeline["spec"]["containers"]:
            for variable in container.get("env", ()):
                assert variable["value"] == HERE
                variable["value"] = files()[template]
    schema = {"type": "object", "properties": {"spec": {"type": "object"}}}
    names = {"kind": "Cache", "plural": "caches", "singular": "cache"}
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}, **columns()}
    document["spec"]["api"] = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "caches.example.org"},
        "spec": {"group": "example.org", "scope": "Namespaced", "names": names, "versions": [version]},
    }
    return document


def columns() -> dict[str, Any]:
    """The printer columns of the page."""
    found = load(files()["columns.yaml"])
    assert isinstance(found, dict)
    return found


def test_the_printer_columns_of_the_page_show_what_the_status_has() -> None:
    folder = ROOT / "tests" / "golden" / "documents" / "status" / "valid"
    status = msgspec.convert(load((folder / "ready.yaml").read_text("utf-8")), dict[str, Any])
    status["health"]["objects"] = {"ready": 1, "total": 1, "summary": "1/1"}
    status["endpoints"] |= {"docs": "https://caches.example.com"}
    whole = {"status": status, "metadata": {"creationTimestamp": "2026-02-26T10:00:00Z"}}
    for column in columns()["additionalPrinterColumns"]:
        assert render(column["jsonPath"], whole), column


def test_every_fence_is_of_a_kind_that_a_test_here_uses() -> None:
    found = fences(PAGE)
    assert PAGE.count("```") == 2 * len(found)
    assert {fence.language for fence in found} == {"yaml", "sh", "text"}
    assert set(files()) == {
        "contract.yaml",
        "in/object.yaml",
        "promise.yaml",
        "columns.yaml",
        "manifests.yaml",
        "queue.yaml",
        "mine/outputs/queue.yaml",
    }
    assert all(fence.file for number in (1, 2, 3, 6) for fence in fences(section(number)) if fence.language == "yaml")


def test_every_command_shows_just_what_the_page_says(desk: Path) -> None:
    found = [fence for number in (*range(1, 7), 8) for fence in fences(section(number))]
    runs = [(fence, found[index + 1]) for index, fence in enumerate(found) if fence.language == "sh"]
    assert len(runs) == 4
    for commands, shown in runs:
        assert shown.language == "text"
        assert typed(desk, commands.text) == shown.text


def test_every_template_of_the_page_is_valid() -> None:
    assert validate(load(files()["contract.yaml"]), "statuscontract") == ()
    assert len(read(load(files()["manifests.yaml"])).spec.outputs) == 1


def test_kratix_would_take_the_promise_of_the_page() -> None:
    assert refusals(promise()) == []


def test_the_containers_of_the_page_run_in_the_promise_of_the_page(tmp_path: Path) -> None:
    kratix = KratixFolders(tmp_path / "request")
    kratix.ask(load_mapping(files()["in/object.yaml"]))
    (contract,) = (item for item in containers(with_args(promise())) if item.name == "contract")
    assert contract.run(kratix).returncode == 0
    assert validate(kratix.status["contract"], CONTRACT) == ()
    (delete,) = containers(promise(), action="delete")
    assert delete.run(kratix).returncode == 0
    assert kratix.status["phase"] == "Deleting"


def test_the_sidecar_of_the_page_goes_by_the_name_that_the_page_gives_its_account(tmp_path: Path) -> None:
    kratix = KratixFolders(tmp_path / "promise")
    kratix.ask(promise())
    (sidecar,) = containers(promise(), "promise")
    done = sidecar.run(kratix, SIDECAR_PARTS=str(ROOT / "promise" / "sidecar"), KRATIX_WORKFLOW_TYPE="promise")
    assert done.returncode == 0, done.stderr
    made = "".join(content.decode() for content in kratix.files.values())
    (account,) = (
        subject
        for manifest in load_mapping(files()["manifests.yaml"])["spec"]["outputs"][0]["manifests"]
        for subject in manifest.get("subjects", ())
    )
    assert f"serviceAccountName: {account['name']}\n" in made
    assert f"namespace: {account['namespace']}\n" in made
    assert "--resource=caches.v1.example.org" in made


def test_the_objects_of_the_page_are_read_with_just_the_rights_that_it_tells(tmp_path: Path) -> None:
    kratix = KratixFolders(tmp_path / "promise")
    document = promise("queue.yaml")
    kratix.ask(document)
    (sidecar,) = containers(document, "promise")
    done = sidecar.run(kratix, SIDECAR_PARTS=str(ROOT / "promise" / "sidecar"), KRATIX_WORKFLOW_TYPE="promise")
    assert done.returncode == 0, done.stderr
    made = [item for content in kratix.files.values() for item in load_all(content.decode())]
    roles = [item for item in made if isinstance(item, dict) and item["kind"] == "ClusterRole"]
    rules = [rule for role in roles for rule in role["rules"]]
    for group, resource in (
        ("apps", "statefulsets"),
        ("external-secrets.io", "externalsecrets"),
        ("rabbitmq.com", "rabbitmqclusters"),
    ):
        (found,) = (rule for rule in rules if group in rule["apiGroups"] and resource in rule["resources"])
        assert set(found["verbs"]) == {"list", "watch"}
    assert not any("secrets" in rule["resources"] for rule in rules)


def test_the_conditions_of_its_objects_are_those_that_the_page_tells() -> None:
    resolved = resolve(read_template(load(files()["queue.yaml"])), load_mapping(files()["in/object.yaml"]))
    conditions = [condition_type(entry["name"]) for entry in resolved.contract["objects"]]
    assert conditions == ["StoreReady", "PasswordReady", "BrokerReady"]
    told = ", ".join(conditions[:-1]) + f" and {conditions[-1]}"
    (secret,) = resolved.contract["secrets"]
    assert f"The conditions are {told}, and {role_condition(secret['role'])} of the Secret." in section(8)


def test_the_annotation_of_the_page_carries_the_generation_of_the_request(desk: Path) -> None:
    stamp = next(
        fence.text for fence in fences(section(8)) if fence.language == "yaml" and "annotations:" in fence.text
    )
    template = load_mapping(files()["manifests.yaml"])
    template["spec"]["outputs"][0]["manifests"][0]["metadata"].update(load_mapping(stamp))
    (desk / "manifests.yaml").write_text(dump(template), "utf-8")
    typed(desk, next(fence.text for fence in fences(section(6)) if fence.language == "sh"))
    made = next(item for item in load_all((desk / "out" / "cache.yaml").read_text("utf-8")) if isinstance(item, dict))
    (entry,) = (item for item in entries_of_queue() if item.get("generationAnnotation"))
    assert made["metadata"]["annotations"] == {entry["generationAnnotation"]: "1"}


def test_the_outputs_of_the_page_are_found_and_marked(desk: Path) -> None:
    part = next(fence.text for fence in fences(section(8)) if fence.text.startswith("outputs:"))
    template = load_mapping(files()["queue.yaml"])
    del template["spec"]["contract"]["objects"]
    template["spec"]["contract"].update(load_mapping(part))
    (desk / "queue.yaml").write_text(dump(template), "utf-8")
    store = {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "sessions", "namespace": "team-a"}}
    (desk / "out").mkdir()
    (desk / "out" / "store.yaml").write_text(dump(store), "utf-8")
    command = (
        "platform-status-pipeline contract --template queue.yaml --input-dir in --output-dir out --metadata-dir meta"
    )
    assert typed(desk, f"KRATIX_PROMISE_NAME=queue {command}") == "resolved queue.yaml for generation 1\n"
    (entry,) = load_mapping((desk / "meta" / "status.yaml").read_text("utf-8"))["contract"]["objects"]
    assert (entry["name"], entry["object"]) == ("store", "sessions")
    marks = load_mapping((desk / "out" / "store.yaml").read_text("utf-8"))["metadata"]
    assert all(f"`{label}`" in section(8) for label in marks["labels"])
    assert marks["annotations"] == {entry["generationAnnotation"]: "1"}


def test_the_pipeline_of_the_page_waits_for_a_condition_of_the_page(tmp_path: Path) -> None:
    pipeline = load_mapping(next(fence.text for fence in fences(section(8)) if "args: [wait" in fence.text))
    document = with_args(promise("queue.yaml"))
    document["spec"]["workflows"]["resource"]["configure"].append(pipeline)
    assert refusals(document) == []
    kratix = KratixFolders(tmp_path / "request")
    request = load_mapping(files()["in/object.yaml"])
    contract = resolve(read_template(load(files()["queue.yaml"])), request).contract
    kratix.ask({**request, "status": {"contract": contract, "health": {"observedGeneration": 1}}})
    wait = next(container for container in containers(document) if container.name == "wait")
    done = wait.run(kratix)
    assert done.stderr == "waiting: there is no condition BrokerReady yet; the next look is in 15 s\n"
    assert condition_type("broker") == "BrokerReady"


def entries_of_queue() -> list[dict[str, Any]]:
    """The objects of section 8."""
    entries: list[dict[str, Any]] = load_mapping(files()["queue.yaml"])["spec"]["contract"]["objects"]
    return entries


def load_mapping(text: str) -> dict[str, Any]:
    document = load(text)
    assert isinstance(document, dict)
    return document


def with_args(document: dict[str, Any]) -> dict[str, Any]:
    """The reader's own container has no arguments; ours all have."""
    for pipeline in document["spec"]["workflows"]["resource"]["configure"]:
        for container in pipeline["spec"]["containers"]:
            assert ("args" in container) == (container["image"] != OWN)
            container.setdefault("args", ["none"])
    return document


# -- section 7: the messages


def mistakes() -> Iterator[tuple[str, str, str]]:
    """Fragment of a contract, what is said about it, and which command says so."""
    text = section(7)
    border = text.index("Errors of the container `contract`")
    for part, command in ((text[:border], "validate"), (text[border:], "contract")):
        found = fences(part)
        for wrong, said in zip(found[::2], found[1::2], strict=True):
            assert (wrong.language, said.language) == ("yaml", "text")
            yield wrong.text, said.text, command


@pytest.mark.parametrize(("wrong", "said", "command"), list(mistakes()))
def test_every_mistake_gets_just_the_message_of_the_page(desk: Path, wrong: str, said: str, command: str) -> None:
    template = load_mapping(files()["contract.yaml"])
    template["spec"]["contract"].update(load_mapping(wrong))
    (desk / "contract.yaml").write_text(dump(template), "utf-8")
    commands = {
        "validate": "hctl validate contract.yaml",
        "contract": "KRATIX_DRY_RUN=true platform-status-pipeline contract --template contract.yaml --input-dir in "
        "--output-dir out --metadata-dir meta",
    }
    shown = typed(desk, commands[command])
    if command == "validate":
        place, _, rest = shown.partition(": error: ")
        assert re.fullmatch(r"contract\.yaml:[0-9]+:[0-9]+", place)
        assert re.sub(r" \((?:typo|schema)\)\n1 document in 1 file: 1 error\n\Z", "\n", rest) == said
    else:
        assert shown == said


def test_every_reason_of_the_page_exists() -> None:
    reasons = {name.strip() for row in table(7) for name in row[0].removesuffix(", for long").split(",")}
    assert reasons <= {reason.value for reason in Reason}
    assert len(reasons) == 9


# -- sections 4 and 5: the tables


def test_the_table_of_parts_names_every_source_and_its_conditions() -> None:
    rows = {row[0]: {name.strip() for name in row[1].partition(", such as")[0].split(",")} for row in table(4)}
    parts = {field.encode_name for field in msgspec.structs.fields(ContractTemplate)}
    assert set(rows) == parts - {"displayName", "name", "thresholds", "annotations"}
    assert rows.pop("outputs") == {"as objects"}
    schema = load_schema(CONTRACT)
    described = {key: str({**value, **schema["$defs"].get(key, {})}) for key, value in schema["properties"].items()}
    for part, conditions in rows.items():
        assert conditions <= {*ConditionType, FREE, "ROLEAvailable"}
        assert all(condition in described[part] for condition in conditions), part
    assert set().union(*rows.values()) == {*ConditionType, FREE, "ROLEAvailable"} - {"Ready"}


def test_the_table_of_thresholds_tells_the_defaults() -> None:
    told = {row[0]: float(row[1]) for row in table(5)}
    fields = {field.encode_name: float(field.default) for field in msgspec.structs.fields(Thresholds)}
    assert told == fields


def test_the_story_of_the_four_pods_goes_as_the_page_tells_it() -> None:
    world: dict[str, dict[str, object] | None] = {
        "four pods are ready": {
            "workflow": Workflow.COMPLETED.value,
            "contract": 1,
            "observes": ["works", "workloads"],
            "works": "written",
            "thresholds": {"degradedAfterSeconds": 30, "failedAfterSeconds": 300},
            "pods": {"ready": 4},
        },
        "one breaks": {"pods": {"ready": 3, "down": 1}},
        "two more break": {"pods": {"ready": 1, "down": 3}},
        "all are back": {"pods": {"ready": 4}},
        "nothing": None,
    }
    assert "`degradedAfterSeconds: 30` and `failedAfterSeconds: 300`" in section(5)
    rows = table(5, 1)
    life = [Chapter(at=row[0], world=changes) for row in rows if (changes := world[row[1]]) is not None]
    lines = [f"{row[0]} {row[2]} {row[3]}" for row in rows]
    assert {row[2] for row in rows} < {phase.value for phase in Phase}
    # a change that leaves phase and reason as they were is a row of the page, and no line of the story
    befores = ["", *lines[:-1]]
    changed = [line for line, before in zip(lines, befores, strict=True) if line.split()[1:] != before.split()[1:]]
    assert tell(Story(story="", life=life, phases=[])).phases == changed
