"""What other programs may import of hctl: `hctl ask`, the MCP server, and whoever builds beside them.

`facts` is pure, `access` asks a cluster. The rest of hctl is its own affair and may change with each version; what
stands here changes with a changelog fragment.
"""
