"""From a question of a closed grammar to an answer, whose facts say where they stand.

**grammar -> meaning -> evidence -> answers -> documents.** Only `evidence` and `command` do I/O. Belongs here: the
forms of a question, and sentences about what hctl found. May not: rules about health, understanding of language.

Further modules: `answers`, `documents`, `facts`, `grammar`, `meaning`, `phrases`, `weighing`.
"""
