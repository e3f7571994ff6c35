-- name: insert
INSERT INTO merge_requests (id, bead, rig, agent, generation, commit_id, branch, target, submitted_at)
VALUES (:id, :bead, :rig, :agent, :generation, :commit_id, :branch, :target, :at)

-- name: by_id
SELECT m.*, b.title FROM merge_requests m JOIN beads b ON b.id = m.bead WHERE m.id = :id

-- name: of_generation
SELECT m.*, b.title FROM merge_requests m JOIN beads b ON b.id = m.bead WHERE generation = :generation

-- name: live_of_bead
SELECT m.*, b.title FROM merge_requests m JOIN beads b ON b.id = m.bead WHERE m.bead = :bead AND m.state IN ('queued', 'held')

-- name: of_bead
SELECT m.*, b.title FROM merge_requests m JOIN beads b ON b.id = m.bead WHERE m.bead = :bead ORDER BY submitted_at, generation

-- name: live_in_rig
SELECT m.*, b.title, b.priority FROM merge_requests m JOIN beads b ON b.id = m.bead
 WHERE m.rig = :rig AND m.state IN ('queued', 'held') ORDER BY m.submitted_at, m.generation

-- name: live
SELECT m.*, b.title, b.priority FROM merge_requests m JOIN beads b ON b.id = m.bead
 WHERE m.state IN ('queued', 'held') ORDER BY m.rig, m.submitted_at, m.generation

-- name: ended
SELECT m.*, b.title FROM merge_requests m JOIN beads b ON b.id = m.bead
 WHERE m.rig = :rig AND m.state IN ('merged', 'sent_back') ORDER BY m.ended_at DESC LIMIT :most

-- name: set_state
UPDATE merge_requests SET state = :state, because = :because, held_for = :held_for, ended_at = :ended_at,
       trouble = NULL, troubles = 0,
       landing_old = CASE WHEN :state = 'merged' THEN landing_old END,
       landing_new = CASE WHEN :state = 'merged' THEN landing_new END
 WHERE id = :id AND state = :was

-- name: wish_landing
UPDATE merge_requests SET landing_old = :old, landing_new = :new WHERE id = :id AND state = 'queued'

-- name: forget_landing
UPDATE merge_requests SET landing_old = NULL, landing_new = NULL WHERE id = :id AND state = 'queued'

-- name: trouble
UPDATE merge_requests SET troubles = CASE WHEN trouble IS :kind THEN troubles + 1 ELSE 1 END, trouble = :kind
 WHERE id = :id AND state = 'queued'

-- name: retarget
UPDATE merge_requests SET target = :target
 WHERE id = :id AND state IN ('queued', 'held') AND landing_new IS NULL AND target IS NOT :target

-- name: waits
UPDATE merge_requests SET because = :because WHERE id = :id AND state = 'queued' AND because IS NOT :because

-- name: gate_began
INSERT INTO gate_runs (merge_request, on_target, commit_id, command, log, began_at)
VALUES (:request, :on_target, :commit_id, :command, :log, :at)

-- name: gate_ended
UPDATE gate_runs SET ended_at = :at, status = :status, outcome = :outcome WHERE id = :id AND ended_at IS NULL

-- name: gates_abandoned
UPDATE gate_runs SET ended_at = :at
 WHERE ended_at IS NULL AND merge_request IN (SELECT id FROM merge_requests WHERE rig = :rig)

-- name: gates_cut_off
SELECT DISTINCT g.merge_request FROM gate_runs g JOIN merge_requests m ON m.id = g.merge_request
 WHERE m.rig = :rig AND g.ended_at IS NULL

-- name: gate_running
SELECT g.*, m.rig, m.bead FROM gate_runs g JOIN merge_requests m ON m.id = g.merge_request
 WHERE m.rig = :rig AND g.ended_at IS NULL ORDER BY g.id DESC LIMIT 1

-- name: gates_of_request
SELECT * FROM gate_runs WHERE merge_request = :request ORDER BY id

-- name: gates_since
SELECT count(*) AS runs FROM gate_runs g JOIN merge_requests m ON m.id = g.merge_request
 WHERE m.rig = :rig AND g.began_at >= :since

-- name: news
SELECT 1 FROM merge_requests m JOIN events e ON e.subject = m.id
 WHERE m.rig = :rig AND m.state = 'queued' AND e.type IN ('merge.queued', 'merge.retried')
       AND e.actor NOT LIKE '%/refinery' AND e.at > :since LIMIT 1

-- name: ended_since
SELECT m.*, b.title FROM merge_requests m JOIN beads b ON b.id = m.bead
 WHERE m.rig = :rig AND m.ended_at >= :since ORDER BY m.ended_at DESC

-- name: newest_landing_on
SELECT m.*, b.title FROM merge_requests m JOIN beads b ON b.id = m.bead
 WHERE m.rig = :rig AND m.target = :target AND m.state = 'merged' AND m.landing_new IS NOT NULL
 ORDER BY m.ended_at DESC LIMIT 1

-- name: newest_landing
SELECT m.*, b.title FROM merge_requests m JOIN beads b ON b.id = m.bead
 WHERE m.rig = :rig AND m.state = 'merged' ORDER BY m.ended_at DESC LIMIT 1
