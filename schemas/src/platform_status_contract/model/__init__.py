"""Typed model of the documents: contract, status, template, and the closed vocabularies.

Belongs here: msgspec structs that mirror the JSON Schema files field by field, the enums, and time formatting.
May not: rules, I/O, clocks, jsonschema. The schema is the authority; a test compares the model with it.

Modules: `conditions`, `contract`, `lookup`, `objects`, `outputs`, `policy`, `request`, `selectors`, `status`,
`template`, `template_parts`, `times`, `vocabulary`.
"""
