"""Benchmarks: aorm beside the bare driver, the same work written by hand, and other ORMs, in one run.

    python -m benchmarks                                            # a SQLite file of its own
    python -m benchmarks --url postgresql://user:password@host/name # or a database you name
    python -m benchmarks --only get,save --json figures.json
    python -m benchmarks --django-python path/to/python             # an interpreter that has Django: one more column
    python -m benchmarks --stages                                   # where the time of one statement goes
    python -m benchmarks --profile get                              # the same by function

It drops, creates and fills the tables `benchmark_author`, `benchmark_book` and `benchmark_entry`, and drops them in the
end. SQLAlchemy and Tortoise ORM take part where they are installed (`pip install -e ".[benchmarks]"`).

How it measures: the contestants take turns in small batches (A B C, B C A, ...), so that a disturbance of the machine
hits all of them; a ratio is taken within each round, and what is shown is the median of the rounds' ratios. Times are
medians of the batches. Nobody's results are believed unread: each contestant's answer is compared with the driver's.
`docs/benchmarks.md` says what each operation is, and shows figures.
"""
