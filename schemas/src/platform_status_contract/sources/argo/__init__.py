"""The Argo CD Application: is it synced, and is it healthy?

Modules: `assess`, `compared`, `describe`, `failures`, `kinds`, `read`, `record`, `states`.
"""
