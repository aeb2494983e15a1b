"""Small tools without knowledge of databases or models.

`codegen` compiles generated source that debuggers can show, `text` shapes words for people, `graphs` orders things that
depend on each other. Nobody's dumping ground: a fourth module needs a reason. May import nothing above the leaves.
"""
