"""``hctl ask``: the grammar, what names mean, what is answered from which evidence."""
