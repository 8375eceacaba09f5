"""``python -m platform_status_kind``."""

from platform_status_kind.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
