"""Secrets that must exist; nothing but their metadata is ever read.

Modules: `assess`, `describe`, `read`, `record`.
"""
