"""What a checkout weighs, counted in a small one."""

from pathlib import Path

import pytest

from platform_status_weights.__main__ import Weights, main, weigh

MODULE = '''"""What it is."""

import os
from . import (
    small,
)
from .inner import deep  # where it is needed

LIMIT = 3
"""What it limits."""


def told() -> str:
    """What is told."""
    # why
    return """two
lines""" + os.sep  # and more
'''
"""17 lines, of which 4 are code."""

FILES = {
    "schemas/src/contract/__init__.py": '"""The contract."""\n',
    "schemas/src/contract/__main__.py": "from contract.large import LIMIT\nimport contract.small\n",
    "schemas/src/contract/small.py": "x = 1\n",
    "schemas/src/contract/large.py": MODULE + "\n" * 40,
    "schemas/src/contract/inner/__init__.py": "from .deep import *\n",
    "schemas/src/contract/inner/deep.py": "y = 2\n" * 41,
    "schemas/src/contract/data.json": "{}\n",
    "tools/src/tool/work.py": "from contract.inner.deep import y\n",
    "promise/assemble.py": "import observability.pages\n",
    "observability/pages.py": "from tool import work\n",
    "tools/double/src/double.py": "z = 3\n" * 5,
    "tools/double/src/selftests/test_double.py": "z = 3\n" * 7,
    "tests/unit/test_small.py": "import contract.small\nimport promise.assemble\n",
    "tests/golden/test_golden.py": "\n",
    "tests/golden/pods/one.yaml": "a: 1\n",
    "tests/golden/hctl/one.txt": "a\n",
    "tests/golden/applications/real.yaml": "a: 1\n",
}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path


def test_a_checkout_is_counted(checkout: Path) -> None:
    assert weigh(checkout) == Weights(
        shipped=1 + 2 + 1 + 57 + 1 + 41,
        code=1 + 4 + 41,
        tools=3 + 5,
        small=4,  # small, work, assemble, pages
        once=3,  # large by __main__, work by pages, pages by assemble; small and deep by two, assemble by a test alone
        tests=3 + 7,
        golden=2,
    )


def test_an_empty_folder_weighs_nothing(tmp_path: Path) -> None:
    assert weigh(tmp_path) == Weights(0, 0, 0, 0, 0, 0, 0)


def test_a_folder_that_is_no_checkout_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([str(tmp_path)])
    assert ended.value.code == 2
    assert f"{tmp_path} is no checkout: it has no schemas/src" in capsys.readouterr().err


def test_the_table_has_a_row_for_each(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(checkout)]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert rows[2] == "| source of what ships, lines | 103 |"
    assert [row.split("|")[2].strip() for row in rows[2:]] == ["103", "46", "8", "4", "3", "10", "2"]
