"""The assistant: answers questions about golden-path resources, and cites the source of each fact.

What belongs here, by package; each imports only those above it:

- `retrieval`: the query catalogue, topics, Prometheus and the context block, which any retrieval pipeline can use.
  Imports neither hctl nor a client of API servers.
- `ask`: a question -> intent -> evidence -> answer, by rules. Builds on hctl.
- `mcp`: the same answers as tools and resources of the Model Context Protocol. Builds on hctl.

What may not: a rule about health (those are the contract's), a write to a cluster.
"""

__version__ = "0.1.0"
