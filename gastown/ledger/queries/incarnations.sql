-- name: mint
INSERT INTO incarnations (agent, generation, bead, credential_hash, runtime, conversation, resumed, lasting, session, head,
                          began_at, began_because)
VALUES (:agent, :generation, :bead, :credential_hash, :runtime, :conversation, :resumed, :lasting, :session, :head,
        :at, :because)

-- name: started
UPDATE incarnations SET pane_pid = :pane_pid WHERE id = :id

-- name: end
UPDATE incarnations SET ended_at = :at, why = :why, ended_head = :head WHERE id = :id AND ended_at IS NULL

-- name: end_older
UPDATE incarnations SET ended_at = :at, why = :why WHERE agent = :agent AND ended_at IS NULL

-- name: newest
SELECT * FROM incarnations WHERE agent = :agent ORDER BY id DESC LIMIT 1

-- name: by_credential
SELECT i.*, (SELECT max(n.id) FROM incarnations n WHERE n.agent = i.agent) AS newest,
       (SELECT max(g.generation) FROM assignments g WHERE g.agent = i.agent) AS newest_generation
  FROM incarnations i WHERE i.credential_hash = :hash

-- name: is_current
SELECT i.id FROM incarnations i
 WHERE i.id = :id AND i.id = (SELECT max(n.id) FROM incarnations n WHERE n.agent = i.agent)
   AND (i.lasting OR i.generation = (SELECT max(g.generation) FROM assignments g WHERE g.agent = i.agent))

-- name: starts_of_bead
SELECT id, generation, head, ended_head, began_at, primed_at, failure, ended_at, why, handoff_by FROM incarnations WHERE bead = :bead
   AND id > coalesce((SELECT max(i.id) FROM incarnations i JOIN assignments a USING (generation)
                       WHERE i.bead = :bead AND a.generation < :reset), 0)
 ORDER BY id

-- name: last_human_sling
SELECT coalesce(max(generation), 0) AS generation FROM assignments WHERE bead = :bead AND slung_by = 'overseer'

-- name: rung
UPDATE incarnations SET rung_at = :at, rings = CASE WHEN rung_at >= :since THEN rings + 1 ELSE 1 END
 WHERE id = :id AND ended_at IS NULL AND (rung_at IS NULL OR rung_at < :since OR rings < :most)

-- name: rung_for_mail
UPDATE incarnations SET mail_rung_at = :at WHERE id = :id AND ended_at IS NULL AND coalesce(mail_rung_at, began_at) < :newest

-- name: primed
UPDATE incarnations SET primed_at = coalesce(primed_at, :at) WHERE id = :id

-- name: take_up
UPDATE incarnations SET generation = :generation, bead = :bead
 WHERE id = :id AND lasting AND ended_at IS NULL AND generation IS NOT :generation

-- name: wish_handoff
UPDATE incarnations SET handoff_at = :at, handoff_by = :by WHERE id = :id AND handoff_at IS NULL AND ended_at IS NULL

-- name: by_id
SELECT * FROM incarnations WHERE id = :id

-- name: of_agent
SELECT * FROM incarnations WHERE agent = :agent ORDER BY id

-- name: starts_without_work
SELECT id, generation, head, ended_head, began_at, primed_at, failure, ended_at, why, handoff_by FROM incarnations
 WHERE agent = :agent AND bead IS NULL AND began_at >= :since ORDER BY id

-- name: newest_primed
SELECT * FROM incarnations WHERE agent = :agent AND primed_at IS NOT NULL ORDER BY id DESC LIMIT 1

-- name: starts_for_mail
SELECT id, generation, head, ended_head, began_at, primed_at, failure, ended_at, why, handoff_by FROM incarnations
 WHERE agent = :agent AND bead IS NULL
   AND id > coalesce((SELECT max(p.id) FROM incarnations p WHERE p.agent = :agent AND p.primed_at IS NOT NULL), 0)
   AND began_at >= (SELECT min(m.sent_at) FROM messages m CROSS JOIN beads b ON b.id = m.id
                     WHERE m.recipient = :agent AND m.seen_at IS NULL AND m.sender <> :agent AND b.status <> 'closed'
                       AND m.sent_at > :since)
 ORDER BY id

-- name: reported
UPDATE incarnations SET reported_at = :at WHERE id = :id AND reported_at IS NULL AND ended_at IS NULL

-- name: compacting
SELECT * FROM incarnations
 WHERE compacting_at IS NOT NULL AND ended_at IS NULL AND compacting_at > coalesce(kept_at, '')
   AND coalesce(kept_at, '') <= :until ORDER BY id

-- name: kept
UPDATE incarnations SET kept_at = :at WHERE id = :id AND ended_at IS NULL
