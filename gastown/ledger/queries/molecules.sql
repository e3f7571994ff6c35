-- name: by_id
SELECT m.*, d.depends_on AS poured_for
  FROM beads m LEFT JOIN dependencies d ON d.bead = m.id AND d.kind = 'parent-child'
 WHERE m.id = :id AND m.type = 'molecule'

-- name: of_bead
SELECT m.*, d.depends_on AS poured_for FROM dependencies d JOIN beads m ON m.id = d.bead
 WHERE d.depends_on = :bead AND d.kind = 'parent-child' AND m.type = 'molecule'
 ORDER BY m.status = 'closed', m.key DESC

-- name: steps
SELECT s.* FROM dependencies d JOIN beads s ON s.id = d.bead
 WHERE d.depends_on = :molecule AND d.kind = 'parent-child' AND s.type = 'step'
 ORDER BY json_extract(s.metadata, '$.position'), s.key

-- name: steps_on_hooks
SELECT a.hook_bead AS bead, count(*) AS steps, sum(s.status = 'closed') AS done
  FROM agents a
  JOIN beads m ON m.id = (SELECT o.id FROM dependencies p JOIN beads o ON o.id = p.bead
                           WHERE p.depends_on = a.hook_bead AND p.kind = 'parent-child'
                             AND o.type = 'molecule' AND o.status <> 'closed'
                           ORDER BY o.key DESC LIMIT 1)
  JOIN dependencies d ON d.depends_on = m.id AND d.kind = 'parent-child'
  JOIN beads s ON s.id = d.bead AND s.type = 'step'
 WHERE a.hook_bead IS NOT NULL GROUP BY a.hook_bead

-- name: steps_done_at
SELECT s.closed_at FROM dependencies p
  JOIN beads m ON m.id = p.bead AND m.type = 'molecule'
  JOIN dependencies d ON d.depends_on = m.id AND d.kind = 'parent-child'
  JOIN beads s ON s.id = d.bead AND s.type = 'step' AND s.closed_at IS NOT NULL
 WHERE p.depends_on = :bead AND p.kind = 'parent-child'

-- name: close_steps
UPDATE beads SET status = 'closed', closed_at = :at, closed_by = :by, close_reason = :reason,
       updated_at = :at, updated_by = :by
 WHERE status <> 'closed' AND type = 'step'
   AND id IN (SELECT bead FROM dependencies WHERE depends_on = :molecule AND kind = 'parent-child')

-- name: release_steps
UPDATE beads SET status = 'open', assignee = NULL, updated_at = :at, updated_by = :by
 WHERE status = 'in_progress' AND type = 'step'
   AND id IN (SELECT bead FROM dependencies WHERE depends_on = :molecule AND kind = 'parent-child')

-- name: make_digest
-- The metadata comes as text: what a JSON function made would be more than text to the triggers of the journal.
UPDATE beads SET ephemeral = 0, status = 'closed', description = :summary,
       metadata = :metadata,
       closed_at = coalesce(closed_at, :at), closed_by = coalesce(closed_by, :by),
       close_reason = coalesce(close_reason, :reason), updated_at = :at, updated_by = :by
 WHERE id = :id

-- name: forget_dependencies
DELETE FROM dependencies
 WHERE bead IN (SELECT value FROM json_each(:ids)) OR depends_on IN (SELECT value FROM json_each(:ids))

-- name: forget_labels
DELETE FROM labels WHERE bead IN (SELECT value FROM json_each(:ids))

-- name: forget_comments
DELETE FROM comments WHERE bead IN (SELECT value FROM json_each(:ids))

-- name: forget_beads
DELETE FROM beads WHERE ephemeral AND id IN (SELECT value FROM json_each(:ids))
