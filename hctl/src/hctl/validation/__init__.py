"""Files before they are applied: requests, templates of the status contract, statuses and Promises, checked offline.

Belongs here: what is wrong with a document, where it stands, and what would mend it. `check` decides without I/O;
`files` is the one module that reads. May not: a cluster, a network, rich, typer, or how a finding is spelled.

Reading order: `findings` (what comes out, and the ids of the rules), `streams` (text -> documents whose every value
knows its line), `located` (findings get their place), `kinds` and `openapi` (structure), `crd_rules`,
`reads` and `expressions` (CEL), then a module per kind of document, and `check` over all.

Further modules: `elsewhere`, `events`, `known`, `kubernetes_cel`, `metadata`, `policies`, `promises`,
 `statuses`, `syntax`, `templates`.
"""
