#!/usr/bin/env python3
"""Write the shipped policies as JSON into the contract's distribution, from which the pipeline and hctl read them.

Examples:
    python promise/policies.py            # write them
    python promise/policies.py --check    # exit 1 with the fix if one is stale
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from platform_status_contract.policy.read import SHIPPED, read_policy
from platform_status_contract.template.yaml_text import load

HERE = Path(__file__).resolve().parent
FILES = {"strict": HERE / "platform.yaml", "single-tenant": HERE / "platform-single-tenant.yaml"}
RESULTS = HERE.parent / "schemas/src/platform_status_contract/policies"


def main(argv: list[str] | None = None) -> int:
    """Write or check the policies.

    Args:
        argv: Command line without the program's name; None: that of this process.

    Returns:
        The exit code.
    """
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a policy is stale")
    arguments = parser.parse_args(argv)
    for name in SHIPPED:
        document, result = load(FILES[name].read_text("utf-8")), RESULTS / f"{name}.json"
        read_policy(document)
        text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
        if not arguments.check:
            result.write_text(text, "utf-8")
        elif not result.is_file() or result.read_text("utf-8") != text:
            sys.stderr.write(f"{result.name} is stale: it differs from {FILES[name].name}; run: make schemas\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
