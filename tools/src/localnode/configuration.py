"""What each part of the node is told: pure, so that it can be read, and tested, in one place.

One address is everything: a bridge carries it, the kubelet registers it, pods have it as their gateway. The API server
has the first address of the service network on the loopback, so no kube-proxy is needed, and there is no DNS.
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
"""Where everybody inside finds the API server, pods included."""
PAUSE = "localnode.invalid/pause:1"

API_SERVER_FLAGS = (
    "--bind-address=0.0.0.0",
    "--secure-port=443",
    "--authorization-mode=Node",  # added to RBAC, not instead of it
)
"""Beside those of ``localplane.commands``."""

# The kubelet would set these for the whole machine. It finds them set, by files mounted over them on its inside.
_KERNEL = {
    "vm/overcommit_memory": 1,
    "vm/panic_on_oom": 0,
    "kernel/panic": 10,
    "kernel/panic_on_oops": 1,
    "kernel/keys/root_maxkeys": 1_000_000,
    "kernel/keys/root_maxbytes": 25_000_000,
}
# Where containerd, CNI and kubelet write whatever they are told.
_WRITTEN = ("run", "var/lib", "var/log")


@dataclass(frozen=True)
class Layout:
    """Where everything of a node lies below its folder.

    Attributes:
        folder: The node's folder.
    """

    folder: Path

    def __getitem__(self, name: str) -> Path:
        return self.folder / name

    @property
    def socket(self) -> Path:
        """Where containerd listens."""
        return self.folder / "containerd.sock"


def setup_script(layout: Layout) -> str:
    """Return the shell script that furnishes the inside, before anything starts there."""
    lines = [
        "set -e",
        "ip link set lo up",
        f"ip address add {_SERVICE}/32 dev lo",
        f"ip link add {_BRIDGE} type bridge",
        f"ip address add {ADDRESS}/24 dev {_BRIDGE}",
        f"ip link set {_BRIDGE} up",
        # The kubelet's volumes have to show in containers that are started later.
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
    """Return containerd's configuration, version 2, which 1.6 and 1.7 read as it is and 2.x migrates."""
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
    """Return the network of pods: one bridge, addresses out of a file, the node as gateway."""
    addresses = {
        "type": "host-local",
        "dataDir": str(layout["addresses"]),
        "ranges": [[{"subnet": _SUBNET, "gateway": ADDRESS}]],
        "routes": [{"dst": "0.0.0.0/0"}],
    }
    bridge = {"type": "bridge", "bridge": _BRIDGE, "isGateway": False, "ipMasq": False, "ipam": addresses}
    return json.dumps({"cniVersion": "0.4.0", "name": NODE, "plugins": [bridge]}, indent=2)


def kubelet_configuration(layout: Layout, cgroup: str, authority: Path) -> str:
    """Return the kubelet's configuration, as YAML.

    Args:
        layout: Where everything lies.
        cgroup: Name of the cgroup below which it puts pods.
        authority: File with the certificate that its clients, such as the API server, are signed by.
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
            "authorization": {"mode": "AlwaysAllow"},  # of those that have a certificate
            "cgroupDriver": "cgroupfs",
            "cgroupRoot": f"/{cgroup}",
            "clusterDNS": ["10.96.0.10"],  # nobody answers there
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
    """Return the kubelet's flags, for what its configuration cannot say."""
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
        kubeconfig: Of the user system:kube-controller-manager.
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
