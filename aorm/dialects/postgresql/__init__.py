"""How PostgreSQL spells SQL; the same file names as ``base``, overrides only."""
