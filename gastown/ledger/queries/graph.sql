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

-- name: ancestors
WITH RECURSIVE above (id) AS (
    SELECT depends_on FROM dependencies WHERE bead = :id AND kind = 'parent-child'
    UNION
    SELECT d.depends_on FROM above a JOIN dependencies d ON d.bead = a.id AND d.kind = 'parent-child'
)
SELECT id FROM above

-- name: children
SELECT b.id FROM dependencies d JOIN beads b ON b.id = d.bead
 WHERE d.depends_on = :id AND d.kind = 'parent-child' AND (b.status <> 'closed' OR NOT :open)
   AND NOT (b.ephemeral AND b.type = 'molecule') LIMIT :most

-- name: wisp_beneath
SELECT 1 FROM dependencies d JOIN beads b ON b.id = d.bead
 WHERE d.depends_on = :id AND d.kind = 'parent-child' AND b.ephemeral AND b.type = 'molecule' LIMIT 1

-- name: open_tracked
SELECT b.id FROM dependencies d JOIN beads b ON b.id = d.depends_on
 WHERE d.bead = :id AND d.kind = 'tracks' AND b.status <> 'closed' LIMIT :most

-- name: waiting
SELECT b.id FROM dependencies d JOIN beads b ON b.id = d.bead
 WHERE d.depends_on = :id AND d.kind IN ('blocks', 'conditional-blocks', 'waits-for') AND b.status <> 'closed' LIMIT :most

-- name: links_of
SELECT bead, depends_on, kind, created_at, created_by FROM dependencies WHERE bead = :id OR depends_on = :id
 ORDER BY bead <> :id, bead, depends_on, kind

-- name: unblocked
-- What is ready now and waited for these: their dependents, and what is beneath those that were held up. Not all of it
-- where it is much: who asks wants examples.
WITH RECURSIVE freed (key) AS (
    SELECT b.key FROM dependencies d JOIN beads b ON b.id = d.bead
     WHERE d.depends_on IN (SELECT value FROM json_each(:ids)) AND d.kind IN ('blocks', 'conditional-blocks', 'waits-for')
    UNION
    SELECT k.key FROM freed f JOIN readiness p ON p.key = f.key AND NOT p.closed AND NOT p.holds
                     JOIN readiness k ON k.parent = p.key
     LIMIT 1000
)
SELECT b.id, b.title FROM freed JOIN readiness r USING (key) JOIN beads b USING (key)
 WHERE r.open = 1 AND r.waits = 0 AND (r.defer_until IS NULL OR r.defer_until <= :now)
 ORDER BY r.priority, r.created_ms, r.key LIMIT :most

-- name: would_be_lost
SELECT 1 FROM beads b JOIN beads o WHERE b.id = :bead AND o.id = :depends_on AND NOT b.ephemeral AND o.ephemeral

-- name: keep
-- What it leans on is kept with it, however far: nothing that lasts leans on a wisp.
WITH RECURSIVE kept (id) AS (
    SELECT :id
    UNION
    SELECT d.depends_on FROM kept JOIN dependencies d ON d.bead = kept.id
      JOIN beads o ON o.id = d.depends_on AND o.ephemeral
)
UPDATE beads SET ephemeral = 0, updated_at = :at, updated_by = :by WHERE ephemeral AND id IN (SELECT id FROM kept)

-- name: is_tracked
SELECT 1 FROM dependencies WHERE depends_on = :id AND kind = 'tracks' LIMIT 1

-- name: is_needed
SELECT 1 FROM dependencies WHERE depends_on = :id AND kind IN ('blocks', 'conditional-blocks', 'waits-for', 'parent-child')
 LIMIT 1
