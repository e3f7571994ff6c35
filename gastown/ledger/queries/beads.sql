-- name: insert
INSERT INTO beads (id, uid, rig, title, description, design, acceptance, notes, type, status, priority, assignee, owner,
                   external_ref, due, defer_until, ephemeral, metadata, created_at, created_by, updated_at, updated_by)
VALUES (:id, :uid, :rig, :title, :description, :design, :acceptance, :notes, :type, :status, :priority, :assignee, :owner,
        :external_ref, :due, :defer_until, :ephemeral, :metadata, :at, :by, :at, :by)

-- name: by_id
SELECT * FROM beads WHERE id = :id

-- name: same_id
-- Ids are told apart by more than the case of their letters: people type them in any.
SELECT id FROM beads WHERE id = :id COLLATE NOCASE

-- name: same_ids
SELECT b.id FROM json_each(:ids) i CROSS JOIN beads b ON b.id = i.value COLLATE NOCASE

-- name: ids_like
SELECT id FROM beads
 WHERE id COLLATE NOCASE >= :prefix AND id COLLATE NOCASE < :prefix || '{' AND type <> 'tombstone'
 ORDER BY id COLLATE NOCASE LIMIT 9

-- name: set_status
UPDATE beads SET status = :status, assignee = :assignee, updated_at = :at, updated_by = :by,
       started_at = coalesce(started_at, :started_at)
 WHERE id = :id AND status = :was

-- name: set_rig
UPDATE beads SET rig = :rig, updated_at = :at, updated_by = :by WHERE id = :id AND rig IS NULL

-- name: close
UPDATE beads SET status = 'closed', closed_at = :at, closed_by = :by, close_reason = nullif(:reason, ''),
       updated_at = :at, updated_by = :by
 WHERE id = :id AND status <> 'closed'

-- name: add_comment
INSERT INTO comments (bead, author, body, at) VALUES (:bead, :author, :body, :at)

-- name: comments
SELECT author, body, at FROM comments WHERE bead = :bead ORDER BY id

-- name: add_label
INSERT OR IGNORE INTO labels (bead, label) VALUES (:bead, :label)

-- name: labels
SELECT label FROM labels WHERE bead = :bead ORDER BY label

-- name: counts
SELECT status, count(*) AS beads FROM beads WHERE type IN ('task', 'bug', 'feature', 'chore', 'decision') GROUP BY status

-- name: open_in_rig
SELECT count(*) AS beads FROM beads WHERE rig = :rig AND status <> 'closed'
   AND type NOT IN ('convoy', 'merge-request', 'molecule', 'step')

-- name: touch
UPDATE beads SET updated_at = :at, updated_by = :by WHERE id = :id

-- name: remove_label
DELETE FROM labels WHERE bead = :bead AND label = :label

-- name: has_label
SELECT 1 FROM labels WHERE bead = :bead AND label = :label

-- name: update
UPDATE beads
   SET title = :title, description = :description, design = :design, acceptance = :acceptance, notes = :notes,
       type = :type, status = :status, priority = :priority, assignee = :assignee, external_ref = :external_ref,
       due = :due, defer_until = :defer_until, updated_at = :at, updated_by = :by,
       started_at = CASE WHEN :status = 'in_progress' THEN coalesce(started_at, :at) ELSE started_at END
 WHERE id = :id

-- name: claim
UPDATE beads SET status = 'in_progress', assignee = :by, started_at = coalesce(started_at, :at),
       updated_at = :at, updated_by = :by
 WHERE id = :id AND (status = 'open' AND (assignee IS NULL OR assignee = :by) OR status = 'in_progress' AND assignee IS NULL)
   AND type NOT IN ('merge-request', 'convoy')
   AND NOT EXISTS (SELECT 1 FROM readiness r WHERE r.key = beads.key AND r.waits > 0)
   AND NOT EXISTS (SELECT 1 FROM merge_requests m WHERE m.bead = :id AND m.state IN ('queued', 'held'))

-- name: reopen
UPDATE beads SET status = 'open', closed_at = NULL, closed_by = NULL, close_reason = NULL, updated_at = :at, updated_by = :by,
       assignee = CASE WHEN NOT EXISTS (SELECT 1 FROM assignments a WHERE a.bead = :id AND a.agent = beads.assignee)
                       THEN assignee END
 WHERE id = :id AND status = 'closed' AND type <> 'tombstone'

-- name: bury
UPDATE beads SET type = 'tombstone', status = 'closed', description = '', design = '', acceptance = '', notes = '',
       assignee = NULL, due = NULL, defer_until = NULL, external_ref = NULL, metadata = '{}',
       closed_at = :at, closed_by = :by, close_reason = nullif(:reason, ''), updated_at = :at, updated_by = :by
 WHERE id = :id

-- name: touch_dependents
UPDATE beads SET updated_at = :at, updated_by = :by
 WHERE id IN (SELECT bead FROM dependencies WHERE depends_on = :id)

-- name: cut_dependencies
DELETE FROM dependencies WHERE bead = :id OR depends_on = :id

-- name: cut_labels
DELETE FROM labels WHERE bead = :id

-- name: cut_comments
DELETE FROM comments WHERE bead = :id

-- name: remove_wisp
DELETE FROM beads WHERE id = :id AND ephemeral

-- name: custody
-- In whose hands the bead is: its live merge request, and the last time that it was on a hook.
SELECT (SELECT m.id FROM merge_requests m WHERE m.bead = b.id AND m.state IN ('queued', 'held')) AS live_request,
       a.agent AS worker, a.generation, a.ended_at IS NULL AND a.done_at IS NOT NULL AS handing_over
  FROM beads b LEFT JOIN assignments a ON a.generation = (SELECT max(g.generation) FROM assignments g WHERE g.bead = b.id)
 WHERE b.id = :id

-- name: label_counts
SELECT label, count(*) AS beads FROM labels GROUP BY label ORDER BY label

-- name: husks_like
SELECT id FROM beads WHERE type = 'tombstone' AND id COLLATE NOCASE >= :prefix AND id COLLATE NOCASE < :prefix || '{'
 ORDER BY id LIMIT 9
