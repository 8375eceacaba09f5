"""Pods, and the controllers that a contract names.

Modules: `assess`, `controller_record`, `describe`, `groups`, `kinds`, `look`, `pod_record`, `pods`, `read`.
"""
