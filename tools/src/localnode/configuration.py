"""The configuration of each part of the node. Pure, so that it can be reviewed and tested in one place.

There is one address: the bridge has it, the kubelet registers it, and pods use it as their gateway. The API server
has the first address of the service network on the loopback, so no kube-proxy is needed. There is no DNS.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from localnode.packages import Runtime

__all__ = [
    "API_SERVER",
    "API_SERVER_FLAGS",
    "NODE",
    "PAUSE",
    "Layout",
    "cni_configuration",
    "containerd_configuration",
    "controller_flags",
    "kubelet_configuration",
    "kubelet_flags",
    "scheduler_flags",
    "setup_script",
]

NODE = "node"
ADDRESS = "10.244.0.1"
_SUBNET = "10.244.0.0/24"
_SERVICE = "10.96.0.1"
_BRIDGE = "node0"
API_SERVER = f"https://{_SERVICE}:443"
"""URL of the API server inside the namespaces, also for pods."""
PAUSE = "localnode.invalid/pause:1"

API_SERVER_FLAGS = (
    "--bind-address=0.0.0.0",
    "--secure-port=443",
    "--authorization-mode=Node",  # in addition to RBAC
)
"""Flags in addition to those of ``localplane.commands``."""

# The kubelet would set these for the whole machine. Files mounted over them in its namespace already have the values.
_KERNEL = {
    "vm/overcommit_memory": 1,
    "vm/panic_on_oom": 0,
    "kernel/panic": 10,
    "kernel/panic_on_oops": 1,
    "kernel/keys/root_maxkeys": 1_000_000,
    "kernel/keys/root_maxbytes": 25_000_000,
}
# Folders to which containerd, CNI and the kubelet write, whatever their configuration.
_WRITTEN = ("run", "var/lib", "var/log")


@dataclass(frozen=True)
class Layout:
    """Paths below the folder of a node.

    Attributes:
        folder: The node's folder.
    """

    folder: Path

    def __getitem__(self, name: str) -> Path:
        return self.folder / name

    @property
    def socket(self) -> Path:
        """The socket of containerd."""
        return self.folder / "containerd.sock"


def setup_script(layout: Layout) -> str:
    """Return the shell script that prepares the namespaces, before any server starts."""
    lines = [
        "set -e",
        "ip link set lo up",
        f"ip address add {_SERVICE}/32 dev lo",
        f"ip link add {_BRIDGE} type bridge",
        f"ip address add {ADDRESS}/24 dev {_BRIDGE}",
        f"ip link set {_BRIDGE} up",
        # The kubelet's volumes must be visible in containers that start later.
        f"mount --bind {layout.folder} {layout.folder}",
        f"mount --make-rshared {layout.folder}",
    ]
    for path in _WRITTEN:
        upper, work = layout[f"over/{path}/upper"], layout[f"over/{path}/work"]
        lines.append(f"mkdir -p {upper} {work}")
        lines.append(f"mount -t overlay overlay -o lowerdir=/{path},upperdir={upper},workdir={work} /{path}")
    for name, value in _KERNEL.items():
        file = layout[f"kernel/{name}"]
        lines.append(f"mkdir -p {file.parent}")
        lines.append(f"echo {value} > {file}")
        lines.append(f"mount --bind {file} /proc/sys/{name}")
    return "\n".join(lines) + "\n"


def containerd_configuration(layout: Layout, runtime: Runtime) -> str:
    """Return containerd's configuration, version 2, which 1.6 and 1.7 read directly and 2.x migrates."""
    return f"""\
version = 2
root = "{layout["containerd"]}"
state = "{layout["state"]}"

[grpc]
address = "{layout.socket}"

[ttrpc]
address = "{layout.socket}.ttrpc"

[plugins."io.containerd.internal.v1.opt"]
path = "{layout["opt"]}"

[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "{PAUSE}"
restrict_oom_score_adj = true
netns_mounts_under_state_dir = true

[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "{runtime.plugins}"
conf_dir = "{layout["cni"]}"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
BinaryName = "{runtime.runc}"
Root = "{layout["runc"]}"
"""


def cni_configuration(layout: Layout) -> str:
    """Return the pod network: one bridge, addresses from a file, the node as gateway."""
    addresses = {
        "type": "host-local",
        "dataDir": str(layout["addresses"]),
        "ranges": [[{"subnet": _SUBNET, "gateway": ADDRESS}]],
        "routes": [{"dst": "0.0.0.0/0"}],
    }
    bridge = {"type": "bridge", "bridge": _BRIDGE, "isGateway": False, "ipMasq": False, "ipam": addresses}
    return json.dumps({"cniVersion": "0.4.0", "name": NODE, "plugins": [bridge]}, indent=2)


def kubelet_configuration(layout: Layout, cgroup: str, authority: Path) -> str:
    """Return the kubelet's configuration as YAML.

    Args:
        layout: The paths.
        cgroup: Name of the parent cgroup of its pods.
        authority: File with the CA certificate for its clients, such as the API server.
    """
    signals = ("memory.available", "nodefs.available", "nodefs.inodesFree", "imagefs.available", "imagefs.inodesFree")
    return yaml.safe_dump(
        {
            "apiVersion": "kubelet.config.k8s.io/v1beta1",
            "kind": "KubeletConfiguration",
            "address": ADDRESS,
            "authentication": {
                "anonymous": {"enabled": False},
                "webhook": {"enabled": False},
                "x509": {"clientCAFile": str(authority)},
            },
            "authorization": {"mode": "AlwaysAllow"},  # for clients with a certificate
            "cgroupDriver": "cgroupfs",
            "cgroupRoot": f"/{cgroup}",
            "clusterDNS": ["10.96.0.10"],  # no server has this address
            "containerRuntimeEndpoint": f"unix://{layout.socket}",
            "enforceNodeAllocatable": [],
            "evictionHard": dict.fromkeys(signals, "0%"),
            "failCgroupV1": False,
            "failSwapOn": False,
            "imageGCHighThresholdPercent": 100,  # images cannot be pulled again
            "makeIPTablesUtilChains": False,
            "podLogsDir": str(layout["pods"]),
            "resolvConf": "",
            "volumePluginDir": str(layout["plugins"]),
        }
    )


def kubelet_flags(layout: Layout, kubeconfig: Path) -> list[str]:
    """Return the kubelet's flags without a key in its configuration."""
    return [
        f"--config={layout['kubelet.yaml']}",
        f"--kubeconfig={kubeconfig}",
        f"--root-dir={layout['kubelet']}",
        f"--cert-dir={layout['kubelet-certificates']}",
        f"--hostname-override={NODE}",
        f"--node-ip={ADDRESS}",
    ]


def controller_flags(kubeconfig: Path, files: Mapping[str, Path]) -> list[str]:
    """Return the flags of the controller manager.

    Args:
        kubeconfig: Kubeconfig of the user system:kube-controller-manager.
        files: The control plane's ``ca.crt`` and ``service-accounts.key``, by name.
    """
    return [
        f"--kubeconfig={kubeconfig}",
        "--bind-address=127.0.0.1",
        "--leader-elect=false",
        "--use-service-account-credentials",
        f"--root-ca-file={files['ca.crt']}",
        f"--service-account-private-key-file={files['service-accounts.key']}",
    ]


def scheduler_flags(kubeconfig: Path) -> list[str]:
    """Return the flags of the scheduler."""
    return [f"--kubeconfig={kubeconfig}", "--bind-address=127.0.0.1", "--leader-elect=false"]
