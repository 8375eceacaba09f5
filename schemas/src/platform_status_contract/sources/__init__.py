"""One folder for one source: all code about one part of the contract.

Belongs in a folder: the slim record and its decoder (`record`), how objects of its kinds are found and kept in a dump
(`kinds`), the interest of a contract and its reading (`read`), the assessment (`assess`), and the description
(`describe`: the objects behind a verdict, what a dump collects). `source` defines the interface of a folder; `registry`
lists the folders, and all other code iterates over it. May not: I/O, clocks, the phase.

Further modules: `argo`, `objects`, `secrets`, `sub_applications`, `workloads`, `works`.
"""
