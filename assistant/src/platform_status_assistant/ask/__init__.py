"""Answers a question of a closed grammar by what `hctl status` and `hctl diagnose` read; each fact has its source.

**grammar -> meaning -> facts -> weighing -> answers -> command.** Only `command` does I/O. Belongs here: the forms of a
question, and sentences about the results of hctl. May not: evidence of its own, rules about health, language models.

Modules: `answers`, `command`, `facts`, `grammar`, `meaning`, `weighing`.
"""
