"""Checks files offline before they are applied: requests, templates of the status contract, statuses and Promises.

Belongs here: the errors of a document, with their place and fix. `check` does no I/O; `files` is the only module that
reads files. May not: a cluster, a network, rich, typer, or the output formats of findings.

Reading order: `findings` (the results, and the ids of the rules), `streams` (text -> documents with the line of every
value), `located` (places of findings), `kinds`, `stored` and `openapi` (structure), `crd_rules` and `expressions`
(CEL), then a module per kind of document, and `check` over all.

Further modules: `events`, `formats`, `metadata`, `policies`, `promises`, `syntax`, `templates`.
"""
