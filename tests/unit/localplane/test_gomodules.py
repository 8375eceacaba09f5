"""The go.mod of a build, generated from the one of upstream."""

from localplane.gomodules import go_mod, replacements
from localplane.versions import GoTool

UPSTREAM = """\
module k8s.io/kubernetes

go 1.26.0

require k8s.io/api v0.0.0

replace (
	k8s.io/client-go => ./staging/src/k8s.io/client-go
	k8s.io/api => ./staging/src/k8s.io/api
	example.org/fork => example.org/other v1.0.0
	// example.org/was => example.org/before v1.0.0
	example.org/inside => ./inside
)

replace k8s.io/kubelet v0.0.0 => ./staging/src/k8s.io/kubelet
"""

TOOL = GoTool("kube-x", "k8s.io/kubernetes", "v1.36.3", "k8s.io/kubernetes/cmd/kube-x")


OURS = GoTool("ours", "example.org/ours", "v2.0.0", ".")


def test_published_replacements_are_repeated_and_staging_modules_get_their_version() -> None:
    assert replacements(TOOL, UPSTREAM) == [
        "example.org/fork => example.org/other v1.0.0",
        "k8s.io/api => k8s.io/api v0.36.3",
        "k8s.io/client-go => k8s.io/client-go v0.36.3",
        "k8s.io/kubelet => k8s.io/kubelet v0.36.3",
    ]


def test_what_a_tool_replaces_itself_comes_beside() -> None:
    tool = GoTool("x", "example.org/x", "v1.0.0", "example.org/x", replaced=("a => a v1.0.0",))
    assert replacements(tool, UPSTREAM)[0] == "a => a v1.0.0"


def test_a_go_mod_without_replacements_has_none_to_repeat() -> None:
    assert replacements(TOOL, "module example.org/x\n\ngo 1.24.0\n") == []


def test_the_replacements_stand_in_a_block() -> None:
    assert go_mod(TOOL, "1.26.0", ["k8s.io/api => k8s.io/api v0.36.3", "a => b v1"]) == (
        "module localplane.build/kube-x\n\n"
        "go 1.26.0\n\n"
        "tool k8s.io/kubernetes/cmd/kube-x\n\n"
        "require k8s.io/kubernetes v1.36.3\n\n"
        "replace (\n"
        "\tk8s.io/api => k8s.io/api v0.36.3\n"
        "\ta => b v1\n"
        ")\n"
    )


def test_a_program_of_ours_names_no_tool_because_its_main_package_imports_what_it_needs() -> None:
    assert go_mod(OURS, "1.26.0", []) == (
        "module localplane.build/ours\n\ngo 1.26.0\n\nrequire example.org/ours v2.0.0\n"
    )


def test_a_tool_without_replacements_replaces_nothing() -> None:
    assert "replace" not in go_mod(TOOL, "1.26.0", [])
