"""Is the platform itself in order? What is read of it once, and a table of checks, each a pure function over that.

Belongs here: what is not about one request. May not: a verdict about a request, which is the rules' to give.

Modules: `accounts`, `checks`, `facts`, `look`, `platform`.
"""
