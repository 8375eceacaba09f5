"""Kratix's three containers for a pod, implemented by the double: reader, work writer, status writer.

Runs inside a container, whose image `platform_status_world.images` makes. Imports only what the image contains:
the Kratix double, the REST client of ``localplane``, urllib3 and PyYAML.
"""
