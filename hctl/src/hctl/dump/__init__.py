"""A dump: one request and the objects behind its verdict, in one YAML document.

Belongs here: the structure of a dump, reading and writing it, collecting it, and reducing it to the fields that the
rules read. May not: assessments. Secrets are requested as metadata only, so their data never reaches this package.

Modules: `case`, `collect`, `keep`, `scopes`.
"""
