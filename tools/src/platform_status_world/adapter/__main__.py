"""``pipeline-adapter {reader|work-creator ...|update-status}``."""

import sys

from platform_status_world.adapter.commands import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
