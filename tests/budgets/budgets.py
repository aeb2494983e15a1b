"""The budgets: upper bounds, each what was counted when the table was last written.

Python 3.12 inlines comprehensions, so it counts fewer calls; the second pair of columns is for it and its successors.
A change that needs more raises a number here and says why; one that needs less lowers it:

    python -m tests.budgets.measure            # counts, and shows what differs from the table
    python -m tests.budgets.measure --write    # writes the columns of the running Python
"""

from __future__ import annotations

# Calls of aorm's own functions, and calls of C functions from them, for one operation. No driver is in it.
CALLS = """
operation                                | database   | 3.11: Python, C | 3.12: Python, C
aget by primary key                      | postgresql |    38    22     |    38    23
acreate                                  | postgresql |    47    27     |    47    28
asave                                    | postgresql |    34    19     |    34    20
asave(update_fields)                     | postgresql |    40    20     |    40    21
arefresh_from_db                         | postgresql |    19    26     |    19    27
adelete                                  | postgresql |    67    34     |    67    35
filter, one condition                    | postgresql |    55    26     |    48    27
filter, three conditions, order, slice   | postgresql |   152    88     |   140    89
the same, without its statement          | postgresql |   144    79     |   132    79
aexists                                  | postgresql |    59    33     |    51    34
acount                                   | postgresql |    63    29     |    55    30
values_list                              | postgresql |   156    44     |   146    45
atomic, empty                            | postgresql |    27    25     |    27    25
atomic, one save                         | postgresql |    88    57     |    87    58
get, the sync twin: the caller's thread  | postgresql |    10     0     |    10     0
run_sync of nothing: the caller's thread | postgresql |     8     0     |     8     0
sync atomic, empty: the caller's thread  | postgresql |    31     0     |    31     0
aget by primary key                      | sqlite     |    40    23     |    40    24
acreate                                  | sqlite     |    47    28     |    47    29
asave                                    | sqlite     |    34    20     |    34    21
asave(update_fields)                     | sqlite     |    40    20     |    40    21
arefresh_from_db                         | sqlite     |    21    27     |    21    28
adelete                                  | sqlite     |    67    34     |    67    35
filter, one condition                    | sqlite     |    57    27     |    50    28
filter, three conditions, order, slice   | sqlite     |   154    89     |   142    90
the same, without its statement          | sqlite     |   144    79     |   132    79
aexists                                  | sqlite     |    59    33     |    51    34
acount                                   | sqlite     |    63    29     |    55    30
values_list                              | sqlite     |   158    45     |   148    46
atomic, empty                            | sqlite     |    27    25     |    27    25
atomic, one save                         | sqlite     |    88    56     |    87    57
get, the sync twin: the caller's thread  | sqlite     |    10     0     |    10     0
run_sync of nothing: the caller's thread | sqlite     |     8     0     |     8     0
sync atomic, empty: the caller's thread  | sqlite     |    31     0     |    31     0
"""

# What each of 10,000 rows costs: calls, then blocks of memory and objects for the garbage collector that stay.
ROWS = """
what rows become | database   | 3.11: Python, C, blocks, tracked | 3.12: Python, C, blocks, tracked
instances        | postgresql |     0     0     2     1          |     0     0     1     1
values_list      | postgresql |     0     0     1     1          |     0     0     1     1
values           | postgresql |     0     0     2     0          |     0     0     2     0
instances        | sqlite     |     2     1     3     1          |     2     1     2     1
values_list      | sqlite     |     2     1     2     1          |     2     1     2     1
values           | sqlite     |     2     1     3     0          |     2     1     3     0
"""

# Calls of a driver's own code for one statement, on its connection's loop and, for SQLite, on its thread.
DRIVERS = """
statement                    | driver     | 3.11: Python, C | 3.12: Python, C
fetch: the loop's thread     | postgresql |     2     0     |     2     0
execute: the loop's thread   | postgresql |     2     2     |     2     2
fetch: the loop's thread     | sqlite     |     6     3     |     6     3
fetch: the driver's thread   | sqlite     |     3     5     |     3     5
execute: the loop's thread   | sqlite     |     6     3     |     6     3
execute: the driver's thread | sqlite     |     3     5     |     3     5
"""

# Statements that reach the driver, BEGIN and COMMIT included, then round trips to PostgreSQL, and visits to SQLite's
# thread. These are exact.
TRIPS = """
operation                              | database   | statements, trips
aget by primary key                    | postgresql |     1     1
acreate, adelete                       | postgresql |     2     2
asave                                  | postgresql |     1     1
asave(update_fields)                   | postgresql |     1     1
arefresh_from_db                       | postgresql |     1     1
filter, three conditions, order, slice | postgresql |     1     1
aget_or_create, there                  | postgresql |     1     1
aupdate_or_create, there               | postgresql |     4     4
abulk_create of 100                    | postgresql |     3     3
prefetch_related                       | postgresql |     2     2
atomic, empty                          | postgresql |     0     0
atomic, one get                        | postgresql |     3     3
atomic, two saves                      | postgresql |     4     4
atomic in atomic, one save             | postgresql |     5     4
aget by primary key                    | sqlite     |     1     1
acreate, adelete                       | sqlite     |     2     2
asave                                  | sqlite     |     1     1
asave(update_fields)                   | sqlite     |     1     1
arefresh_from_db                       | sqlite     |     1     1
filter, three conditions, order, slice | sqlite     |     1     1
aget_or_create, there                  | sqlite     |     1     1
aupdate_or_create, there               | sqlite     |     4     3
abulk_create of 100                    | sqlite     |     3     2
prefetch_related                       | sqlite     |     2     2
atomic, empty                          | sqlite     |     0     0
atomic, one get                        | sqlite     |     3     2
atomic, two saves                      | sqlite     |     4     3
atomic in atomic, one save             | sqlite     |     5     3
"""
