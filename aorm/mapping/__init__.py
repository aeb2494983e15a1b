"""Which class is which table: declarations, options, the registry of models and the paths between them.

No query is made here. Start reading at ``options``, then ``registry`` and ``paths``. May import fields and below.
"""
