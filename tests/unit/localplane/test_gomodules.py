"""The go.mod of a build, generated from the one of upstream."""

from localplane.gomodules import go_mod, staging_modules
from localplane.versions import GoTool

UPSTREAM = """\
module k8s.io/kubernetes

go 1.26.0

require k8s.io/api v0.0.0

replace (
	k8s.io/client-go => ./staging/src/k8s.io/client-go
	k8s.io/api => ./staging/src/k8s.io/api
	example.org/fork => example.org/other v1.0.0
)

replace k8s.io/kubelet v0.0.0 => ./staging/src/k8s.io/kubelet
"""

TOOL = GoTool("kube-x", "k8s.io/kubernetes", "v1.36.3", "k8s.io/kubernetes/cmd/kube-x")


def test_only_modules_replaced_by_a_staging_folder_are_staging_modules() -> None:
    assert staging_modules(UPSTREAM) == ["k8s.io/api", "k8s.io/client-go", "k8s.io/kubelet"]


def test_a_go_mod_without_replacements_has_no_staging_modules() -> None:
    assert staging_modules("module example.org/x\n\ngo 1.24.0\n") == []


def test_each_staging_module_is_replaced_by_its_published_version() -> None:
    assert go_mod(TOOL, "1.26.0", ["k8s.io/api", "k8s.io/client-go"]) == (
        "module localplane.build/kube-x\n\n"
        "go 1.26.0\n\n"
        "tool k8s.io/kubernetes/cmd/kube-x\n\n"
        "require k8s.io/kubernetes v1.36.3\n\n"
        "replace (\n"
        "\tk8s.io/api => k8s.io/api v0.36.3\n"
        "\tk8s.io/client-go => k8s.io/client-go v0.36.3\n"
        ")\n"
    )


def test_a_tool_without_staging_modules_replaces_nothing() -> None:
    assert "replace" not in go_mod(TOOL, "1.26.0", [])
