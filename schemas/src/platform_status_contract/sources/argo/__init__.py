"""The Argo CD Application: is it synced, and is it healthy?"""
