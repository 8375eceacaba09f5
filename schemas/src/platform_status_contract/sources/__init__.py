"""One folder for one source: everything that knows what a part of the contract looks at.

Belongs in a folder: the slim record and its one decoder (`record`), what a contract makes of interest and the reading
that comes of it (`read`), the judgement (`assess`), and what to say of it (`describe`: the objects that a verdict rests
on, what a dump collects and keeps). `source` says what a folder must offer; `registry` lists the folders, and is what
everybody else iterates over. May not: I/O, clocks, the phase.

Further modules: `argo`, `objects`, `secrets`, `sub_applications`, `workloads`, `works`.
"""
