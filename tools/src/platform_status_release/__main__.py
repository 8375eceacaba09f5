"""``python -m platform_status_release``."""

from platform_status_release.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
