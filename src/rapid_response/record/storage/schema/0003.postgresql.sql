-- The views anew, with the columns that those of SQLite have: the newest first, times that can be read, yes and no,
-- lists in words, and a note where something is kept private. No table changes. Statements are parted by empty lines.

DROP VIEW decisions, facts, responses, confirmations, overrides, links, erasures, log, protocol_files;

CREATE VIEW log AS
  SELECT id AS record, substr(at, 1, 10) || ' ' || substr(at, 12, 8) AS recorded_utc, kind, incident, tier,
    decision AS about_record, linked AS linked_incident, by AS recorded_by
  FROM entries ORDER BY id DESC;

CREATE VIEW entries_as_json AS
  SELECT id AS record, kind, incident, convert_from(payload, 'UTF8')::json AS entry FROM entries ORDER BY id DESC;

CREATE VIEW decisions AS
  SELECT log.record, recorded_utc, log.incident, log.tier AS recommended, word.tier AS decided, word.by AS decided_by,
    entry -> 'outcome' ->> 'standing' AS standing,
    CASE entry -> 'outcome' ->> 'lowest' WHEN entry -> 'outcome' ->> 'highest' THEN entry -> 'outcome' ->> 'lowest'
      ELSE (entry -> 'outcome' ->> 'lowest') || ' to ' || (entry -> 'outcome' ->> 'highest') END AS range,
    entry -> 'outcome' ->> 'scope' AS scope,
    regexp_replace(entry ->> 'as_of', '^(\S+)T(\S+)([+-]\d\d:\d\d)$', '\1 \2 UTC\3') AS evaluated_as_of,
    recorded_by, about_record AS updates_record,
    CASE WHEN json_typeof(entry -> 'private') = 'null' THEN NULL
      WHEN EXISTS (SELECT 1 FROM private_parts WHERE private_parts.entry = log.record) THEN 'sealed'
      ELSE 'erased' END AS private,
    entry -> 'protocol' ->> 'name' AS protocol,
    entry -> 'protocol' ->> 'version' AS version
  FROM log JOIN entries_as_json ON entries_as_json.record = log.record
    LEFT JOIN entries AS word ON word.id =
      (SELECT max(id) FROM entries WHERE decision = log.record AND kind IN ('confirmation', 'override'))
  WHERE log.kind = 'decision' ORDER BY log.record DESC;

CREATE VIEW facts AS
  SELECT record, incident, fact,
    CASE json_typeof(stated -> 'value')
      WHEN 'boolean' THEN CASE stated ->> 'value' WHEN 'true' THEN 'yes' ELSE 'no' END
      WHEN 'array' THEN (SELECT string_agg(each.value, ', ') FROM json_array_elements_text(stated -> 'value') AS each)
      ELSE regexp_replace(stated ->> 'value', '^(\d{4}-\d\d-\d\d)T(\S+)([+-]\d\d:\d\d)$', '\1 \2 UTC\3') END AS value,
    CASE stated ->> 'verified' WHEN 'true' THEN 'yes' WHEN 'false' THEN 'no' END AS verified,
    replace(stated ->> 'as_of', 'T', ' ') AS as_of,
    CASE WHEN stated IS NULL THEN 'all of it'
      WHEN EXISTS (SELECT 1 FROM json_array_elements_text(entry #> '{private,facts}') AS apart (name)
        WHERE apart.name = fact)
      THEN 'who said it' END AS private
  FROM (SELECT record, incident, entry, name AS fact, entry -> 'facts' -> name AS stated
    FROM entries_as_json, LATERAL (SELECT json_object_keys(entry -> 'facts')
      UNION SELECT json_array_elements_text(entry #> '{private,facts}') ORDER BY 1) AS names (name)
    WHERE kind = 'decision') AS named
  ORDER BY record DESC;

CREATE VIEW responses AS
  SELECT record, incident, response.key AS response, state.key AS state,
    regexp_replace(response.value, '^(\S+)T(\S+)([+-]\d\d:\d\d)$', '\1 \2 UTC\3') AS due
  FROM entries_as_json, json_each(entry #> '{outcome,responses}') AS state, json_each_text(state.value) AS response
  WHERE kind = 'decision' ORDER BY record DESC;

CREATE VIEW confirmations AS
  SELECT record, recorded_utc, incident, about_record, tier AS decided, recorded_by AS decided_by
  FROM log WHERE kind = 'confirmation' ORDER BY record DESC;

CREATE VIEW overrides AS
  SELECT log.record, recorded_utc, log.incident, about_record,
    entry ->> 'recommended' AS recommended, log.tier AS decided, recorded_by AS decided_by,
    CASE WHEN EXISTS (SELECT 1 FROM private_parts WHERE private_parts.entry = log.record)
      THEN 'sealed' ELSE 'erased' END AS reason
  FROM log JOIN entries_as_json ON entries_as_json.record = log.record
  WHERE log.kind = 'override' ORDER BY log.record DESC;

CREATE VIEW links AS
  SELECT log.record, recorded_utc, log.incident, about_record, linked_incident,
    (entry ->> 'other')::bigint AS linked_record, recorded_by
  FROM log JOIN entries_as_json ON entries_as_json.record = log.record
  WHERE log.kind = 'link' ORDER BY log.record DESC;

CREATE VIEW erasures AS
  SELECT log.record, recorded_utc, log.incident, entry ->> 'reason' AS reason, recorded_by AS erased_by
  FROM log JOIN entries_as_json ON entries_as_json.record = log.record
  WHERE log.kind = 'erasure' ORDER BY log.record DESC;

CREATE VIEW protocol_files AS
  SELECT name AS protocol, version, file.value ->> 0 AS file, file.value ->> 1 AS content, fingerprint
  FROM protocols, json_array_elements(convert_from(files, 'UTF8')::json) AS file;
