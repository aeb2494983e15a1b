"""Lookups and transforms: the last parts of ``author__name__icontains``.

Fields list these classes in their tables; nothing here names a field. Start reading at ``base``.
"""
