-- Erasures and links are found however long the log is: no query's condition implied that of the index before.

DROP INDEX entries_by_kind;

CREATE INDEX erasures_by_incident ON entries (incident) WHERE kind = 'erasure';

CREATE INDEX links_by_other ON entries (linked) WHERE linked IS NOT NULL;
