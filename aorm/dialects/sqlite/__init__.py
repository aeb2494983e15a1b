"""How SQLite spells SQL, and in ``functions*`` the SQL functions that it lacks, written in Python."""
