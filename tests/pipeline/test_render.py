"""render over real folders, and the templates that the Promises carry."""

from pathlib import Path
from typing import Any

import pytest

from platform_status_contract.template.yaml_text import dump, load
from platform_status_demo.authored import expanded

from .kratix_folders import ROOT, KratixFolders
from .promise_containers import containers, read_promise, rendered

REQUEST: dict[str, Any] = {
    "apiVersion": "example.org/v1",
    "kind": "Widget",
    "metadata": {"name": "w", "namespace": "team", "generation": 1},
    "spec": {"name": "media"},
}
CARRIERS = {
    "webapp": {"render": "manifests.yaml", "contract": "contract.yaml"},
    "subpromises/argocd-project": {"render": "manifests.yaml"},
    "subpromises/argocd-application": {"render": "manifests.yaml"},
    "subpromises/argocd-cluster-registration": {"render": "manifests.yaml"},
}


def config_map(name: str = "${metadata.name}") -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}}


def template(**spec: Any) -> str:  # noqa: ANN401 - any JSON
    spec.setdefault(
        "outputs",
        [
            {"manifests": [config_map()]},
            {"folder": "platform", "destination": {"environment": "platform"}, "manifests": [config_map()]},
        ],
    )
    head = {"apiVersion": "status.integratn.tech/v1", "kind": "Manifests", "metadata": {"name": "widget"}}
    return dump({**head, "spec": spec})


@pytest.fixture
def kratix(tmp_path: Path) -> KratixFolders:
    folders = KratixFolders(tmp_path / "kratix")
    folders.ask(REQUEST)
    return folders


def test_it_writes_a_file_per_folder_and_where_each_goes(kratix: KratixFolders) -> None:
    done = kratix.run("render", MANIFESTS=template())
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "wrote widget.yaml, platform/widget.yaml\n"
    assert {name: load(content.decode()) for name, content in kratix.files.items()} == {
        "output/widget.yaml": config_map("w"),
        "output/platform/widget.yaml": config_map("w"),
        "metadata/destination-selectors.yaml": [{"directory": "platform", "matchLabels": {"environment": "platform"}}],
        "metadata/status.yaml": {"problems": []},
    }


def test_a_second_attempt_in_the_same_folders_gives_the_same_bytes(kratix: KratixFolders) -> None:
    assert kratix.run("render", MANIFESTS=template()).returncode == 0
    first = kratix.files
    assert kratix.run("render", MANIFESTS=template()).returncode == 0
    assert kratix.files == first


def test_what_earlier_containers_left_stays(kratix: KratixFolders) -> None:
    theirs = {"directory": "theirs", "matchLabels": {"a": "b"}}
    (kratix.metadata / "destination-selectors.yaml").write_text(dump([theirs]))
    (kratix.metadata / "status.yaml").write_text(dump({"own": 1}))
    (kratix.output / "other.yaml").write_text("kind: Other\n")
    assert kratix.run("render", MANIFESTS=template()).returncode == 0
    selectors = load((kratix.metadata / "destination-selectors.yaml").read_text())
    assert selectors == [theirs, {"directory": "platform", "matchLabels": {"environment": "platform"}}]
    assert kratix.status == {"own": 1, "problems": []}
    assert (kratix.output / "other.yaml").exists()


def test_a_refusal_leaves_none_of_our_files_behind(kratix: KratixFolders) -> None:
    assert kratix.run("render", MANIFESTS=template()).returncode == 0
    wrong = template(outputs=[{"manifests": [config_map("${spec.nope}")]}])
    done = kratix.run("render", MANIFESTS=wrong, KRATIX_DRY_RUN="true")
    assert done.returncode == 1
    assert done.stderr.startswith("spec.outputs[0].manifests[0].metadata.name: ${spec.nope}: ")
    assert "output/widget.yaml" not in kratix.files


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("a: [", "MANIFESTS: not the YAML of one object: "),
        ("- a\n", "template: Expected `object`, got `array`; see pipeline/README.md"),
        ("kind: StatusContract\n", "kind: Invalid enum value 'StatusContract'; see pipeline/README.md"),
    ],
)
def test_a_template_that_is_none_is_told_by_name(kratix: KratixFolders, text: str, cause: str) -> None:
    done = kratix.run("render", MANIFESTS=text, KRATIX_DRY_RUN="true")
    assert done.returncode == 1
    assert done.stderr.startswith(cause)


def test_a_request_that_is_being_deleted_needs_no_manifests(kratix: KratixFolders) -> None:
    done = kratix.run("render", MANIFESTS=template(), KRATIX_WORKFLOW_ACTION="delete")
    assert (done.returncode, kratix.files) == (0, {})


def test_a_variable_may_be_given_on_the_command_line_and_a_file_wins_over_the_environment(
    kratix: KratixFolders, tmp_path: Path
) -> None:
    file = tmp_path / "manifests.yaml"
    file.write_text(template(variables={"name": "theirs"}, outputs=[{"manifests": [config_map("${variables.name}")]}]))
    done = kratix.run("render", "--template", str(file), "--variable", "name=mine", MANIFESTS=template())
    assert done.returncode == 0
    assert load(kratix.files["output/widget.yaml"].decode()) == config_map("mine")


def test_a_deleted_request_of_any_kind_is_named_as_its_contract_does(kratix: KratixFolders) -> None:
    for status, name in (
        ({"contract": {"displayName": "Web app", "name": "shop"}}, "Web app shop"),
        ({"contract": {"displayName": ["hostile"], "name": 1}}, "Widget w"),
        ({"contract": "hostile"}, "Widget w"),
        ("hostile", "Widget w"),
    ):
        kratix.ask({**REQUEST, "status": status})
        assert kratix.run("delete").returncode == 0
        assert kratix.status == {"phase": "Deleting", "message": f"{name} is being deleted"}


