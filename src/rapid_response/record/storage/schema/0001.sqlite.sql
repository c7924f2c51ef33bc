-- The first schema. Statements are parted by empty lines.

CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL);

CREATE TABLE protocols (
  text TEXT PRIMARY KEY,         -- sha256 of the files
  fingerprint TEXT NOT NULL,
  name TEXT NOT NULL,
  version TEXT NOT NULL,
  files BLOB NOT NULL            -- JSON: [[file name, text], …]
);

CREATE TABLE entries (
  id INTEGER PRIMARY KEY,        -- 1, 2, 3 … without gaps
  at TEXT NOT NULL,              -- when it was recorded, UTC
  kind TEXT NOT NULL,
  incident TEXT NOT NULL,
  by TEXT NOT NULL,
  tier TEXT,                     -- recommended, or decided by people
  decision INTEGER,              -- the decision that the entry is about
  linked TEXT,                   -- the other incident of a link
  payload BLOB NOT NULL,         -- canonical JSON: what counts, and what is hashed
  chain BLOB NOT NULL            -- SHA-256 of the chain before and the payload
);

CREATE INDEX entries_by_incident ON entries (incident);

CREATE INDEX entries_by_time ON entries (at);

CREATE INDEX entries_by_decision ON entries (decision) WHERE decision IS NOT NULL;

CREATE INDEX entries_by_kind ON entries (kind) WHERE kind IN ('link', 'erasure');

CREATE TABLE private_parts (
  entry INTEGER PRIMARY KEY,
  key BLOB NOT NULL,             -- the id of the key, which is kept elsewhere
  content BLOB NOT NULL          -- sealed
);

CREATE TRIGGER entries_are_not_changed BEFORE UPDATE ON entries BEGIN
  SELECT RAISE(ABORT, 'entries are only ever added');
END;

CREATE TRIGGER entries_are_not_deleted BEFORE DELETE ON entries BEGIN
  SELECT RAISE(ABORT, 'entries are only ever added');
END;

CREATE VIEW log AS
  SELECT id, at, kind, incident, by, tier, decision, linked, CAST(payload AS TEXT) AS entry FROM entries;

CREATE VIEW decisions AS
  SELECT id, at, incident, tier AS recommended,
    (SELECT tier FROM entries AS later WHERE later.decision = log.id AND later.kind IN ('confirmation', 'override')
      ORDER BY later.id DESC LIMIT 1) AS decided,
    json_extract(entry, '$.outcome.standing') AS standing,
    json_extract(entry, '$.outcome.lowest') AS lowest,
    json_extract(entry, '$.outcome.highest') AS highest,
    json_extract(entry, '$.outcome.scope') AS scope,
    json_extract(entry, '$.as_of') AS as_of,
    by,
    decision AS updates,
    json_extract(entry, '$.protocol.name') AS protocol,
    json_extract(entry, '$.protocol.version') AS version
  FROM log WHERE kind = 'decision';

CREATE VIEW facts AS
  SELECT log.id AS decision, incident, fact.key AS fact, json_extract(fact.value, '$.value') AS value,
    json_extract(fact.value, '$.as_of') AS as_of, json_extract(fact.value, '$.verified') AS verified
  FROM log, json_each(entry, '$.facts') AS fact WHERE kind = 'decision';

CREATE VIEW responses AS
  SELECT log.id AS decision, incident, state.key AS state, response.key AS response, response.value AS due
  FROM log, json_each(entry, '$.outcome.responses') AS state, json_each(state.value) AS response
  WHERE kind = 'decision';

CREATE VIEW confirmations AS
  SELECT id, at, incident, decision, tier, by FROM log WHERE kind = 'confirmation';

CREATE VIEW overrides AS
  SELECT id, at, incident, decision, json_extract(entry, '$.recommended') AS recommended, tier AS decided, by
  FROM log WHERE kind = 'override';

CREATE VIEW links AS
  SELECT id, at, incident, linked AS other_incident, decision, json_extract(entry, '$.other') AS other_decision, by
  FROM log WHERE kind = 'link';

CREATE VIEW erasures AS
  SELECT id, at, incident, by, json_extract(entry, '$.reason') AS reason FROM log WHERE kind = 'erasure';

CREATE VIEW protocol_files AS
  SELECT name, version, fingerprint, json_extract(file.value, '$[0]') AS file, json_extract(file.value, '$[1]') AS content, text
  FROM protocols, json_each(CAST(files AS TEXT)) AS file;
