"""What the assistant carries is what docs/ says, for every reason and every alert."""

from pathlib import Path

import pytest

from platform_status_assistant.mcp.server import knowledge

DOCS = Path(__file__).parents[4] / "docs"


def test_the_reference_of_the_contract_is_carried() -> None:
    assert knowledge().contract == (DOCS / "contract/v1.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", ["reasons", "alerts"])
def test_every_runbook_is_carried_word_for_word(folder: str) -> None:
    written = {path.stem: path.read_text(encoding="utf-8") for path in (DOCS / "runbooks" / folder).glob("*.md")}
    written.pop("README", None)
    assert written
    carried = {"reasons": knowledge().reasons, "alerts": knowledge().alerts}
    assert carried[folder] == written
