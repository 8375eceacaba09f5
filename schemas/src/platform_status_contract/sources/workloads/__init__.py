"""Pods, and the controllers that a contract names.

Modules: `assess`, `controller_record`, `describe`, `groups`, `kinds`, `pod_record`, `pods`, `read`.
"""
