"""Is what the sidecar says true? Played on the real API server with real objects and the whole sidecar in process.

Belongs here: what design.md sections 5 and 6 promise about the status of a request. May not: how the sidecar is built;
that is tested beside it.
"""
