"""Kratix Works: is what the pipeline put out written to its Destinations?

Modules: `assess`, `describe`, `kinds`, `read`, `record`.
"""
