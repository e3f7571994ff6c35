-- name: below
-- What these beads lean on, most pressing kinds first.
SELECT d.bead AS at, b.id, d.kind, b.title, b.status, b.type
  FROM json_each(:ids) i CROSS JOIN dependencies d ON d.bead = i.value CROSS JOIN beads b ON b.id = d.depends_on
 WHERE b.type <> 'tombstone'
 ORDER BY d.kind = 'parent-child', d.kind NOT IN ('blocks', 'conditional-blocks', 'waits-for'), b.priority, b.created_at, b.key
 LIMIT :most

-- name: above
-- What leans on these beads.
SELECT d.depends_on AS at, b.id, d.kind, b.title, b.status, b.type
  FROM json_each(:ids) i CROSS JOIN dependencies d ON d.depends_on = i.value CROSS JOIN beads b ON b.id = d.bead
 WHERE b.type <> 'tombstone'
 ORDER BY d.kind = 'parent-child', d.kind NOT IN ('blocks', 'conditional-blocks', 'waits-for'), b.priority, b.created_at, b.key
 LIMIT :most

-- name: edges
SELECT bead, depends_on FROM dependencies WHERE kind IN ('blocks', 'conditional-blocks', 'waits-for', 'parent-child')

-- name: kinds_between
SELECT kind FROM dependencies WHERE bead = :bead AND depends_on = :depends_on
   AND kind IN ('blocks', 'conditional-blocks', 'waits-for', 'parent-child') ORDER BY kind

-- name: parts
-- An epic and all that is beneath it, however deep; siblings in their order.
WITH RECURSIVE part (key, parent) AS (
    SELECT key, NULL FROM beads WHERE id = :id
    UNION
    SELECT r.key, p.key FROM part p CROSS JOIN readiness r ON r.parent = p.key
)
SELECT p.key, p.parent, b.id, b.title, b.type, b.status, b.priority FROM part p CROSS JOIN beads b ON b.key = p.key
 WHERE p.parent IS NULL
    OR b.type NOT IN ('message', 'molecule', 'step', 'gate', 'convoy', 'merge-request', 'escalation', 'tombstone')
 ORDER BY p.parent IS NOT NULL, b.priority, b.created_at, b.key

-- name: epics
-- Epics that are no part of another epic.
SELECT e.id FROM beads e INDEXED BY beads_by_type
 WHERE e.type NOT IN ('task', 'bug', 'feature', 'chore') AND e.type = 'epic' AND (:closed OR e.status <> 'closed')
   AND (:rig IS NULL OR e.rig = :rig)
   AND NOT EXISTS (SELECT 1 FROM dependencies d JOIN beads p ON p.id = d.depends_on
                    WHERE d.bead = e.id AND d.kind = 'parent-child' AND p.type = 'epic' AND (:closed OR p.status <> 'closed'))
 ORDER BY e.priority, e.created_at, e.key LIMIT :most
