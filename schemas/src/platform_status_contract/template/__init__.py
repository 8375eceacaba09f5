"""What the author of a Promise writes: the language of its templates, and the shape that Kratix wants around them.

Belongs here: finding ``${...}`` in text, compiling and evaluating CEL, what an expression reads, walking a template,
YAML as Go means it, and what Kratix accepts as a Promise. Who resolves a template (the pipeline) and who checks one
before it is applied (hctl) must mean the same by it. May not: I/O, or anything that knows one particular Promise.

Needs the extra ``template`` (CEL and PyYAML); so `model`, `rules` and `observing` never import it, and no sidecar does.

Modules: `cel`, `expressions`, `problems`, `promises`, `variables`, `walk`, `yaml_marks`, `yaml_text`.
"""
