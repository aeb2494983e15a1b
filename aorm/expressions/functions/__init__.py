"""Database functions, one class each: every function of Django's reference.

A class names the neutral function that it calls; how a database spells it is in its dialect. Start reading at ``base``.
"""
