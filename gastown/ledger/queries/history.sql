-- name: fact
SELECT value FROM facts WHERE name = :name

-- name: set_fact
INSERT INTO facts (name, value) VALUES (:name, :value) ON CONFLICT (name) DO UPDATE SET value = excluded.value

-- name: forget_fact
DELETE FROM facts WHERE name = :name

-- name: newest
SELECT coalesce(max(seq), 0) AS seq FROM changes

-- name: change
SELECT at, by, kind, subject, what FROM changes WHERE seq = :seq

-- name: changed_beads
-- Beads that changed, with who changed them last, and when; and those whose lines name one that is new or renamed.
WITH newest AS (
    SELECT subject, max(seq) AS seq, min(seq) AS first FROM changes WHERE seq > :after AND +kind = 'bead' GROUP BY subject
), named AS (
    SELECT DISTINCT c.subject, n.seq FROM changes c JOIN newest n USING (subject)
     WHERE c.seq > :after AND +c.kind = 'bead' AND (c.what LIKE '{"is"%' OR json_type(c.what, '$.id') IS NOT NULL)
)
SELECT b.id, c.at, c.by, c.seq FROM newest n JOIN beads b ON b.key = CAST(n.subject AS INTEGER) JOIN changes c ON c.seq = n.seq
UNION
SELECT d.bead, c.at, c.by, c.seq FROM named n JOIN beads b ON b.key = CAST(n.subject AS INTEGER)
  JOIN dependencies d ON d.depends_on = b.id JOIN changes c ON c.seq = n.seq
 ORDER BY 4

-- name: moved_beads
-- Every change of an id or a rig: the line lay elsewhere before.
SELECT b.id AS now_id, b.rig AS now_rig, json_extract(c.what, '$.id[0]') AS id,
       json_type(c.what, '$.rig') IS NOT NULL AS left_rig, json_extract(c.what, '$.rig[0]') AS rig
  FROM changes c JOIN beads b ON b.key = CAST(c.subject AS INTEGER)
 WHERE c.seq > :after AND +c.kind = 'bead'
   AND (json_type(c.what, '$.id') IS NOT NULL OR json_type(c.what, '$.rig') IS NOT NULL)

-- name: changed_rows
SELECT kind, subject, max(seq) AS seq, max(at) AS at FROM changes WHERE seq > :after AND +kind <> 'bead' GROUP BY +kind, +subject

-- name: rows_of_beads
-- The town's own rows that name a bead whose id has changed.
SELECT 'assignment' AS kind, CAST(a.generation AS TEXT) AS subject FROM assignments a WHERE a.bead IN (SELECT value FROM json_each(:ids))
UNION SELECT 'merge', m.id FROM merge_requests m WHERE m.bead IN (SELECT value FROM json_each(:ids)) OR m.id IN (SELECT value FROM json_each(:ids))
UNION SELECT 'agent', a.address FROM agents a WHERE a.hook_bead IN (SELECT value FROM json_each(:ids))

-- name: agents
SELECT address, role, rig, name, hook_bead, runtime, paused, created_at, wanted_at, wanted_by, removed_at
  FROM agents ORDER BY address

-- name: assignments
SELECT generation, bead, agent, slung_by, runtime, started_at, branch, base, done_commit, done_at, done_by, no_change,
       ended_at, outcome, nullif(deferred, 0) AS deferred
  FROM assignments WHERE generation >= :first AND generation < :end ORDER BY generation

-- name: merges
SELECT id, bead, rig, agent, generation, commit_id, branch, target, state, because, held_for, submitted_at, landing_old,
       landing_new, ended_at
  FROM merge_requests ORDER BY id

-- name: merges_of
SELECT id, bead, rig, agent, generation, commit_id, branch, target, state, because, held_for, submitted_at, landing_old,
       landing_new, ended_at
  FROM merge_requests WHERE id IN (SELECT value FROM json_each(:ids)) ORDER BY id

-- name: gates
SELECT id, merge_request, on_target, commit_id, command, log, began_at, ended_at, status, outcome
  FROM gate_runs ORDER BY merge_request, id

-- name: gates_of
SELECT id, merge_request, on_target, commit_id, command, log, began_at, ended_at, status, outcome
  FROM gate_runs WHERE merge_request IN (SELECT value FROM json_each(:ids)) ORDER BY merge_request, id

-- name: highest
SELECT (SELECT coalesce(max(generation), 0) FROM assignments) AS generation,
       (SELECT coalesce(max(id), 0) FROM incarnations) AS incarnation

-- name: sequence
SELECT coalesce(max(seq), 0) AS seq FROM sqlite_sequence WHERE name = :name

