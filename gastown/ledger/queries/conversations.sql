-- name: add
INSERT INTO conversations (id, agent, incarnation, runtime, bead, transcript, started_at)
VALUES (:id, :agent, :incarnation, :runtime, :bead, :transcript, :at)
ON CONFLICT (id) DO UPDATE SET incarnation = excluded.incarnation, ended_at = NULL, why = NULL,
       transcript = coalesce(excluded.transcript, transcript)
 WHERE agent = excluded.agent

-- name: by_id
SELECT * FROM conversations WHERE id = :id

-- name: of_agent
SELECT * FROM conversations WHERE agent = :agent ORDER BY started_at, id

-- name: of_bead
SELECT * FROM conversations WHERE bead = :bead ORDER BY started_at, id
