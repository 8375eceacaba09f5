"""The status contract of a golden-path resource, and its meaning.

What belongs here: the JSON Schema files (`jsonschema/`), the typed model of the documents (`model`), validation with
sentences a person can act on (`validation`), the language of templates (`template`), and the rules that turn
observations into a phase (`rules`).

What may not: anything that talks to a cluster, reads a clock or an environment, or imports a sibling distribution.
Importing `model` or `rules` never imports jsonschema: the sidecar lives inside 64 MiB (design.md section 3).

Further modules: `observing`, `policy`, `sources`.
"""

__version__ = "0.1.0"
REPOSITORY = "https://git.invalid/platform/platform-status"
"""Where this repository lives; `make repository REPOSITORY=...` sets it here and in every text that names it."""
