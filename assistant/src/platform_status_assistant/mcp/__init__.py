"""The MCP server: tools that read (list, status, explain, diagnose), resources for the contract and the runbooks.

Belongs here: the protocol's side of things. May not: anything that decides or writes; what is answered comes from hctl.

Modules: `arguments`, `documents`, `sentences`, `server`, `serving`, `tools`.
"""
