"""No text of this repository makes anybody install or run what somebody else put under one of our names.

Here belongs: reading files into pieces of text (`pieces`), and what a piece may not say about packages (`packages`,
`requirements`) and about images (`images`). Nothing here knows a single file by name but the tests' allow-lists.
"""
