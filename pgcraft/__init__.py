"""PostgreSQL schemas in SQLAlchemy models, and migration SQL that a DBA can trust."""
