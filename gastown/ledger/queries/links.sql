-- Many links at once; :ids, :others and :links are JSON lists.

-- name: living
SELECT b.id, b.ephemeral, d.depends_on AS parent
  FROM json_each(:ids) i CROSS JOIN beads b ON b.id = i.value
       LEFT JOIN dependencies d ON d.bead = b.id AND d.kind = 'parent-child'
 WHERE b.type <> 'tombstone'

-- name: comes_after
WITH RECURSIVE before (id) AS (
    SELECT depends_on FROM dependencies
     WHERE bead = :id AND kind IN ('blocks', 'conditional-blocks', 'waits-for', 'parent-child')
    UNION
    SELECT d.depends_on FROM before CROSS JOIN dependencies d ON d.bead = before.id
     WHERE d.kind IN ('blocks', 'conditional-blocks', 'waits-for', 'parent-child')
)
SELECT id FROM before

-- name: beneath
WITH RECURSIVE part (id) AS (
    SELECT bead FROM dependencies WHERE depends_on = :id AND kind = 'parent-child'
    UNION
    SELECT d.bead FROM part CROSS JOIN dependencies d ON d.depends_on = part.id AND d.kind = 'parent-child'
)
SELECT id FROM part

-- name: waiting_for
SELECT DISTINCT d.bead FROM json_each(:ids) i CROSS JOIN dependencies d ON d.bead = i.value
 WHERE d.kind IN ('blocks', 'conditional-blocks', 'waits-for')
   AND d.depends_on IN (SELECT value FROM json_each(:others))

-- name: touch
UPDATE beads SET updated_at = :at, updated_by = :by
 WHERE id IN (SELECT value ->> '$.bead' FROM json_each(:links))

-- name: write
INSERT OR IGNORE INTO dependencies (bead, depends_on, kind, created_at, created_by)
SELECT value ->> '$.bead', value ->> '$.depends_on', value ->> '$.kind', value ->> '$.created_at', value ->> '$.created_by'
  FROM json_each(:links)

-- name: lost
-- Those of these beads that last and lean on a wisp.
SELECT DISTINCT b.id
  FROM json_each(:ids) i CROSS JOIN beads b ON b.id = i.value AND NOT b.ephemeral
       CROSS JOIN dependencies d ON d.bead = b.id CROSS JOIN beads o ON o.id = d.depends_on
 WHERE o.ephemeral
