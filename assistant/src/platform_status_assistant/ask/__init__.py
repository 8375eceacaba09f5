"""Answers a question of a closed grammar; each fact has its source.

**grammar -> meaning -> evidence -> answers -> documents.** Only `evidence` and `command` do I/O. Belongs here: the
forms of a question, and sentences about the results of hctl. May not: rules about health, language models.

Further modules: `answers`, `documents`, `facts`, `grammar`, `meaning`, `phrases`, `weighing`.
"""
