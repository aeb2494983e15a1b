"""Where statements run: configuration, pools, transactions. Usable alone, without any model.

May import `dialects.base`, `drivers.protocol` and the leaves; concrete dialects and drivers are named only in
`databases`. Start with `database` (one database), then `pool` and `slots` (connections), `scope` and `transaction`
(atomic blocks), `atomic` (the public door).
"""
