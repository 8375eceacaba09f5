"""Patterns of CRDs, as the API server means them."""

import pytest

from hctl.validation.formats import matches_re2

NO_SPACE = r"^[^\s]+$"


@pytest.mark.parametrize(
    ("text", "matches"), [("a", True), ("a b", False), ("\0", True), ("a\0b", True), ("a\0 b", False), ("", False)]
)
def test_a_nul_neither_ends_a_text_nor_spoils_it(text: str, *, matches: bool) -> None:
    assert matches_re2(NO_SPACE, text) is matches


def test_what_is_no_pattern_matches_nothing() -> None:
    assert not matches_re2("(", "(")
