-- name: insert
INSERT INTO beads (id, uid, rig, title, description, design, acceptance, notes, type, status, priority, assignee, owner,
                   external_ref, due, defer_until, ephemeral, metadata, created_at, created_by, updated_at, updated_by)
VALUES (:id, :uid, :rig, :title, :description, :design, :acceptance, :notes, :type, :status, :priority, :assignee, :owner,
        :external_ref, :due, :defer_until, :ephemeral, :metadata, :at, :by, :at, :by)

-- name: by_id
SELECT * FROM beads WHERE id = :id

-- name: ids_like
SELECT id FROM beads WHERE id COLLATE NOCASE >= :prefix AND id COLLATE NOCASE < :prefix || '{' ORDER BY id LIMIT 9

-- name: set_status
UPDATE beads SET status = :status, assignee = :assignee, updated_at = :at, updated_by = :by,
       started_at = coalesce(started_at, :started_at)
 WHERE id = :id AND status = :was

-- name: set_rig
UPDATE beads SET rig = :rig, updated_at = :at, updated_by = :by WHERE id = :id AND rig IS NULL

-- name: close
UPDATE beads SET status = 'closed', closed_at = :at, closed_by = :by, close_reason = :reason,
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
