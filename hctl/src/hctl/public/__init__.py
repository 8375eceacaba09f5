"""The public API of hctl, for `hctl ask`, the MCP server and other programs.

`facts` is pure, `access` sends requests to a cluster. Other modules of hctl may change in any version; a change here
needs a changelog fragment.
"""
