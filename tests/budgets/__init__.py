"""What the hot paths may cost: calls, objects, statements and round trips, counted, never timed.

`budgets.py` is the table. `python -m tests.budgets.measure` counts again and prints the table's lines.
"""
