-- name: add
INSERT INTO conversations (id, agent, incarnation, runtime, bead, transcript, started_at)
VALUES (:id, :agent, :incarnation, :runtime, :bead, :transcript, :at)
ON CONFLICT (id) DO UPDATE SET incarnation = excluded.incarnation, ended_at = NULL, why = NULL,
       archived_at = NULL, transcript = coalesce(excluded.transcript, transcript)
 WHERE agent = excluded.agent

-- name: by_id
SELECT * FROM conversations WHERE id = :id

-- name: of_agent
SELECT * FROM conversations WHERE agent = :agent ORDER BY started_at, id

-- name: of_bead
SELECT * FROM conversations WHERE bead = :bead ORDER BY started_at, id

-- name: ended
SELECT c.*, i.ended_at AS over_at, i.why AS over_why
  FROM conversations c JOIN incarnations i ON i.id = c.incarnation
 WHERE c.archived_at IS NULL AND coalesce(c.ended_at, i.ended_at) <= :until ORDER BY c.started_at, c.id

-- name: archive
UPDATE conversations SET ended_at = coalesce(ended_at, :over_at), why = coalesce(why, :over_why), archived_at = :at,
       archived = coalesce(:archived, archived), input_tokens = coalesce(:input_tokens, input_tokens),
       output_tokens = coalesce(:output_tokens, output_tokens), cost_usd = coalesce(:cost_usd, cost_usd)
 WHERE id = :id AND archived_at IS NULL AND incarnation = :incarnation AND ended_at IS :ended_at

-- name: every
SELECT * FROM conversations ORDER BY started_at DESC, id LIMIT :most

-- name: beginning
SELECT * FROM conversations WHERE id >= :start AND id < :start || '~' ORDER BY started_at, id LIMIT 20
