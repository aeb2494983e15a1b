"""What SQL is: immutable nodes of statements and of the terms inside them.

Nothing here knows a model, a dialect or a connection. Start reading at ``node``, then ``values``,
``predicates`` and ``select``. May import floor 0 only.
"""
