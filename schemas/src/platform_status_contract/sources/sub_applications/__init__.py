"""Sub-applications: the Applications that target what this request created.

Modules: `assess`, `describe`, `read`.
"""
