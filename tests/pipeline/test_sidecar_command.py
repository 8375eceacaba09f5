"""`sidecar` over real folders, as a promise workflow of Kratix runs it; and a contract given inline."""

from pathlib import Path

import pytest
import yaml

from .kratix_folders import EXAMPLES, ROOT, TEMPLATE, Done, KratixFolders, as_in_cluster

PROMISE = ROOT / "promise" / "promise.yaml"
PARTS = ROOT / "promise" / "sidecar"
SELECTORS = "metadata/destination-selectors.yaml"
OURS = {"directory": "platform", "matchLabels": {"environment": "platform"}}
USUAL = [
    SELECTORS,
    "output/platform/admission.yaml",
    "output/platform/deployment.yaml",
    "output/platform/namespace.yaml",
    "output/platform/network.yaml",
    "output/platform/rbac.yaml",
    "output/platform/scope.yaml",
]


@pytest.fixture
def kratix(tmp_path: Path) -> KratixFolders:
    folders = KratixFolders(tmp_path / "kratix")
    (folders.input / "object.yaml").write_text(PROMISE.read_text("utf-8"))
    return folders


def run(kratix: KratixFolders, *arguments: str, **environment: str) -> Done:
    given = {"KRATIX_WORKFLOW_TYPE": "promise", "KRATIX_WORKFLOW_ACTION": "configure", "SIDECAR_PARTS": str(PARTS)}
    return kratix.run("sidecar", *arguments, **{**given, **environment})


def selectors(kratix: KratixFolders) -> object:
    return yaml.safe_load(kratix.files[SELECTORS])


def deployment(kratix: KratixFolders) -> str:
    return kratix.files["output/platform/deployment.yaml"].decode()


def test_the_manifests_go_to_the_platform_whatever_the_selectors_of_the_promise(kratix: KratixFolders) -> None:
    done = run(kratix)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == (
        "sidecar of vcluster-orchestrator-v2 for vclusterorchestratorv2s.v1alpha1.platform.integratn.tech: wrote "
        "deployment.yaml, namespace.yaml, network.yaml, rbac.yaml, scope.yaml, admission.yaml to platform/\n"
    )
    assert sorted(kratix.files) == USUAL
    assert selectors(kratix) == [OURS]


def test_no_status_is_written(kratix: KratixFolders) -> None:
    """Kratix keeps but the message of a Promise's status, and that one is its own."""
    run(kratix)
    assert "metadata/status.yaml" not in kratix.files


def test_a_second_attempt_replaces_what_the_first_left_and_leaves_what_others_left(kratix: KratixFolders) -> None:
    theirs = {"directory": "workers", "matchLabels": {"environment": "dev"}}
    (kratix.metadata / "destination-selectors.yaml").write_text(yaml.safe_dump([theirs, {"directory": "platform"}]))
    (kratix.output / "theirs.yaml").write_text("theirs: true\n")
    run(kratix, SIDECAR_REPLICAS="2", SIDECAR_SERVICE_MONITOR="true")
    assert {"output/platform/disruption.yaml", "output/platform/monitor.yaml"} <= set(kratix.files)
    run(kratix)
    assert sorted(kratix.files) == sorted([*USUAL, "output/theirs.yaml"])
    assert selectors(kratix) == [theirs, OURS]
    first = kratix.files
    run(kratix)
    assert kratix.files == first


def test_flags_and_environment_say_the_same_and_flags_win(kratix: KratixFolders) -> None:
    options = {"image": "example.invalid/sidecar:9", "replicas": "2", "shards": "2", "namespace": "elsewhere"}
    options |= {"destination": "role=hub", "service-monitor": "true", "skip-namespace": "true"}
    options |= {"image-pull-secret": "registry", "scraped-from": "monitoring", "api-server": "10.0.0.1/32,fd00::1/128"}
    options |= {"notify-url": "https://hooks.example.com/a", "notify-secret": "keys"}
    environment = {f"SIDECAR_{name.replace('-', '_').upper()}": value for name, value in options.items()}
    assert run(kratix, **environment).returncode == 0
    by_environment = kratix.files
    assert yaml.safe_load(by_environment[SELECTORS]) == [{"directory": "platform", "matchLabels": {"role": "hub"}}]
    assert "output/platform/namespace.yaml" not in by_environment
    for text in ("image: example.invalid/sidecar:9", "namespace: elsewhere", "--shard=2/2", "- name: registry"):
        assert text in deployment(kratix)
    flags = [part for name, value in options.items() for part in (f"--{name}", value)]
    assert run(kratix, *flags, SIDECAR_IMAGE="other", SIDECAR_REPLICAS="1").returncode == 0
    assert kratix.files == by_environment


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("SIDECAR_REPLICAS", "0", "argument --replicas: found '0', expected a number from 1 to 5"),
        ("SIDECAR_REPLICAS", "two", "argument --replicas: found 'two'"),
        ("SIDECAR_SHARDS", "33", "argument --shards: found '33', expected a number from 1 to 32"),
        ("SIDECAR_NAMESPACE", "Platform", "argument --namespace: found 'Platform', expected a namespace"),
        ("SIDECAR_IMAGE", "a b", "argument --image: found 'a b', expected the name of an image"),
        ("SIDECAR_SERVICE_MONITOR", "yes", "argument --service-monitor: found 'yes', expected true or false"),
        ("SIDECAR_SCRAPED_FROM", "a.b", "argument --scraped-from: found 'a.b', expected a namespace"),
        ("SIDECAR_API_SERVER", "10.0.0.1/8", "argument --api-server: found '10.0.0.1/8', expected networks such as"),
        (
            "SIDECAR_API_SERVER",
            "10.0.0.1/32,",
            "argument --api-server: found '10.0.0.1/32,', expected networks such as",
        ),
        (
            "SIDECAR_NOTIFY_URL",
            "ftp://x",
            "argument --notify-url: expected an http or https URL with a host and without",
        ),
        ("SIDECAR_NOTIFY_URL", "https://me:pw@x/", "argument --notify-url: expected an http or https URL with a host"),
        ("SIDECAR_NOTIFY_SECRET", "A", "argument --notify-secret: found 'A', expected the name of a Secret"),
        ("SIDECAR_DESTINATION", "platform", "argument --destination: found 'platform', expected KEY=VALUE"),
    ],
)
def test_a_setting_that_cannot_be_is_a_wrong_command_line(
    kratix: KratixFolders, variable: str, value: str, told: str
) -> None:
    done = run(kratix, **{variable: value})
    assert done.returncode == 2
    assert told in done.stderr
    assert kratix.files == {}


