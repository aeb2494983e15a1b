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
aget by primary key                      | postgresql |    39    22     |    39    23
acreate                                  | postgresql |    33    24     |    33    25
asave                                    | postgresql |    16    16     |    16    17
asave(update_fields)                     | postgresql |    19    16     |    19    17
arefresh_from_db                         | postgresql |    20    26     |    20    27
adelete                                  | postgresql |    64    35     |    64    36
filter, one condition                    | postgresql |    56    27     |    49    28
filter, three conditions, order, slice   | postgresql |   105    69     |    95    70
the same, without its statement          | postgresql |    96    60     |    86    60
aexists                                  | postgresql |    59    38     |    51    39
acount                                   | postgresql |    63    30     |    55    31
values_list                              | postgresql |   157    44     |   147    45
atomic, empty                            | postgresql |    27    25     |    27    25
atomic, one save                         | postgresql |    69    53     |    68    54
get, the sync twin: the caller's thread  | postgresql |    11     0     |    11     0
run_sync of nothing: the caller's thread | postgresql |     9     0     |     9     0
sync atomic, empty: the caller's thread  | postgresql |    31     0     |    31     0
aget by primary key                      | sqlite     |    40    23     |    40    24
acreate                                  | sqlite     |    33    25     |    33    26
asave                                    | sqlite     |    16    17     |    16    18
asave(update_fields)                     | sqlite     |    19    16     |    19    17
arefresh_from_db                         | sqlite     |    21    27     |    21    28
adelete                                  | sqlite     |    64    35     |    64    36
filter, one condition                    | sqlite     |    57    28     |    50    29
filter, three conditions, order, slice   | sqlite     |   106    70     |    96    71
the same, without its statement          | sqlite     |    96    60     |    86    60
aexists                                  | sqlite     |    59    38     |    51    39
acount                                   | sqlite     |    63    30     |    55    31
values_list                              | sqlite     |   158    45     |   148    46
atomic, empty                            | sqlite     |    27    25     |    27    25
atomic, one save                         | sqlite     |    69    52     |    68    53
get, the sync twin: the caller's thread  | sqlite     |    11     0     |    11     0
run_sync of nothing: the caller's thread | sqlite     |     9     0     |     9     0
sync atomic, empty: the caller's thread  | sqlite     |    31     0     |    31     0
"""

# What each of 10,000 rows costs: calls, then blocks of memory and objects for the garbage collector that stay.
ROWS = """
what rows become | database   | 3.11: Python, C, blocks, tracked | 3.12: Python, C, blocks, tracked
instances        | postgresql |     1     0     2     1          |     1     0     1     1
values_list      | postgresql |     1     0     1     1          |     1     0     1     1
values           | postgresql |     1     0     2     0          |     1     0     2     0
instances        | sqlite     |     2     1     3     1          |     2     1     2     1
values_list      | sqlite     |     2     1     2     1          |     2     1     2     1
values           | sqlite     |     2     1     3     0          |     2     1     3     0
"""

# Calls of a driver's own code for one statement, on its connection's loop and, for SQLite, on its thread.
DRIVERS = """
statement                    | driver     | 3.11: Python, C | 3.12: Python, C
fetch: the loop's thread     | postgresql |     2     0     |     2     0
execute: the loop's thread   | postgresql |     2     3     |     2     3
fetch: the loop's thread     | sqlite     |    15     2     |    15     2
fetch: the driver's thread   | sqlite     |     2     5     |     2     5
execute: the loop's thread   | sqlite     |    15     2     |    15     2
execute: the driver's thread | sqlite     |     2     5     |     2     5
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
