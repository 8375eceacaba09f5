"""The site of docs/: built strictly, with an address for each runbook, and nothing that a browser fetches elsewhere."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from observability.rulefiles import RUNBOOKS, alerts, read_groups
from platform_status_contract import REPOSITORY
from platform_status_contract.model.vocabulary import Reason
from platform_status_site.hooks import average_words, leave_docs

ROOT = Path(__file__).parents[2]
MKDOCS = Path(sys.executable).with_name("mkdocs")
SITE_URL = "https://status.integratn.tech/docs/"
FETCHED = re.compile(
    r"<(?:script|img|iframe)[^>]*\ssrc=\"(?:https?:)?//|<link rel=\"(?:stylesheet|preconnect)\" href=\"(?:https?:)?//"
)


def _build(target: Path, *options: str) -> tuple[int, str]:
    done = subprocess.run(  # noqa: S603 - the mkdocs of the lock
        [str(MKDOCS), "build", "--site-dir", str(target), *options],
        cwd=ROOT,
        env={"PATH": "", "NO_MKDOCS_2_WARNING": "1", "http_proxy": "http://127.0.0.1:9"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("site")
    code, said = _build(target)
    assert (code, "WARNING" in said) == (0, False), said
    return target


def test_every_runbook_url_of_an_alert_is_a_page(site: Path) -> None:
    urls = [rule["annotations"]["runbook_url"] for rule in alerts(read_groups(ROOT / "observability/rules")).values()]
    assert RUNBOOKS.startswith(SITE_URL)
    assert len(urls) >= 10
    assert [url for url in urls if not (site / url.removeprefix(SITE_URL) / "index.html").is_file()] == []


def test_every_reason_has_a_page_under_the_same_address(site: Path) -> None:
    missing = [reason for reason in Reason if not (site / f"runbooks/reasons/{reason}.md/index.html").is_file()]
    assert missing == []


def test_a_browser_fetches_nothing_from_elsewhere(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > 100
    assert [str(page.relative_to(site)) for page in pages if FETCHED.search(page.read_text("utf-8"))] == []
    assert FETCHED.search('<script defer src="https://cdn.example.com/a.js">')


def test_the_page_of_the_command_line_has_the_help_of_each_command(site: Path) -> None:
    page = (site / "cli/index.html").read_text("utf-8")
    for usage in ("hctl [OPTIONS] COMMAND", "hctl doctor [OPTIONS]", "hctl vcluster diagnose [OPTIONS]"):
        assert f"Usage: {usage}" in page
    assert "hctl describe" not in page  # hidden


def test_a_dead_link_fails_the_build(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "index.md").write_text("[there](nowhere.md) [out](../nowhere.yaml)\n")
    text = (ROOT / "mkdocs.yml").read_text("utf-8").partition("\nnav:")[0]
    text = text.replace("docs_dir: docs", f"docs_dir: {docs}").replace("hooks: [", f"hooks: [{ROOT}/")
    (tmp_path / "mkdocs.yml").write_text(text)
    code, said = _build(tmp_path / "site", "--config-file", str(tmp_path / "mkdocs.yml"))
    assert code == 1
    assert "../nowhere.yaml leads to nothing" in said
    assert "'nowhere.md'" in said


def test_a_link_that_leaves_docs_leads_to_the_repository() -> None:
    text = "[policy](../../promise/platform.yaml#x) [design](../design.md)"
    wanted = f"[policy]({REPOSITORY}/blob/main/promise/platform.yaml#x) [design](../design.md)"
    assert leave_docs(text, "adr/0001.md", ROOT) == (wanted, [])
    assert leave_docs("[no](../none.yaml)", "a.md", ROOT)[1] == ["../none.yaml"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("One two three. Four five six seven eight!", 4),
        ("# Four words of heading\n\n| a | table |\n\n```sh\nmuch code here\n```\n", 0),
        ("One `code span` [linked words](a-page.md) end.", 5),
        ("- one two\n- three four five six\n", 3),
        (" ".join(["word"] * 21) + ".", 21),
    ],
)
def test_words_of_a_sentence(text: str, words: float) -> None:
    assert average_words(text) == words
