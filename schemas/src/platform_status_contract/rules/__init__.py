"""The rules: observation -> assessment -> phase. Total, pure functions; `now` is an argument (design.md section 5).

Belongs here: the decisions, and the types of their inputs. May not: I/O, clocks, environment, kubernetes,
prometheus_client, jsonschema, os, time. The sidecar, `hctl explain` and the tests share this code, so they agree.

Reading order: `observation` (facts in), `history` (the previous status), `clock` (comparisons with now),
`platform_status_contract.sources` (one assessment per source), `summarize` (all of them), `project` (phase and status).

Further modules: `assessment`, `conclude`, `contracts`, `masking`, `merge`, `projection`, `rows`, `scope`,
`situate`, `table`, `texts`, `timers`, `unobserved`, `workflow`.
"""