def test_a_promise_without_an_api_is_refused_and_nothing_is_left_behind(kratix: KratixFolders) -> None:
    run(kratix)
    (kratix.metadata / "destination-selectors.yaml").unlink()
    promise = yaml.safe_load(PROMISE.read_text("utf-8"))
    del promise["spec"]["api"]
    kratix.ask(promise)
    done = run(kratix)
    assert done.returncode == 1
    assert done.stderr.splitlines()[0].startswith("spec.api.spec.group: found null, expected an API group")
    # a Promise keeps no problems in its status, so nothing is said of writing them
    assert "status.problems" not in done.stderr
    assert kratix.files == {}


def test_parts_of_ones_own_can_be_mounted(kratix: KratixFolders, tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    done = run(kratix, "--parts", str(own))
    assert (done.returncode, kratix.files) == (3, {})
    assert done.stderr == f"{own}: found no *.yaml there, expected the parts; is the folder mounted?\n"
    (own / "map.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: '${promise.name}-map'}\n")
    assert run(kratix, "--parts", str(own)).returncode == 0
    written = yaml.safe_load(kratix.files["output/platform/map.yaml"])
    assert written["metadata"]["name"] == "vcluster-orchestrator-v2-map"
    (own / "map.yaml").write_text("- a list\n")
    assert run(kratix, "--parts", str(own)).returncode == 3


def test_a_delete_workflow_of_a_promise_gets_nothing(kratix: KratixFolders) -> None:
    done = run(kratix, KRATIX_WORKFLOW_ACTION="delete")
    assert (done.returncode, kratix.files) == (0, {})


# -- what the Promise says to the other containers


def test_a_contract_can_be_given_inline_and_wins_over_the_file_of_the_image(kratix: KratixFolders) -> None:
    kratix.ask(as_in_cluster(EXAMPLES / "media.yaml"))
    assert kratix.contract().returncode == 0
    expected = kratix.files
    given = {"STATUS_CONTRACT": TEMPLATE.read_text("utf-8"), "STATUS_CONTRACT_TEMPLATE": "/nowhere.yaml"}
    done = kratix.run("contract", **given)
    assert (done.returncode, done.stderr) == (0, "resolved STATUS_CONTRACT for generation 1\n")
    assert kratix.files == expected
    assert kratix.contract(STATUS_CONTRACT="not: a contract").returncode == 0, "a flag wins over both"


def test_a_contract_inline_that_is_no_yaml_is_told_as_what_it_is(kratix: KratixFolders) -> None:
    kratix.ask(as_in_cluster(EXAMPLES / "media.yaml"))
    for text in ("a: [", "a: 1\na: 2\n", "- a list", "kind: StatusContract"):
        done = kratix.run("contract", STATUS_CONTRACT=text, KRATIX_DRY_RUN="true")
        assert (done.returncode, kratix.files) == (1, {})
        assert "Traceback" not in done.stderr
    assert kratix.run("contract", STATUS_CONTRACT="a: [", KRATIX_DRY_RUN="true").stderr.startswith("STATUS_CONTRACT: ")


@pytest.mark.parametrize(
    ("environment", "account"),
    [
        ({}, "vcluster-orchestrator-v2-status"),
        ({"KRATIX_PROMISE_NAME": "clusters"}, "clusters-status"),
        ({"KRATIX_PROMISE_NAME": "clusters", "SIDECAR_SERVICE_ACCOUNT": "me"}, "me"),
    ],
)
def test_the_account_that_may_get_the_secret_is_that_of_the_promises_sidecar(
    kratix: KratixFolders, environment: dict[str, str], account: str
) -> None:
    kratix.ask(as_in_cluster(EXAMPLES / "media.yaml"))
    assert kratix.configure(**environment).returncode == 0
    documents = yaml.safe_load_all(kratix.files["output/kubeconfig-access.yaml"])
    [binding] = [document for document in documents if document["kind"] == "RoleBinding"]
    assert [subject["name"] for subject in binding["subjects"]] == [account]
