"""`python -m platform_status_pipeline` is the command `platform-status-pipeline`."""

import sys

from platform_status_pipeline.cli import main

sys.exit(main())
