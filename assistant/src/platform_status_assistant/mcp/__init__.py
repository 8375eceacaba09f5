"""The MCP server: tools that read (list, status, explain, diagnose), resources for the contract and the runbooks.

Belongs here: the protocol. May not: decisions, writes; hctl computes every answer.

Modules: `arguments`, `sentences`, `server`, `serving`, `tools`.
"""
