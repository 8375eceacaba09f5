"""What scripts read: JSON documents that have a schema, and YAML, names and JSONPath made of them.

Belongs here: pure functions from views to plain mappings and texts. The schema files in `jsonschema` are the promise; a
key is never taken away or given another meaning within one apiVersion. May not: I/O, rich, typer.

Modules: `diagnoses`, `explanations`, `findings`, `outputs`, `reports`.
"""
