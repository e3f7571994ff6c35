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

-- name: tracked
SELECT d.depends_on AS id, d.kind, b.title, b.status FROM dependencies d JOIN beads b ON b.id = d.depends_on
 WHERE d.bead = :id AND d.kind = 'tracks' ORDER BY d.depends_on

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

-- name: remove_dependency
DELETE FROM dependencies WHERE bead = :bead AND depends_on = :depends_on AND kind = :kind

-- name: readiness
SELECT r.open, r.waits, r.stops, r.holds, p.holds AS parent_holds, b.id AS parent
  FROM beads me JOIN readiness r USING (key) LEFT JOIN readiness p ON p.key = r.parent LEFT JOIN beads b ON b.key = r.parent
 WHERE me.id = :id

-- name: has_dependency
SELECT 1 FROM dependencies WHERE bead = :bead AND depends_on = :depends_on AND kind = :kind

-- name: parent
SELECT depends_on AS id FROM dependencies WHERE bead = :bead AND kind = 'parent-child'
