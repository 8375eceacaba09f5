"""The index against the plain thing that it stands for: a dict of sets."""

from hypothesis import given
from hypothesis import strategies as st

from platform_status_sidecar.store.shelf import Index


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 2), st.integers(0, 3)), max_size=40))
def test_an_index_is_a_dict_of_sets(steps: list[tuple[bool, int, int]]) -> None:
    index: Index[int, int] = Index()
    plain: dict[int, set[int]] = {}
    for is_add, key, value in steps:
        if is_add:
            assert index.add(key, value) is (key not in plain)
            plain.setdefault(key, set()).add(value)
        else:
            goes = plain.get(key) == {value}
            assert index.discard(key, value) is goes
            plain.get(key, set()).discard(value)
            plain = {name: values for name, values in plain.items() if values}
        assert {name: set(index.get(name)) for name in range(3) if name in index} == plain
        assert all(not list(index.get(name)) for name in range(3) if name not in plain)
