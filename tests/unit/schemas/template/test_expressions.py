"""Finding ${...} in text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_status_contract.template.expressions import Expression, UnbalancedError, split


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", ()),
        ("plain $ text }", ("plain $ text }",)),
        ("${spec.name}", (Expression("spec.name"),)),
        ("a-${ spec.name }-b", ("a-", Expression("spec.name"), "-b")),
        ("${a}${b}", (Expression("a"), Expression("b"))),
        ("$${a}", ("${a}",)),
        ("$$${a}", ("$${a}",)),
        ("$$", ("$$",)),
        ('${"a}b"}', (Expression('"a}b"'),)),
        ("${'a}b'}", (Expression("'a}b'"),)),
        (r'${"a\"}b"}', (Expression(r'"a\"}b"'),)),
        (r'${r"a\"}', (Expression(r'r"a\"'),)),
        (r'${bR"}\"}', (Expression(r'bR"}\"'),)),
        ('${"""a"}"b"""}', (Expression('"""a"}"b"""'),)),
        ("${ '' + \"\" }", (Expression("'' + \"\""),)),
        ('${ {"k": {"l": 1}} }x', (Expression('{"k": {"l": 1}}'), "x")),
        ("${ a // } not the end\n + b }", (Expression("a // } not the end\n + b"),)),
        ("${a / b}", (Expression("a / b"),)),
    ],
)
def test_a_text_is_split_where_cel_ends(text: str, pieces: tuple[object, ...]) -> None:
    assert split(text) == pieces


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("${", "no closing brace"),
        ("x${spec.name", "no closing brace"),
        ('${"a}', "no closing quote"),
        ("${'''a''}", "no closing quote"),
        ("${{}", "no closing brace"),
        ("${ // }", "no closing brace"),
        ("${}", "is empty"),
        ("${  }", "is empty"),
    ],
)
def test_a_text_without_an_end_says_where(text: str, cause: str) -> None:
    with pytest.raises(UnbalancedError, match=cause):
        split(text)


@given(st.text(alphabet="a${}\"'\\/ r\n", max_size=40))
def test_any_text_is_split_or_refused(text: str) -> None:
    try:
        pieces = split(text)
    except UnbalancedError:
        return
    assert all(piece for piece in pieces)
    if "${" not in text:
        assert "".join(str(piece) for piece in pieces) == text


@given(st.text(max_size=40))
def test_an_escaped_text_stands_for_itself(text: str) -> None:
    assert "".join(str(piece) for piece in split(text.replace("${", "$${"))) == text
