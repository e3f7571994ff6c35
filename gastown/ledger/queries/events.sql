-- name: insert
INSERT INTO events (at, actor, type, subject, payload) VALUES (:at, :actor, :type, :subject, :payload)

-- name: last
SELECT * FROM (SELECT * FROM events ORDER BY seq DESC LIMIT :most) ORDER BY seq

-- name: last_about
SELECT * FROM (
    SELECT * FROM events WHERE subject IN (SELECT value FROM json_each(:subjects)) OR actor IN (SELECT value FROM json_each(:subjects))
     ORDER BY seq DESC LIMIT :most) ORDER BY seq

-- name: after
SELECT * FROM events WHERE seq > :seq ORDER BY seq LIMIT 500

-- name: last_of_type
SELECT * FROM events WHERE subject = :subject AND type = :type ORDER BY seq DESC LIMIT 1

-- name: last_of
SELECT * FROM (
    SELECT * FROM events
     WHERE subject IN (SELECT value FROM json_each(:names)) OR actor IN (SELECT value FROM json_each(:names))
        OR json_extract(payload, '$.agent') IN (SELECT value FROM json_each(:names))
        OR json_extract(payload, '$.bead') IN (SELECT value FROM json_each(:names))
        OR json_extract(payload, '$.rig') IN (SELECT value FROM json_each(:names))
        OR subject GLOB :within OR actor GLOB :within OR json_extract(payload, '$.agent') GLOB :within
     ORDER BY seq DESC LIMIT :most) ORDER BY seq

-- name: after_of
SELECT * FROM events
 WHERE seq > :seq
   AND (subject IN (SELECT value FROM json_each(:names)) OR actor IN (SELECT value FROM json_each(:names))
        OR json_extract(payload, '$.agent') IN (SELECT value FROM json_each(:names))
        OR json_extract(payload, '$.bead') IN (SELECT value FROM json_each(:names))
        OR json_extract(payload, '$.rig') IN (SELECT value FROM json_each(:names))
        OR subject GLOB :within OR actor GLOB :within OR json_extract(payload, '$.agent') GLOB :within)
 ORDER BY seq LIMIT 500

-- name: about
SELECT * FROM events
 WHERE subject IN (SELECT value FROM json_each(:subjects)) AND type IN (SELECT value FROM json_each(:types))
 ORDER BY seq DESC LIMIT :most

-- name: lately
SELECT * FROM events WHERE seq > :after AND type IN (SELECT value FROM json_each(:types))
 ORDER BY seq DESC LIMIT :most

-- name: newest_seq
SELECT coalesce(max(seq), 0) AS seq FROM events
