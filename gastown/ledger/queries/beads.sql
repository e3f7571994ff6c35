-- name: insert
INSERT INTO beads (id, uid, rig, title, description, design, acceptance, type, priority, owner, external_ref,
                   created_at, created_by, updated_at, updated_by)
VALUES (:id, :uid, :rig, :title, :description, :design, :acceptance, :type, :priority, :owner, :external_ref,
        :at, :by, :at, :by)

-- name: by_id
SELECT * FROM beads WHERE id = :id

-- name: ids_like
SELECT id FROM beads WHERE id LIKE :prefix || '%' ESCAPE '\' ORDER BY id LIMIT 9

-- name: open_blockers
SELECT b.id FROM dependencies d JOIN beads b ON b.id = d.depends_on
 WHERE d.bead = :id AND d.kind IN ('blocks', 'conditional-blocks', 'waits-for') AND b.status <> 'closed'
 ORDER BY b.id

-- name: blocked_by
SELECT d.depends_on AS id, d.kind, b.title, b.status FROM dependencies d JOIN beads b ON b.id = d.depends_on
 WHERE d.bead = :id AND d.kind NOT IN ('tracks') ORDER BY d.kind, d.depends_on

-- name: dependents
SELECT d.bead AS id, d.kind, b.title, b.status FROM dependencies d JOIN beads b ON b.id = d.bead
 WHERE d.depends_on = :id ORDER BY d.kind, d.bead

-- name: add_dependency
INSERT OR IGNORE INTO dependencies (bead, depends_on, kind, created_at, created_by)
VALUES (:bead, :depends_on, :kind, :at, :by)

-- name: reachable
-- Every bead that `from_bead` leans on, nearest first, each with all beads on the way that lean on it: as many rows
-- as there are dependencies, even in a circle.
WITH RECURSIVE walk (id, via) AS (
    SELECT :from_bead, NULL
    UNION
    SELECT d.depends_on, d.bead FROM walk JOIN dependencies d ON d.bead = walk.id
     WHERE d.kind IN ('blocks', 'conditional-blocks', 'waits-for', 'parent-child')
)
SELECT id, via FROM walk

-- name: ready
SELECT b.* FROM beads b
 WHERE b.status = 'open' AND b.type IN ('task', 'bug', 'feature', 'chore', 'decision')
   AND (:rig IS NULL OR b.rig = :rig)
   AND (b.defer_until IS NULL OR b.defer_until <= :now)
   AND NOT EXISTS (SELECT 1 FROM dependencies d JOIN beads k ON k.id = d.depends_on
                    WHERE d.bead = b.id AND d.kind IN ('blocks', 'conditional-blocks', 'waits-for')
                      AND k.status <> 'closed')
   AND NOT EXISTS (SELECT 1 FROM merge_requests m WHERE m.bead = b.id AND m.state IN ('queued', 'held'))
 ORDER BY b.priority, b.created_at, b.id LIMIT :most

-- name: ready_count
SELECT count(*) AS beads FROM beads b
 WHERE b.status = 'open' AND b.type IN ('task', 'bug', 'feature', 'chore', 'decision')
   AND (b.defer_until IS NULL OR b.defer_until <= :now)
   AND NOT EXISTS (SELECT 1 FROM dependencies d JOIN beads k ON k.id = d.depends_on
                    WHERE d.bead = b.id AND d.kind IN ('blocks', 'conditional-blocks', 'waits-for')
                      AND k.status <> 'closed')
   AND NOT EXISTS (SELECT 1 FROM merge_requests m WHERE m.bead = b.id AND m.state IN ('queued', 'held'))

-- name: tracked
SELECT d.depends_on AS id, d.kind, b.title, b.status FROM dependencies d JOIN beads b ON b.id = d.depends_on
 WHERE d.bead = :id AND d.kind = 'tracks' ORDER BY d.depends_on

-- name: set_status
UPDATE beads SET status = :status, assignee = :assignee, updated_at = :at, updated_by = :by,
       started_at = coalesce(started_at, :started_at)
 WHERE id = :id AND status = :was

-- name: set_rig
UPDATE beads SET rig = :rig WHERE id = :id AND rig IS NULL

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

-- name: convoy_of
SELECT c.id, c.title FROM dependencies d JOIN beads c ON c.id = d.bead
 WHERE d.depends_on = :bead AND d.kind = 'tracks' AND c.type = 'convoy' AND c.status <> 'closed' ORDER BY c.id LIMIT 1

-- name: finished_convoys
SELECT c.id FROM dependencies d JOIN beads c ON c.id = d.bead
 WHERE d.depends_on = :bead AND d.kind = 'tracks' AND c.type = 'convoy' AND c.status <> 'closed'
   AND NOT EXISTS (SELECT 1 FROM dependencies o JOIN beads w ON w.id = o.depends_on
                    WHERE o.bead = c.id AND o.kind = 'tracks' AND w.status <> 'closed')

-- name: open_convoys
SELECT c.id, c.title, count(w.id) AS tracked, sum(w.status = 'closed') AS landed
  FROM beads c JOIN dependencies d ON d.bead = c.id AND d.kind = 'tracks' JOIN beads w ON w.id = d.depends_on
 WHERE c.type = 'convoy' AND c.status <> 'closed' GROUP BY c.id ORDER BY c.created_at

-- name: counts
SELECT status, count(*) AS beads FROM beads WHERE type IN ('task', 'bug', 'feature', 'chore', 'decision') GROUP BY status

-- name: open_in_rig
SELECT count(*) AS beads FROM beads WHERE rig = :rig AND status <> 'closed' AND type NOT IN ('convoy', 'merge-request')
