"""The process that runs the user's code.

It is run by path and not installed, so that it lives with any versions of SQLAlchemy and Alembic
and with any other distribution called pgcraft: it imports the standard library and the user's own
SQLAlchemy, Alembic and driver, and reaches pgcraft's shared modules under the private name
``_pgcraft`` (see ``__main__.py``). Relative imports only.
"""
