-- name: rigs
-- Whose beads are ready: one look into the index for each.
WITH RECURSIVE rigs (rig) AS (
    SELECT min(rig) FROM readiness WHERE open = 1 AND waits = 0 AND defer_until IS NULL
    UNION ALL
    SELECT (SELECT min(r.rig) FROM readiness r
             WHERE r.open = 1 AND r.waits = 0 AND r.defer_until IS NULL AND r.rig > rigs.rig)
      FROM rigs WHERE rig IS NOT NULL
)
SELECT rig FROM rigs WHERE rig IS NOT NULL

-- name: in_rig
SELECT b.id, b.rig, b.title, b.type, r.priority, r.created_at, r.key
  FROM readiness r INDEXED BY ready JOIN beads b USING (key)
 WHERE r.rig = :rig AND r.open = 1 AND r.waits = 0 AND r.defer_until IS NULL
 ORDER BY r.priority, r.created_at, r.key LIMIT :most

-- name: any_no_longer_deferred
SELECT 1 FROM readiness INDEXED BY ready_later
 WHERE open = 1 AND waits = 0 AND defer_until IS NOT NULL AND defer_until <= :now LIMIT 1

-- name: no_longer_deferred
SELECT b.id, b.rig, b.title, b.type, r.priority, r.created_at, r.key
  FROM readiness r INDEXED BY ready_later JOIN beads b USING (key)
 WHERE r.open = 1 AND r.waits = 0 AND r.defer_until IS NOT NULL AND r.defer_until <= :now
   AND (:rig IS NULL OR r.rig = :rig)
 ORDER BY r.priority, r.created_at, r.key LIMIT :most

-- name: of_assignee
SELECT b.id, b.rig, b.title, b.type, r.priority, r.created_at, r.key
  FROM beads b INDEXED BY beads_by_assignee JOIN readiness r USING (key)
 WHERE b.assignee = :assignee AND b.status = 'open' AND r.open = 1 AND r.waits = 0
   AND (r.defer_until IS NULL OR r.defer_until <= :now) AND (:rig IS NULL OR r.rig = :rig)
 ORDER BY r.priority, r.created_at, r.key LIMIT :most

-- name: count
SELECT (SELECT count(*) FROM readiness WHERE open = 1 AND waits = 0 AND defer_until IS NULL)
     + (SELECT count(*) FROM readiness WHERE open = 1 AND waits = 0 AND defer_until <= :now) AS beads
