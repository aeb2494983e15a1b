"""Relation fields, both of their ends, and the managers of related objects.

Start reading at ``foreign_key`` and ``remote``, then ``descriptors`` and ``managers``. ``on_delete`` holds the rules of
deletion. May import query and below; never models.
"""
