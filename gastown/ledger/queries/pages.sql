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
