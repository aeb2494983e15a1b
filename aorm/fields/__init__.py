"""What a column is in Python: typed descriptors that convert, validate and describe values.

May import expressions, database, sql and the leaves; never models, mapping or querysets.
Start reading at `base.Field`, which is made of the floors declaration, storage, validation and checking.
"""
