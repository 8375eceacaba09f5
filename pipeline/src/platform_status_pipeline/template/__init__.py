"""What the templates of a Promise become for one request (design.md section 4).

Belongs here: resolving a StatusContract, and the manifests of kind Manifests. May not: I/O, or anything that knows one
particular Promise. The language of the templates is the contract's (`platform_status_contract.template`); nothing here
imports the rest of the pipeline but `errors`.

Modules: `decode`, `listed`, `manifests`, `outputs`, `resolve`.
"""
