"""Checks of the platform itself: reads its objects once, and applies a table of checks, each a pure function.

Belongs here: checks that are not about one request. May not: a verdict on a request, which the rules compute.

Modules: `accounts`, `checks`, `facts`, `look`, `platform`.
"""
