"""The container `render`: the manifests of a request of any kind, from a template in the Promise."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from platform_status_contract.model.policy import Policy
from platform_status_contract.policy.judge import judge
from platform_status_contract.template.yaml_text import dump
from platform_status_pipeline.containers import inline
from platform_status_pipeline.errors import RequestRefusedError
from platform_status_pipeline.kratix.folders import directed, read_list, read_mapping, remove_files, write_file
from platform_status_pipeline.kratix.status_file import rendered
from platform_status_pipeline.problems import forget
from platform_status_pipeline.surroundings import Surroundings
from platform_status_pipeline.template.outputs import read, resolve

__all__ = ["INLINE", "render"]

INLINE: Final = "MANIFESTS"
"""Environment variable that holds the template's text, so that a Promise carries it in itself."""


def render(
    given: Surroundings, template: Path | str, variables: Mapping[str, str], policy: Policy | None = None
) -> None:
    """Write the manifests of a request of any kind, and where they go.

    Args:
        given: What the container is given.
        template: File of the template, of kind Manifests, or its text.
        variables: Values that replace those of the template's variables.
        policy: What the request may ask for; None: its Promise carries no policy.

    Raises:
        FolderError: A folder or the template cannot be read or written.
        RequestRefusedError: The policy refuses the request, the template is wrong or does not fit it, or status.yaml is
            bad; none of our documents is left behind.
    """
    folders = given.folders
    request = read_mapping(folders.request)
    if given.environment.get("KRATIX_WORKFLOW_ACTION") == "delete":
        given.say("nothing to make for a request that is being deleted")
        return
    forget(given, request)
    refused = judge(policy, request) if policy is not None else ()
    if refused:
        raise RequestRefusedError(refused)
    manifests = read(inline(template, INLINE) if isinstance(template, str) else read_mapping(template))
    remove_files(folders.output, manifests.files)
    made = resolve(manifests, request, variables)
    status = rendered(read_mapping(folders.status, optional=True))
    selectors = read_list(folders.destination_selectors)
    for folder, labels in made.destinations.items():
        selectors = directed(selectors, folder, labels)
    for name, documents in made.files.items():
        write_file(folders.output / name, dump(*documents))
    if made.destinations:
        write_file(folders.destination_selectors, dump(selectors))
    write_file(folders.status, dump(status))
    given.say(f"wrote {', '.join(made.files)}")
