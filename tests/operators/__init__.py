"""What real operators write of their objects, recorded below tests/golden/objects: `make operator-objects`.

Belongs here: a scene for each operator, which plays what people and outside systems do. Nothing here is a test; what
the rules make of the objects is said in tests/unit/objects.
"""
