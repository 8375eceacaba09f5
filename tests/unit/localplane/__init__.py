"""Tests of the local control plane that need none: versions, modules, cache, certificates, command lines, client."""
