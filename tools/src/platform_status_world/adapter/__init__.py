"""Kratix's three containers, as the double plays them, for a pod: reader, work writer, status writer.

Runs inside a container, whose image `platform_status_world.adapter_image` makes. Imports nothing but what is in it:
the double of Kratix, the REST client of ``localplane``, urllib3 and PyYAML.
"""
