-- The views anew, for people who open the file in a browser for tables: the newest first, times that can be read, yes
-- and no, lists in words, and a note where something is kept private. No table changes. They are ordered by the record
-- alone, which needs no sorting of a long log, and made in the order in which such a browser lists them. Statements are
-- parted by empty lines.

DROP VIEW decisions;

DROP VIEW facts;

DROP VIEW responses;

DROP VIEW confirmations;

DROP VIEW overrides;

DROP VIEW links;

DROP VIEW erasures;

DROP VIEW log;

DROP VIEW protocol_files;

CREATE VIEW decisions AS
  SELECT log.record, recorded_utc, log.incident, log.tier AS recommended, word.tier AS decided, word.by AS decided_by,
    json_extract(entry, '$.outcome.standing') AS standing,
    CASE json_extract(entry, '$.outcome.lowest') WHEN json_extract(entry, '$.outcome.highest')
      THEN json_extract(entry, '$.outcome.lowest')
      ELSE json_extract(entry, '$.outcome.lowest') || ' to ' || json_extract(entry, '$.outcome.highest') END AS range,
    json_extract(entry, '$.outcome.scope') AS scope,
    replace(substr(json_extract(entry, '$.as_of'), 1, length(json_extract(entry, '$.as_of')) - 6), 'T', ' ')
      || ' UTC' || substr(json_extract(entry, '$.as_of'), -6) AS evaluated_as_of,
    recorded_by, about_record AS updates_record,
    CASE WHEN json_type(entry, '$.private') = 'null' THEN NULL
      WHEN EXISTS (SELECT 1 FROM private_parts WHERE private_parts.entry = log.record) THEN 'sealed'
      ELSE 'erased' END AS private,
    json_extract(entry, '$.protocol.name') AS protocol,
    json_extract(entry, '$.protocol.version') AS version
  FROM log JOIN entries_as_json ON entries_as_json.record = log.record
    LEFT JOIN entries AS word ON word.id =
      (SELECT max(id) FROM entries WHERE decision = log.record AND kind IN ('confirmation', 'override'))
  WHERE log.kind = 'decision' ORDER BY log.record DESC;

CREATE VIEW facts AS
  SELECT record, incident, fact,
    CASE json_type(stated, '$.value') WHEN 'true' THEN 'yes' WHEN 'false' THEN 'no'
      WHEN 'array' THEN (SELECT group_concat(value, ', ') FROM json_each(stated, '$.value'))
      ELSE CASE WHEN json_extract(stated, '$.value') GLOB '????-??-??T*[+-]??:??'
        THEN replace(substr(json_extract(stated, '$.value'), 1, length(json_extract(stated, '$.value')) - 6), 'T', ' ')
          || ' UTC' || substr(json_extract(stated, '$.value'), -6)
        ELSE json_extract(stated, '$.value') END END AS value,
    CASE json_extract(stated, '$.verified') WHEN 1 THEN 'yes' WHEN 0 THEN 'no' END AS verified,
    replace(json_extract(stated, '$.as_of'), 'T', ' ') AS as_of,
    CASE WHEN stated IS NULL THEN 'all of it'
      WHEN EXISTS (SELECT 1 FROM json_each(entry, '$.private.facts') AS apart WHERE apart.value = fact)
      THEN 'who said it' END AS private
  FROM (SELECT record, incident, entry, name.value AS fact,
      json_extract(entry, '$.facts."' || name.value || '"') AS stated
    FROM entries_as_json, json_each((SELECT json_group_array(name) FROM
      (SELECT key AS name FROM json_each(entry, '$.facts')
        UNION SELECT value FROM json_each(entry, '$.private.facts')))) AS name
    WHERE kind = 'decision')
  ORDER BY record DESC;

CREATE VIEW responses AS
  SELECT record, incident, response.key AS response, state.key AS state,
    replace(substr(response.value, 1, length(response.value) - 6), 'T', ' ')
      || ' UTC' || substr(response.value, -6) AS due
  FROM entries_as_json, json_each(entry, '$.outcome.responses') AS state, json_each(state.value) AS response
  WHERE kind = 'decision' ORDER BY record DESC;

CREATE VIEW confirmations AS
  SELECT record, recorded_utc, incident, about_record, tier AS decided, recorded_by AS decided_by
  FROM log WHERE kind = 'confirmation' ORDER BY record DESC;

CREATE VIEW overrides AS
  SELECT log.record, recorded_utc, log.incident, about_record,
    json_extract(entry, '$.recommended') AS recommended, log.tier AS decided, recorded_by AS decided_by,
    CASE WHEN EXISTS (SELECT 1 FROM private_parts WHERE private_parts.entry = log.record)
      THEN 'sealed' ELSE 'erased' END AS reason
  FROM log JOIN entries_as_json ON entries_as_json.record = log.record
  WHERE log.kind = 'override' ORDER BY log.record DESC;

CREATE VIEW links AS
  SELECT log.record, recorded_utc, log.incident, about_record, linked_incident,
    json_extract(entry, '$.other') AS linked_record, recorded_by
  FROM log JOIN entries_as_json ON entries_as_json.record = log.record
  WHERE log.kind = 'link' ORDER BY log.record DESC;

CREATE VIEW erasures AS
  SELECT log.record, recorded_utc, log.incident, json_extract(entry, '$.reason') AS reason, recorded_by AS erased_by
  FROM log JOIN entries_as_json ON entries_as_json.record = log.record
  WHERE log.kind = 'erasure' ORDER BY log.record DESC;

CREATE VIEW log AS
  SELECT id AS record, substr(at, 1, 10) || ' ' || substr(at, 12, 8) AS recorded_utc, kind, incident, tier,
    decision AS about_record, linked AS linked_incident, by AS recorded_by
  FROM entries ORDER BY id DESC;

CREATE VIEW protocol_files AS
  SELECT name AS protocol, version, json_extract(file.value, '$[0]') AS file,
    json_extract(file.value, '$[1]') AS content, fingerprint
  FROM protocols, json_each(CAST(files AS TEXT)) AS file;

CREATE VIEW entries_as_json AS
  SELECT id AS record, kind, incident, CAST(payload AS TEXT) AS entry FROM entries ORDER BY id DESC;
