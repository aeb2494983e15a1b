"""Django parity: the same models and the same calls on Django and on aorm; results, not SQL, are compared.

Start reading at `harness/environment.py` (what a case may do) and `README.md` (how to run, add and record cases).
"""
