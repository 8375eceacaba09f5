"""What each part of a node is told."""

import json
import subprocess
from pathlib import Path

import yaml

from localnode import configuration
from localnode.configuration import Layout
from localnode.packages import Runtime

LAYOUT = Layout(Path("/folder"))
RUNTIME = Runtime(Path("/b/containerd"), Path("/b/shim"), Path("/b/ctr"), Path("/b/runc"), Path("/b/cni"))


def test_the_kubelet_lives_with_old_cgroups_and_swap_and_evicts_nothing() -> None:
    told = yaml.safe_load(configuration.kubelet_configuration(LAYOUT, "mine", Path("/ca.crt")))

    assert told["kind"] == "KubeletConfiguration"
    assert (told["failCgroupV1"], told["failSwapOn"], told["enforceNodeAllocatable"]) == (False, False, [])
    assert set(told["evictionHard"].values()) == {"0%"}
    assert (told["cgroupDriver"], told["cgroupRoot"]) == ("cgroupfs", "/mine")


def test_nobody_reaches_the_kubelet_without_a_certificate() -> None:
    told = yaml.safe_load(configuration.kubelet_configuration(LAYOUT, "mine", Path("/ca.crt")))

    assert told["authentication"]["anonymous"] == {"enabled": False}
    assert told["authentication"]["x509"] == {"clientCAFile": "/ca.crt"}


def test_containerd_keeps_to_the_folder_of_the_node() -> None:
    text = configuration.containerd_configuration(LAYOUT, RUNTIME)

    paths = [line.split(" = ")[1].strip('"') for line in text.splitlines() if " = " in line and '"/' in line]
    assert {path for path in paths if not path.startswith("/folder/")} == {"/b/cni", "/b/runc"}
    assert "restrict_oom_score_adj = true" in text
    assert f'sandbox_image = "{configuration.PAUSE}"' in text


def test_pods_have_the_node_as_their_gateway_and_no_way_further() -> None:
    told = json.loads(configuration.cni_configuration(LAYOUT))

    (bridge,) = told["plugins"]
    assert bridge["ipam"]["ranges"][0][0]["gateway"] == configuration.ADDRESS
    assert (bridge["isGateway"], bridge["ipMasq"]) == (False, False)


def test_the_setup_is_a_script_that_a_shell_can_read_and_that_touches_no_other_interface() -> None:
    script = configuration.setup_script(LAYOUT)

    checked = subprocess.run(["/bin/sh", "-n"], input=script, text=True, capture_output=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")
    devices = {line.rpartition(" dev ")[2] for line in script.splitlines() if " dev " in line}
    assert devices == {"lo", "node0"}
    assert script.splitlines()[0] == "set -e"


def test_what_the_kubelet_would_set_for_the_whole_machine_is_set_on_its_inside_only() -> None:
    script = configuration.setup_script(LAYOUT)

    assert (
        "echo 10 > /folder/kernel/kernel/panic\nmount --bind /folder/kernel/kernel/panic /proc/sys/kernel/panic"
        in script
    )
    assert "> /proc/sys" not in script


def test_the_api_server_listens_where_pods_look_for_it() -> None:
    assert "--secure-port=443" in configuration.API_SERVER_FLAGS
    assert configuration.API_SERVER == "https://10.96.0.1:443"
    assert "ip address add 10.96.0.1/32 dev lo" in configuration.setup_script(LAYOUT)


def test_the_controllers_act_each_with_an_account_of_its_own() -> None:
    flags = configuration.controller_flags(Path("/k"), {"ca.crt": Path("/ca"), "service-accounts.key": Path("/key")})

    assert {"--use-service-account-credentials", "--root-ca-file=/ca", "--bind-address=127.0.0.1"} <= set(flags)