-- name: set_sequence
UPDATE sqlite_sequence SET seq = :seq WHERE name = :name

-- name: begin_sequence
INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :seq)

-- name: insert_agent
INSERT INTO agents (address, role, rig, name, hook_bead, runtime, paused, created_at, wanted_at, wanted_by, removed_at)
VALUES (:address, :role, :rig, :name, :hook_bead, :runtime, :paused, :created_at, :wanted_at, :wanted_by, :removed_at)

-- name: insert_assignment
INSERT INTO assignments (generation, bead, agent, slung_by, runtime, started_at, branch, base, done_commit, done_at, done_by,
                         no_change, ended_at, outcome, deferred)
VALUES (:generation, :bead, :agent, :slung_by, :runtime, :started_at, :branch, :base, :done_commit, :done_at, :done_by,
        :no_change, :ended_at, :outcome, coalesce(:deferred, 0))

-- name: insert_merge
INSERT INTO merge_requests (id, bead, rig, agent, generation, commit_id, branch, target, state, because, held_for,
                            submitted_at, landing_old, landing_new, ended_at)
VALUES (:id, :bead, :rig, :agent, :generation, :commit_id, :branch, :target, :state, :because, :held_for,
        :submitted_at, :landing_old, :landing_new, :ended_at)

-- name: insert_gate
INSERT INTO gate_runs (id, merge_request, on_target, commit_id, command, log, began_at, ended_at, status, outcome)
VALUES (:id, :merge_request, :on_target, :commit_id, :command, :log, :began_at, :ended_at, :status, :outcome)

-- name: insert_event
INSERT INTO events (seq, at, actor, type, subject, payload) VALUES (:seq, :at, :actor, :type, :subject, :payload)

-- name: count_beads
SELECT count(*) AS beads FROM beads WHERE NOT ephemeral

-- name: journal_of_beads
SELECT subject, what FROM changes WHERE kind = 'bead' ORDER BY subject, seq

-- name: present_beads
SELECT CAST(key AS TEXT) AS subject, * FROM beads WHERE NOT ephemeral ORDER BY 1

-- name: present_labels
SELECT CAST(b.key AS TEXT) AS subject, l.label FROM labels l JOIN beads b ON b.id = l.bead WHERE NOT b.ephemeral ORDER BY 1

-- name: present_dependencies
SELECT CAST(b.key AS TEXT) AS subject, o.key AS on_key, d.kind, d.created_at, d.created_by
  FROM dependencies d JOIN beads b ON b.id = d.bead JOIN beads o ON o.id = d.depends_on
 WHERE NOT b.ephemeral AND NOT o.ephemeral ORDER BY 1

-- name: present_comments
SELECT CAST(b.key AS TEXT) AS subject, c.author, c.body, c.at
  FROM comments c JOIN beads b ON b.id = c.bead WHERE NOT b.ephemeral ORDER BY 1

-- name: hooks_wrong
SELECT a.address || ' has ' || a.hook_bead || ' on its hook, but no open assignment of it' AS wrong FROM agents a
 WHERE a.hook_bead IS NOT NULL AND NOT EXISTS (
           SELECT 1 FROM assignments s WHERE s.agent = a.address AND s.bead = a.hook_bead AND s.ended_at IS NULL)
UNION ALL
SELECT s.agent || ' is assigned ' || s.bead || ' (generation ' || s.generation || '), but it is not on its hook'
  FROM assignments s JOIN agents a ON a.address = s.agent WHERE s.ended_at IS NULL AND a.hook_bead IS NOT s.bead
UNION ALL
SELECT b.id || ' is on the hook of ' || a.address || ', but its status is ' || b.status
  FROM agents a JOIN beads b ON b.id = a.hook_bead WHERE b.status <> 'hooked'
UNION ALL
SELECT b.id || ' is on the hook of ' || a.address || ', but it is assigned to ' || coalesce(b.assignee, 'nobody')
  FROM agents a JOIN beads b ON b.id = a.hook_bead WHERE b.status = 'hooked' AND b.assignee IS NOT a.address
UNION ALL
SELECT b.id || ' says that it is on a hook, but it is on none' FROM beads b
 WHERE b.status = 'hooked' AND NOT EXISTS (SELECT 1 FROM agents a WHERE a.hook_bead = b.id)
LIMIT 20

-- name: foreign_keys
SELECT DISTINCT 'row ' || coalesce(rowid, '?') || ' of ' || "table" || ' names something in ' || parent || ' that is not there' AS wrong
  FROM pragma_foreign_key_check LIMIT 20

-- name: integrity
SELECT integrity_check AS wrong FROM pragma_integrity_check WHERE integrity_check <> 'ok'
