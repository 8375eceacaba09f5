"""From a question to an answer whose every fact is cited, or to the admission that the evidence is missing.

The way of a question is one line, and each step is a module: **words -> intents -> names -> evidence -> answers ->
documents -> spelling**. Only `evidence` and `hearing` do I/O, by way of hctl and `retrieval`; `wording` asks a
model.

Belongs here: intents and names by rules, evidence, answers, the check of a model's reply. May not: rules about health,
drawing beyond plain lines.
"""
