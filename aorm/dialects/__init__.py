"""How each database spells SQL: nodes in, text out.

Nothing here talks to a database. Each package below ends in ``dialect.py`` with its ``DIALECT``; ``base`` holds what is
standard, the others hold overrides under the same file names. May import ``aorm.sql`` and floor 0.
"""
