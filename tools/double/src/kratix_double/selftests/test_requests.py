"""kratix.md sections 2, 5 and 8: environment of a container, and the inputs of a rerun."""

from kratix_double.requests import container_env, object_name, spec_hash
from kratix_double.widget import PROMISE, widget


def test_the_environment_of_a_container_is_as_section_2_lists_it() -> None:
    assert container_env(PROMISE, widget("a", "team"), "configure", "delete") == {
        "KRATIX_WORKFLOW_ACTION": "delete",
        "KRATIX_WORKFLOW_TYPE": "resource",
        "KRATIX_PROMISE_NAME": "widget",
        "KRATIX_PIPELINE_NAME": "configure",
        "KRATIX_OBJECT_KIND": "Widget",
        "KRATIX_OBJECT_GROUP": "example.org",
        "KRATIX_OBJECT_VERSION": "v1",
        "KRATIX_OBJECT_NAME": "a",
        "KRATIX_OBJECT_NAMESPACE": "team",
        "KRATIX_CRD_PLURAL": "widgets",
        "KRATIX_CLUSTER_SCOPED": "false",
    }


def test_a_dry_run_shows_in_the_environment_only_then() -> None:
    dry = widget("a", "team", labels={"kratix.io/dry-run": "true"})
    assert container_env(PROMISE, dry, "configure", "configure")["KRATIX_DRY_RUN"] == "true"


def test_only_the_specs_and_the_dry_run_label_change_the_hash() -> None:
    base = spec_hash(widget("a", "team"), 1)
    assert spec_hash({**widget("a", "team", labels={"x": "y"}), "status": {"phase": "Ready"}}, 1) == base
    others = {
        spec_hash(widget("a", "team", size=2), 1),
        spec_hash(widget("a", "team"), 2),
        spec_hash(widget("a", "team", labels={"kratix.io/dry-run": "true"}), 1),
    }
    assert base not in others
    assert len(others) == 3


def test_a_long_name_is_cut_before_its_suffix_and_never_ends_in_a_dash_there() -> None:
    assert object_name("widget-a-configure", "x1y2z") == "widget-a-configure-x1y2z"
    assert object_name("a" * 57, "x1y2z") == "a" * 57 + "-x1y2z"
    assert object_name("a" * 58, "x1y2z") == "a" * 56 + "-x1y2z"
    assert object_name("a" * 54 + "-.bcd", "x1y2z") == "a" * 54 + "-x1y2z"
