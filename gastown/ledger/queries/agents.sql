-- name: add
INSERT OR IGNORE INTO agents (address, role, rig, name, created_at) VALUES (:address, :role, :rig, :name, :at)

-- name: by_address
SELECT * FROM agents WHERE address = :address

-- name: all
SELECT * FROM agents ORDER BY address

-- name: in_rig
SELECT * FROM agents WHERE rig = :rig ORDER BY created_at, address

-- name: holder
SELECT address FROM agents WHERE hook_bead = :bead

-- name: hook
UPDATE agents SET hook_bead = :bead WHERE address = :address AND hook_bead IS NULL

-- name: unhook
UPDATE agents SET hook_bead = NULL WHERE address = :address AND hook_bead = :bead

-- name: assign
INSERT INTO assignments (bead, agent, slung_by, runtime, started_at) VALUES (:bead, :agent, :by, :runtime, :at)

-- name: assignment
SELECT * FROM assignments WHERE generation = :generation

-- name: open_assignment
SELECT * FROM assignments WHERE agent = :agent AND ended_at IS NULL

-- name: open_assignment_of_bead
SELECT * FROM assignments WHERE bead = :bead AND ended_at IS NULL

-- name: assignments_of_bead
SELECT * FROM assignments WHERE bead = :bead ORDER BY generation

-- name: set_branch
UPDATE assignments SET branch = :branch, base = :base WHERE generation = :generation AND branch IS NULL

-- name: wish_done
UPDATE assignments SET done_commit = :commit, no_change = :no_change, done_at = :at, done_by = :incarnation
 WHERE generation = :generation AND ended_at IS NULL

-- name: end_assignment
UPDATE assignments SET ended_at = :at, outcome = :outcome WHERE generation = :generation AND ended_at IS NULL

-- name: unfinished_done
SELECT * FROM assignments WHERE ended_at IS NULL AND done_at IS NOT NULL ORDER BY generation

-- name: mint
INSERT INTO incarnations (agent, generation, bead, credential_hash, conversation, session, head, began_at)
VALUES (:agent, :generation, :bead, :credential_hash, :conversation, :session, :head, :at)

-- name: started
UPDATE incarnations SET pane_pid = :pane_pid WHERE id = :id

-- name: end_incarnation
UPDATE incarnations SET ended_at = :at, why = :why, ended_head = :head WHERE id = :id AND ended_at IS NULL

-- name: end_older_incarnations
UPDATE incarnations SET ended_at = :at, why = :why WHERE agent = :agent AND ended_at IS NULL

-- name: newest_incarnation
SELECT * FROM incarnations WHERE agent = :agent ORDER BY id DESC LIMIT 1

-- name: by_credential
SELECT i.*, a.ended_at AS assignment_ended,
       (SELECT max(n.id) FROM incarnations n WHERE n.agent = i.agent) AS newest,
       (SELECT max(g.generation) FROM assignments g WHERE g.agent = i.agent) AS newest_generation
  FROM incarnations i JOIN assignments a USING (generation) WHERE i.credential_hash = :hash

-- name: is_current
SELECT i.id FROM incarnations i
 WHERE i.id = :id AND i.id = (SELECT max(n.id) FROM incarnations n WHERE n.agent = i.agent)
   AND i.generation = (SELECT max(g.generation) FROM assignments g WHERE g.agent = i.agent)

-- name: starts_of_bead
SELECT id, generation, head, ended_head, began_at, primed_at, failure, ended_at, why FROM incarnations WHERE bead = :bead
   AND id > coalesce((SELECT max(i.id) FROM incarnations i JOIN assignments a USING (generation)
                       WHERE i.bead = :bead AND a.generation < :reset), 0)
 ORDER BY id

-- name: last_human_sling
SELECT coalesce(max(generation), 0) AS generation FROM assignments WHERE bead = :bead AND slung_by = 'overseer'

-- name: supervised
SELECT a.address, a.role, a.rig, a.name, a.paused, a.hook_bead, a.runtime AS agent_runtime,
       g.generation, g.started_at AS slung_at, g.slung_by, g.runtime AS sling_runtime, g.branch, g.done_at,
       b.title, b.priority,
       i.id AS incarnation, i.generation AS incarnation_generation, i.bead AS incarnation_bead, i.session, i.pane_pid,
       i.began_at, i.primed_at, i.rung_at, i.turn_ended_at, i.prompted_at, i.failure, i.ended_at, i.why,
       (SELECT s.runtime FROM assignments s WHERE s.generation = i.generation) AS incarnation_runtime,
       (SELECT max(d.ended_at) FROM assignments d WHERE d.agent = a.address) AS last_ended_at,
       (SELECT d.outcome FROM assignments d WHERE d.agent = a.address AND d.ended_at IS NOT NULL
         ORDER BY d.generation DESC LIMIT 1) AS last_outcome
  FROM agents a
  LEFT JOIN assignments g ON g.agent = a.address AND g.ended_at IS NULL
  LEFT JOIN beads b ON b.id = a.hook_bead
  LEFT JOIN incarnations i ON i.id = (SELECT max(n.id) FROM incarnations n WHERE n.agent = a.address)
 ORDER BY a.address

-- name: rung
UPDATE incarnations SET rung_at = :at WHERE id = :id AND rung_at IS NULL AND ended_at IS NULL

-- name: primed
UPDATE incarnations SET primed_at = coalesce(primed_at, :at) WHERE id = :id

-- name: add_conversation
INSERT INTO conversations (id, agent, incarnation, runtime, transcript, started_at)
VALUES (:id, :agent, :incarnation, :runtime, :transcript, :at)
ON CONFLICT (id) DO UPDATE SET incarnation = excluded.incarnation, ended_at = NULL, why = NULL,
       transcript = coalesce(excluded.transcript, transcript)
 WHERE agent = excluded.agent
