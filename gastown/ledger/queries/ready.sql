-- `LIMIT :most` would have SQLite look at its value, and so prepare the statement anew each time: hence the `+ 0`.

-- name: rigs
-- Whose beads are ready: one look into the index for each. A last row without a rig: some are no longer deferred.
WITH RECURSIVE rigs (rig) AS (
    SELECT min(rig) FROM readiness WHERE open = 1 AND held = 0 AND blockers = 0 AND defer_until IS NULL
    UNION ALL
    SELECT (SELECT min(r.rig) FROM readiness r
             WHERE r.open = 1 AND r.held = 0 AND r.blockers = 0 AND r.defer_until IS NULL AND r.rig > rigs.rig)
      FROM rigs WHERE rig IS NOT NULL
)
SELECT rig FROM rigs WHERE rig IS NOT NULL
UNION ALL SELECT NULL WHERE EXISTS (SELECT 1 FROM readiness INDEXED BY ready_later
                                     WHERE open = 1 AND held = 0 AND blockers = 0 AND defer_until IS NOT NULL AND defer_until <= :now)

-- name: first
-- What stands between `first` and `in_order` are the parts below, one a rig; each is read only as far as needed.
SELECT b.id, b.rig, b.title, b.type, r.priority, r.created_ms, r.key FROM (
-- name: in_order
ORDER BY priority, created_ms, key LIMIT :most + 0) r CROSS JOIN beads b ON b.key = r.key
 ORDER BY r.priority, r.created_ms, r.key

-- name: in_rig
SELECT key, priority, created_ms FROM readiness INDEXED BY ready
 WHERE rig = :rig AND open = 1 AND held = 0 AND blockers = 0 AND defer_until IS NULL

-- name: no_longer_deferred
SELECT key, priority, created_ms FROM readiness INDEXED BY ready_later
 WHERE open = 1 AND held = 0 AND blockers = 0 AND defer_until IS NOT NULL AND defer_until <= :now AND (:only IS NULL OR rig = :only)

-- name: of_assignee
SELECT b.id, b.rig, b.title, b.type, r.priority, r.created_ms, r.key
  FROM beads b INDEXED BY beads_by_assignee JOIN readiness r USING (key)
 WHERE b.assignee = :assignee AND b.status = 'open' AND r.open = 1 AND r.held = 0 AND r.blockers = 0
   AND (r.defer_until IS NULL OR r.defer_until <= :now) AND (:rig IS NULL OR r.rig = :rig)
 ORDER BY r.priority, r.created_ms, r.key LIMIT :most + 0

-- name: count
SELECT (SELECT count(*) FROM (SELECT 1 FROM readiness INDEXED BY ready
                               WHERE open = 1 AND held = 0 AND blockers = 0 AND defer_until IS NULL LIMIT :most + 0))
     + (SELECT count(*) FROM readiness WHERE open = 1 AND held = 0 AND blockers = 0 AND defer_until <= :now) AS beads

-- name: count_in_rig
SELECT (SELECT count(*) FROM (SELECT 1 FROM readiness INDEXED BY ready
                               WHERE rig = :rig AND open = 1 AND held = 0 AND blockers = 0 AND defer_until IS NULL LIMIT :most + 0))
     + (SELECT count(*) FROM readiness WHERE rig = :rig AND open = 1 AND held = 0 AND blockers = 0 AND defer_until <= :now) AS beads

-- name: count_of_assignee
SELECT count(*) AS beads FROM beads b INDEXED BY beads_by_assignee JOIN readiness r USING (key)
 WHERE b.assignee = :assignee AND b.status = 'open' AND r.open = 1 AND r.held = 0 AND r.blockers = 0
   AND (r.defer_until IS NULL OR r.defer_until <= :now) AND (:rig IS NULL OR r.rig = :rig)
