"""A dump: one request and everything its verdict rests on, in one YAML document.

Belongs here: the shape of a dump, reading and writing it, collecting it, cutting it down to what the rules read. May
not: judge anything. No data of a Secret ever reaches this package: Secrets are asked for as metadata.

Modules: `case`, `collect`, `keep`, `scopes`.
"""
