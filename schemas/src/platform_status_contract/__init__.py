"""The status contract of a golden-path resource, and its meaning.

What belongs here: the JSON Schema files (`jsonschema/`), the typed model of the documents (`model`), validation with
messages that name the fix (`validation`), the language of templates (`template`), and the rules that compute a phase
from observations (`rules`).

What may not: anything that connects to a cluster, reads a clock or an environment, or imports a sibling distribution.
Importing `model` or `rules` never imports jsonschema: the sidecar's memory limit is 64 MiB (design.md section 3).

Further modules: `observing`, `policy`, `sources`.
"""

__version__ = "0.1.0"
REPOSITORY = "https://git.invalid/platform/platform-status"
"""URL of this repository; `make repository REPOSITORY=...` sets it here and in every text that names it."""

RUNBOOKS = "https://status.integratn.tech/docs/runbooks/"
"""Where the pages of docs/runbooks are served: every runbook_url begins with it, and what hctl names for a reason."""
