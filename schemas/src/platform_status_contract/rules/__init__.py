"""The rules: observation -> assessment -> phase. Total, pure functions; `now` is an argument (design.md section 5).

Belongs here: what decides, and the types of what is decided upon. May not: I/O, clocks, environment, kubernetes,
prometheus_client, jsonschema, os, time. The sidecar, `hctl explain` and the tests reach one verdict by this one code.

Reading order: `observation` (facts in), `history` (what the status remembers), `clock` (comparisons with now),
`platform_status_contract.sources` (one assessment per source), `summarize` (all of them), `project` (phase and status).

Further modules: `assessment`, `budget`, `conclude`, `contracts`, `masking`, `merge`, `projection`, `rows`, `scope`,
`situate`, `table`, `texts`, `timers`, `unobserved`, `workflow`.
"""
