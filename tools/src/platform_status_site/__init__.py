"""The site of docs/: what ``mkdocs build`` is told beside mkdocs.yml.

Here belongs what Markdown needs to become the site. Words belong into docs/, and the look into mkdocs.yml.

Modules: `hooks`.
"""
