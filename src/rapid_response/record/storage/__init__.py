"""Where a log is kept: a SQLite file or a PostgreSQL database."""