# -- the Promises that carry such templates


@pytest.mark.parametrize("folder", CARRIERS)
def test_a_container_gets_the_template_exactly_as_its_part_says(folder: str) -> None:
    variables = {"render": "MANIFESTS", "contract": "STATUS_CONTRACT"}
    found = {container.name: container for container in containers(read_promise(folder))}
    assert set(found) == set(CARRIERS[folder])
    for name, part in CARRIERS[folder].items():
        text = (ROOT / "promise" / folder / part).read_text("utf-8")
        env = {key: value for key, value in found[name].env.items() if key != "PLATFORM_POLICY"}
        assert env == {variables[name]: text}
        assert found[name].args == (name,)


def test_a_pod_reads_dollars_in_its_own_way() -> None:
    variables = [{"name": "A", "value": "x"}, {"name": "B", "value": "$(A) $$(A) $$${c} ${d} $(Z) $e"}]
    assert expanded(variables)["B"] == "x $(A) $${c} ${d} $(Z) $e"


def test_two_sidecars_differ_by_what_their_promises_say_about_themselves(tmp_path: Path) -> None:
    def manifests(folder: str, name: str, plural: str) -> str:
        # what tenants may ask for, and where their contracts may look, is the policy's business and differs
        promise = read_promise(folder, policy="platform-single-tenant.yaml")
        kratix = KratixFolders(tmp_path / name)
        kratix.ask(promise)
        (container,) = containers(promise, "promise")
        parts = str(ROOT / "promise" / "sidecar")
        assert container.run(kratix, SIDECAR_PARTS=parts, KRATIX_WORKFLOW_TYPE="promise").returncode == 0
        text = "".join(f"{path}\n{content.decode()}" for path, content in kratix.files.items())
        assert f"--resource={plural}.v1alpha1.platform.integratn.tech" in text
        return text.replace(plural, "PLURAL").replace(name, "PROMISE")

    first = manifests(".", "vcluster-orchestrator-v2", "vclusterorchestratorv2s")
    assert first == manifests("webapp", "webapp", "webapps")


def webapp(tmp_path: Path, name: str = "shop", namespace: str = "team-a") -> tuple[list[Any], dict[str, Any]]:
    request = load((ROOT / "promise/webapp/examples/shop.yaml").read_text("utf-8"))
    assert isinstance(request, dict)
    request["metadata"] = {"name": name, "namespace": namespace, "generation": 3}
    request["spec"]["port"] = 8080  # what the API server fills in
    request["spec"]["host"] = f"shop.{namespace}.example.com"
    folders = rendered(tmp_path / f"{namespace}-{name}", read_promise("webapp"), request)
    texts = [content.decode() for path, content in folders.files.items() if path.startswith("output/")]
    return [load(part) for text in texts for part in text.split("---\n")], folders.status


def test_what_is_observed_is_what_is_made(tmp_path: Path) -> None:
    documents, status = webapp(tmp_path)
    made = {document["kind"]: document for document in documents}
    contract = status["contract"]
    application, workloads = contract["application"], contract["workloads"]
    metadata = made["Application"]["metadata"]
    assert (application["namespace"], application["name"]) == (metadata["namespace"], metadata["name"])
    assert metadata["annotations"][application["generationAnnotation"]] == str(contract["generation"]) == "3"
    assert workloads["namespace"] == made["Namespace"]["metadata"]["name"]
    deployment = made["Deployment"]
    assert workloads["controllers"] == [{"kind": "Deployment", "name": deployment["metadata"]["name"]}]
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    for selector in (workloads["selector"]["matchLabels"], deployment["spec"]["selector"]["matchLabels"]):
        assert selector.items() <= labels.items()
    assert made["Service"]["spec"]["selector"].items() <= labels.items()
    assert status["endpoints"]["app"] == f"https://{made['Ingress']['spec']['rules'][0]['host']}"


def test_argo_cd_applies_just_the_folder_of_the_one_request(tmp_path: Path) -> None:
    paths = {
        next(document for document in webapp(tmp_path, name, namespace)[0] if document["kind"] == "Application")[
            "spec"
        ]["source"]["path"]
        for name, namespace in (("shop", "team-a"), ("shop", "team-b"), ("blog", "team-a"))
    }
    assert paths == {
        "apps/resources/team-a/webapp/shop",
        "apps/resources/team-b/webapp/shop",
        "apps/resources/team-a/webapp/blog",
    }


def test_a_name_that_becomes_too_long_a_namespace_is_refused_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"spec\.contract\.workloads\.namespace: resolved, but found"):
        webapp(tmp_path, "a" * 30, "b" * 40)


def test_the_policy_of_the_promise_refuses_what_another_tenant_owns(tmp_path: Path) -> None:
    request = load((ROOT / "promise/webapp/examples/shop.yaml").read_text("utf-8"))
    assert isinstance(request, dict)
    request["metadata"] |= {"namespace": "team-b", "generation": 1}
    folders = KratixFolders(tmp_path / "kratix")
    folders.ask(request)
    (render, _) = containers(read_promise("webapp"))
    done = render.run(folders, KRATIX_DRY_RUN="true")
    assert (done.returncode, folders.files) == (1, {})
    said = 'spec.host: found "shop.team-a.example.com", expected *.{namespace}.example.com, which is the rule spec.host'
    assert done.stderr == f"{said} of the platform's policy strict; ask the platform team\n"
