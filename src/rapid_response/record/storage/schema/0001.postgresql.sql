-- The first schema, in the schema `rapid_response` of the database. Statements are parted by empty lines.

CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL);

CREATE TABLE protocols (
  text TEXT PRIMARY KEY,         -- sha256 of the files
  fingerprint TEXT NOT NULL,
  name TEXT NOT NULL,
  version TEXT NOT NULL,
  files BYTEA NOT NULL           -- JSON: [[file name, text], …]
);

CREATE TABLE entries (
  id BIGINT PRIMARY KEY,         -- 1, 2, 3 … without gaps
  at TEXT NOT NULL,              -- when it was recorded, UTC
  kind TEXT NOT NULL,
  incident TEXT NOT NULL,
  by TEXT NOT NULL,
  tier TEXT,                     -- recommended, or decided by people
  decision BIGINT,               -- the decision that the entry is about
  linked TEXT,                   -- the other incident of a link
  payload BYTEA NOT NULL,        -- canonical JSON: what counts, and what is hashed
  chain BYTEA NOT NULL           -- SHA-256 of the chain before and the payload
);

CREATE INDEX entries_by_incident ON entries (incident);

CREATE INDEX entries_by_time ON entries (at);

CREATE INDEX entries_by_decision ON entries (decision) WHERE decision IS NOT NULL;

CREATE INDEX entries_by_kind ON entries (kind) WHERE kind IN ('link', 'erasure');

CREATE TABLE private_parts (
  entry BIGINT PRIMARY KEY,
  key BYTEA NOT NULL,            -- the id of the key
  content BYTEA NOT NULL         -- sealed
);

CREATE TABLE keys (incident TEXT PRIMARY KEY, id BYTEA NOT NULL UNIQUE, secret BYTEA NOT NULL);

CREATE FUNCTION entries_are_only_added() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'entries are only ever added'; END $$;

CREATE TRIGGER entries_are_not_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON entries
  EXECUTE FUNCTION entries_are_only_added();

CREATE VIEW log AS
  SELECT id, at, kind, incident, by, tier, decision, linked, convert_from(payload, 'UTF8')::json AS entry FROM entries;

CREATE VIEW decisions AS
  SELECT id, at, incident, tier AS recommended,
    (SELECT tier FROM entries AS later WHERE later.decision = log.id AND later.kind IN ('confirmation', 'override')
      ORDER BY later.id DESC LIMIT 1) AS decided,
    entry -> 'outcome' ->> 'standing' AS standing,
    entry -> 'outcome' ->> 'lowest' AS lowest,
    entry -> 'outcome' ->> 'highest' AS highest,
    entry -> 'outcome' ->> 'scope' AS scope,
    entry ->> 'as_of' AS as_of,
    by,
    decision AS updates,
    entry -> 'protocol' ->> 'name' AS protocol,
    entry -> 'protocol' ->> 'version' AS version
  FROM log WHERE kind = 'decision';

CREATE VIEW facts AS
  SELECT log.id AS decision, incident, fact.key AS fact, fact.value ->> 'value' AS value,
    fact.value ->> 'as_of' AS as_of, fact.value ->> 'verified' AS verified
  FROM log, json_each(entry -> 'facts') AS fact WHERE kind = 'decision';

CREATE VIEW responses AS
  SELECT log.id AS decision, incident, state.key AS state, response.key AS response, response.value AS due
  FROM log, json_each(entry -> 'outcome' -> 'responses') AS state, json_each_text(state.value) AS response
  WHERE kind = 'decision';

CREATE VIEW confirmations AS
  SELECT id, at, incident, decision, tier, by FROM log WHERE kind = 'confirmation';

CREATE VIEW overrides AS
  SELECT id, at, incident, decision, entry ->> 'recommended' AS recommended, tier AS decided, by
  FROM log WHERE kind = 'override';

CREATE VIEW links AS
  SELECT id, at, incident, linked AS other_incident, decision, entry ->> 'other' AS other_decision, by
  FROM log WHERE kind = 'link';

CREATE VIEW erasures AS
  SELECT id, at, incident, by, entry ->> 'reason' AS reason FROM log WHERE kind = 'erasure';

CREATE VIEW protocol_files AS
  SELECT name, version, fingerprint, file.value ->> 0 AS file, file.value ->> 1 AS content, text
  FROM protocols, json_array_elements(convert_from(files, 'UTF8')::json) AS file;
