"""What the lanes with a real GitOps engine share: lives, their scene, the table, and what the audit log says.

Belongs here: everything that does not depend on one engine. Each engine has a folder beside this one: its lane, what
its scene adds, and its lives.
"""
