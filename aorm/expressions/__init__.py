"""What users write inside queries: descriptions that are resolved later, against a scope, into SQL nodes.

They render nothing and know no model. Start reading at ``base``, then ``references`` and ``lookups.base``.
May import the sql, database and leaf floors.
"""
