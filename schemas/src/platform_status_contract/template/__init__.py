"""The input of a Promise author: the template language, and the shape that Kratix requires of a Promise.

Belongs here: finding ``${...}`` in text, compiling and evaluating CEL, the fields that an expression reads, walking a
template, YAML with Go's semantics, and the schema of a Promise. It is shared, so that the pipeline, which resolves
templates, and hctl, which checks them, agree. May not: I/O, or code for one particular Promise.

Requires the extra ``template`` (CEL and PyYAML); so `model`, `rules`, `observing` and the sidecar never import it.

Modules: `cel`, `expressions`, `problems`, `promises`, `walk`, `yaml_marks`, `yaml_text`.
"""
