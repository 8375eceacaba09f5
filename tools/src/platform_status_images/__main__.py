"""``python -m platform_status_images``."""

from platform_status_images.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
