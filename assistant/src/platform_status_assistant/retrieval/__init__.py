"""What a retrieval pipeline merges into its own: which queries there are, when to ask them, how to say the answers.

Belongs here: the catalogue, topic keywords, the HTTP client of Prometheus, format handlers, the context block. May not:
hctl, a client of API servers, typer, rich, mcp; this package is imported by programs that have none of them.

Modules: `catalogue`, `context`, `exchange`, `formats`, `prometheus`, `samples`, `topics`.
"""
