-- name: add
INSERT INTO agents (address, role, rig, name, created_at) VALUES (:address, :role, :rig, :name, :at)
ON CONFLICT (address) DO UPDATE SET removed_at = NULL WHERE removed_at IS NOT NULL

-- name: by_address
SELECT * FROM agents WHERE address = :address

-- name: all
SELECT * FROM agents ORDER BY address

-- name: in_rig
SELECT * FROM agents WHERE rig = :rig ORDER BY created_at, address

-- name: holder
SELECT address FROM agents WHERE hook_bead = :bead

-- name: hook
UPDATE agents SET hook_bead = :bead WHERE address = :address AND hook_bead IS NULL AND removed_at IS NULL

-- name: unhook
UPDATE agents SET hook_bead = NULL WHERE address = :address AND hook_bead = :bead

-- name: assign
INSERT INTO assignments (bead, agent, slung_by, runtime, deferred, started_at)
VALUES (:bead, :agent, :by, :runtime, :deferred, :at)

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

-- name: supervised
SELECT a.address, a.role, a.rig, a.name, a.paused, a.wanted_at, a.wanted_by, a.hook_bead, a.runtime AS agent_runtime,
       g.generation, g.started_at AS slung_at, g.slung_by, g.runtime AS sling_runtime, g.branch, g.done_at, g.deferred,
       b.title, b.priority,
       i.id AS incarnation, i.generation AS incarnation_generation, i.bead AS incarnation_bead, i.session, i.pane_pid,
       i.began_at, i.primed_at, i.rung_at, i.turn_ended_at, i.prompted_at, i.failure, i.handoff_at, i.handoff_by, i.lasting, i.resumed, i.pushes, i.rings, i.mail_rung_at, i.reported_at, i.conversation,
       (SELECT c.why FROM conversations c WHERE c.agent = a.address AND c.incarnation = i.id ORDER BY c.started_at DESC LIMIT 1)
           AS left_because,
       (SELECT m.id FROM messages m INDEXED BY questions JOIN beads q ON q.id = m.id
         WHERE m.kind = 'question' AND m.sender = a.address AND m.recipient = 'overseer'
           AND m.generation IS i.generation AND q.status <> 'closed' LIMIT 1) AS question,
       i.ended_at, i.why,
       coalesce(nullif(i.runtime, ''), (SELECT s.runtime FROM assignments s WHERE s.generation = i.generation))
           AS incarnation_runtime,
       (SELECT max(d.ended_at) FROM assignments d WHERE d.agent = a.address) AS last_ended_at,
       (SELECT d.outcome FROM assignments d WHERE d.agent = a.address AND d.ended_at IS NOT NULL
         ORDER BY d.generation DESC LIMIT 1) AS last_outcome,
       (SELECT m.sent_at FROM messages m INDEXED BY unseen_messages CROSS JOIN beads l ON l.id = m.id
         WHERE m.recipient = a.address AND m.seen_at IS NULL AND m.sender <> a.address AND l.status <> 'closed'
           AND l.type = 'message' ORDER BY m.sent_at DESC LIMIT 1) AS mail_at
  FROM agents a
  LEFT JOIN assignments g ON g.agent = a.address AND g.ended_at IS NULL
  LEFT JOIN beads b ON b.id = a.hook_bead
  LEFT JOIN incarnations i ON i.id = (SELECT max(n.id) FROM incarnations n WHERE n.agent = a.address)
 WHERE a.removed_at IS NULL ORDER BY a.address

-- name: undefer
UPDATE assignments SET deferred = 0 WHERE generation = :generation AND deferred

-- name: assignments_of_agent
SELECT * FROM assignments WHERE agent = :agent ORDER BY generation

-- name: want
UPDATE agents SET wanted_at = :at, wanted_by = :by WHERE address = :address AND removed_at IS NULL

-- name: unwant
UPDATE agents SET wanted_at = NULL, wanted_by = NULL WHERE address = :address AND wanted_at IS NOT NULL

-- name: pause
UPDATE agents SET paused = :why WHERE address = :address AND paused IS NOT :why

-- name: set_runtime
UPDATE agents SET runtime = :runtime WHERE address = :address AND runtime IS NOT :runtime

-- name: remove
UPDATE agents SET removed_at = :at, wanted_at = NULL, wanted_by = NULL
 WHERE address = :address AND hook_bead IS NULL AND removed_at IS NULL
