-- The key file. Statements are parted by empty lines.

CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL);

CREATE TABLE keys (incident TEXT PRIMARY KEY, id BLOB NOT NULL UNIQUE, secret BLOB NOT NULL) WITHOUT ROWID;
