"""Cases by subject. A case is a coroutine marked `@case`; its notes are compared with Django's."""
