"""From calls to statements to objects: querysets, managers and everything between a lookup and a loaded instance.

Start reading at ``queryset``, then ``state``, ``scope``, ``planning``, ``loading`` and ``execution``.
``building`` never awaits; ``reading`` and ``writing`` always do. May import mapping and below.
"""
