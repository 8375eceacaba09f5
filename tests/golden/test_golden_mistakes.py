"""The corpus of mistakes: every finding at its line and column, nothing besides, and no rule without a case."""

import pytest

from hctl.validation.check import SourceFile, check
from hctl.validation.findings import RULES, Finding
from platform_status_contract.policy.read import shipped_policy

from .mistakes import FOLDER, KINDS, Mistake, Place, mistakes

ROOT = FOLDER.parents[2]
ALL = mistakes()
FREE = shipped_policy("single-tenant")


def findings_of(mistake: Mistake) -> tuple[Finding, ...]:
    """What is found; the strict policy holds only where policies are what it is about."""
    policy = None if mistake.kind == "policy" else FREE
    return check([SourceFile(mistake.path.name, mistake.path.read_bytes())], policy=policy).findings


def found_in(mistake: Mistake) -> list[Place]:
    return [
        Place(finding.line, finding.column, finding.rule, finding.path, str(finding.severity))
        for finding in findings_of(mistake)
    ]


@pytest.mark.parametrize("mistake", ALL, ids=lambda mistake: str(mistake.name))
def test_each_mistake_is_found_where_it_stands_and_nothing_else_is(mistake: Mistake) -> None:
    found = found_in(mistake)
    assert sorted(found) == sorted(mistake.expected.findings)
    places = [(place.line, place.column) for place in found]
    assert places == sorted(places)


@pytest.mark.parametrize("mistake", ALL, ids=lambda mistake: str(mistake.name))
def test_each_finding_says_what_was_found_and_what_was_expected_on_one_line(mistake: Mistake) -> None:
    for finding in findings_of(mistake):
        assert finding.file == mistake.path.name
        assert finding.found
        assert finding.expected
        assert finding.message.isprintable()
        assert len(finding.message) < 1000


def test_every_rule_has_a_case() -> None:
    covered = {place.rule for mistake in ALL for place in mistake.expected.findings}
    assert covered == set(RULES)


def test_every_file_has_an_expectation_and_every_expectation_a_file() -> None:
    names = {name for kind in KINDS for name in (kind, f"{kind}.yaml")}
    assert {path.name for path in FOLDER.iterdir()} - {".gitattributes"} == names
    files = {path for kind in KINDS for path in (FOLDER / kind).iterdir()}
    known = {mistake.path for mistake in ALL}
    assert files == known
    assert len(known) >= 60


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_good_files_too(kind: str) -> None:
    good = [mistake for mistake in mistakes(kind) if not mistake.expected.findings]
    assert good
    assert all(mistake.path.stem.startswith("good-") for mistake in good)
    assert {mistake.path.stem for mistake in mistakes(kind) if mistake.path.stem.startswith("good-")} == {
        mistake.path.stem for mistake in good
    }


def test_each_case_says_why_and_where_we_differ_from_the_server() -> None:
    for mistake in ALL:
        expected = mistake.expected
        assert expected.why.endswith((".", "?", "!")), mistake.name
        assert (expected.server is None) == (mistake.kind in ("template", "policy")), mistake.name
        differs = expected.server == "accepts" and not mistake.passes
        assert bool(expected.stricter) is differs, mistake.name
        assert not (expected.server == "refuses" and mistake.passes), f"{mistake.name}: we pass what the server refuses"


def test_what_this_repository_ships_is_valid() -> None:
    files = sorted((ROOT / "promise").rglob("*.yaml"))
    report = check([SourceFile(str(path.relative_to(ROOT)), path.read_bytes(), given=False) for path in files])
    assert report.findings == ()
    texts = [path.read_text() for path in files]
    ours = [text for text in texts if "\nkind: Promise\n" in text and "!yaml" not in text]
    ours += [text for text in texts if "\nkind: StatusContract\n" in text and "kind: Promise\n" not in text]
    assert report.documents >= len(ours) + len(list((ROOT / "promise").rglob("examples/*.yaml"))) >= 10


def test_a_promise_may_stand_anywhere_among_the_files() -> None:
    """What a request of its kind looks like is known before the request is looked at."""
    promise = next(mistake for mistake in mistakes("promise") if mistake.path.stem == "good-usual")
    request = b"apiVersion: example.org/v1\nkind: Gadget\nmetadata: {name: a}\nspec: {color: red}\n"
    sources = [SourceFile("request.yaml", request), SourceFile("promise.yaml", promise.path.read_bytes())]
    for order in (sources, sources[::-1]):
        rules = {(finding.file, finding.rule, finding.path) for finding in check(order, policy=FREE).findings}
        assert ("request.yaml", "typo", "spec.color") in rules
    assert check(sources[:1], policy=FREE).passed_over == 1
