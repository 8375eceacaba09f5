"""The assistant: answers questions about golden-path resources from evidence, and cites each fact.

What belongs here, by package; each knows only those above it:

- `retrieval`: the query catalogue, topics, Prometheus and the context block, for any retrieval pipeline to merge into
  its own. Imports neither hctl nor a client of API servers.
- `ask`: a question -> intent -> evidence -> answer, by rules. Stands on hctl.
- `mcp`: the same reading, as tools and resources of the Model Context Protocol. Stands on hctl.

What may not: a rule about health (those are the contract's), anything that writes to a cluster.

Further modules: `knowledge`.
"""

__version__ = "0.1.0"
