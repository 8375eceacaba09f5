"""The site of docs/: the parts of ``mkdocs build`` that mkdocs.yml cannot configure.

Belongs here: transforming Markdown into the site. May not: texts, which are in docs/, or the theme, in mkdocs.yml.

Modules: `hooks`.
"""
