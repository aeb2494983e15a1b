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
aget by primary key                      | postgresql |     9    17     |     9    18
acreate                                  | postgresql |    12    25     |    12    26
asave                                    | postgresql |     7    16     |     7    17
asave(update_fields)                     | postgresql |    13    18     |    13    19
arefresh_from_db                         | postgresql |    13    19     |    13    20
adelete                                  | postgresql |    15    20     |    15    21
filter, one condition                    | postgresql |    35    28     |    35    29
filter, three conditions, order, slice   | postgresql |    70    68     |    66    69
the same, without its statement          | postgresql |    63    59     |    59    59
aexists                                  | postgresql |    37    39     |    37    40
acount                                   | postgresql |    45    32     |    43    33
values_list                              | postgresql |   137    49     |   133    50
atomic, empty                            | postgresql |    27    25     |    27    25
atomic, one save                         | postgresql |    63    55     |    62    56
get, the sync twin: the caller's thread  | postgresql |     9     0     |     9     0
run_sync of nothing: the caller's thread | postgresql |     8     0     |     8     0
sync atomic, empty: the caller's thread  | postgresql |    31     0     |    31     0
aget by primary key                      | sqlite     |    10    18     |    10    19
acreate                                  | sqlite     |    13    26     |    13    27
asave                                    | sqlite     |     8    17     |     8    18
asave(update_fields)                     | sqlite     |    13    18     |    13    19
arefresh_from_db                         | sqlite     |    14    20     |    14    21
adelete                                  | sqlite     |    15    20     |    15    21
filter, one condition                    | sqlite     |    36    29     |    36    30
filter, three conditions, order, slice   | sqlite     |    71    69     |    67    70
the same, without its statement          | sqlite     |    63    59     |    59    59
aexists                                  | sqlite     |    37    39     |    37    40
acount                                   | sqlite     |    45    32     |    43    33
values_list                              | sqlite     |   138    50     |   134    51
atomic, empty                            | sqlite     |    27    25     |    27    25
atomic, one save                         | sqlite     |    63    54     |    62    55
get, the sync twin: the caller's thread  | sqlite     |     9     0     |     9     0
run_sync of nothing: the caller's thread | sqlite     |     8     0     |     8     0
sync atomic, empty: the caller's thread  | sqlite     |    31     0     |    31     0
"""

# What each of 10,000 rows costs: calls, then blocks of memory and objects for the garbage collector that stay.
ROWS = """
what rows become | database   | 3.11: Python, C, blocks, tracked | 3.12: Python, C, blocks, tracked
instances        | postgresql |     0     0     2     1          |     0     0     1     1
values_list      | postgresql |     0     0     1     1          |     0     0     1     1
values           | postgresql |     0     0     2     0          |     0     0     2     0
instances        | sqlite     |     1     1     3     1          |     1     1     2     1
values_list      | sqlite     |     1     1     2     1          |     1     1     2     1
values           | sqlite     |     1     1     3     0          |     1     1     3     0
"""

# Calls of a driver's own code for one statement, on its connection's loop and, for SQLite, on its thread.
# One of SQLite's looks whether a parameter is of a class that the database does not know.
DRIVERS = """
statement                    | driver     | 3.11: Python, C | 3.12: Python, C
fetch: the loop's thread     | postgresql |     2     0     |     2     0
execute: the loop's thread   | postgresql |     2     3     |     2     3
fetch: the loop's thread     | sqlite     |    14     2     |    14     2
fetch: the driver's thread   | sqlite     |     2     6     |     2     6
execute: the loop's thread   | sqlite     |    14     2     |    14     2
execute: the driver's thread | sqlite     |     2     6     |     2     6
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
