"""From a question to an answer whose every fact is cited, or to the admission that the evidence is missing.

Belongs here: intents and names by rules, evidence (the only module that does I/O by way of hctl and `retrieval`), answers,
the check of a model's reply. May not: rules about health, drawing beyond plain lines.
"""
