"""The Argo CD Application: is it synced, and is it healthy?

Modules: `compared`, `describe`, `failures`, `health`, `keep`, `kinds`, `read`, `record`, `states`, `sync`.
"""
