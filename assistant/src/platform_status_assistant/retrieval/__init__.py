"""Parts for retrieval pipelines: the queries, the topics that select them, and the formats of their results.

Belongs here: the catalogue, topic keywords, the HTTP client of Prometheus, format handlers, the context block. May not:
hctl, a client of API servers, typer, rich, mcp, because programs without these import this package.

Modules: `catalogue`, `context`, `exchange`, `formats`, `prometheus`, `samples`.
"""
