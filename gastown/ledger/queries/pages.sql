-- name: leans_on
SELECT d.depends_on AS id, d.kind, b.title, b.status FROM dependencies d JOIN beads b ON b.id = d.depends_on
 WHERE d.bead = :id AND d.kind NOT IN ('tracks') ORDER BY d.kind, d.depends_on LIMIT :most

-- name: tracks
SELECT d.depends_on AS id, d.kind, b.title, b.status FROM dependencies d JOIN beads b ON b.id = d.depends_on
 WHERE d.bead = :id AND d.kind = 'tracks' ORDER BY d.depends_on LIMIT :most

-- name: needed_by
SELECT d.bead AS id, d.kind, b.title, b.status FROM dependencies d JOIN beads b ON b.id = d.bead
 WHERE d.depends_on = :id AND d.kind <> 'tracks' ORDER BY d.kind, d.bead LIMIT :most

-- name: tracked_by
SELECT d.bead AS id, d.kind, b.title, b.status FROM dependencies d JOIN beads b ON b.id = d.bead
 WHERE d.depends_on = :id AND d.kind = 'tracks' ORDER BY d.bead LIMIT :most

-- name: children
SELECT b.id, b.type AS kind, b.title, b.status FROM dependencies d CROSS JOIN beads b ON b.id = d.bead
 WHERE d.depends_on = :id AND d.kind = 'parent-child' AND b.type <> 'tombstone'
 ORDER BY json_extract(b.metadata, '$.position'), b.priority, b.created_at, b.key LIMIT :most

-- name: count_children
SELECT count(*) AS beads, coalesce(sum(b.status = 'closed'), 0) AS closed
  FROM readiness r CROSS JOIN beads b ON b.key = r.key
 WHERE r.parent = (SELECT key FROM beads WHERE id = :parent) AND b.type <> 'tombstone'

-- name: held_by
WITH RECURSIVE above (key, parent, depth) AS (
    SELECT p.key, p.parent, 1
      FROM beads b JOIN readiness r USING (key) JOIN readiness p ON p.key = r.parent
     WHERE b.id = :id AND NOT r.closed AND p.holds
    UNION ALL
    SELECT p.key, p.parent, a.depth + 1
      FROM above a JOIN readiness p ON p.key = a.parent WHERE p.holds AND a.depth < 50
)
SELECT b.id FROM above JOIN beads b USING (key) ORDER BY depth

-- name: has_requests
SELECT 1 FROM merge_requests WHERE id = :id UNION ALL SELECT 1 FROM merge_requests WHERE bead = :id LIMIT 1
