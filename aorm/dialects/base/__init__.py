"""Standard SQL: what every dialect starts from. Start reading at ``dialect``, then ``writer`` and ``statements``."""
