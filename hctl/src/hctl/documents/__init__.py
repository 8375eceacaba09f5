"""Output for scripts: JSON documents with a schema, and YAML, names and JSONPath derived from them.

Belongs here: pure functions from views to plain mappings and texts. The schemas in `jsonschema` are a public interface:
within one apiVersion no key is removed or changes its meaning. May not: I/O, rich, typer.

Modules: `diagnoses`, `explanations`, `findings`, `outputs`, `reports`.
"""
