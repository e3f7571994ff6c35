-- name: counts
SELECT status, type, priority, count(*) AS beads FROM beads NOT INDEXED
 WHERE type <> 'tombstone' AND (:rig IS NULL OR rig = :rig) GROUP BY status, type, priority

-- name: blocked
SELECT count(*) AS beads FROM readiness WHERE open = 1 AND waits > 0 AND (:rig IS NULL OR rig = :rig)

-- name: oldest
SELECT id, title, created_at FROM beads
 WHERE status <> 'closed' AND type IN ('task', 'bug', 'feature', 'chore', 'decision') AND (:rig IS NULL OR rig = :rig)
 ORDER BY created_at, key LIMIT 1

-- name: lead
SELECT count(*) AS beads, avg(unixepoch(closed_at) - unixepoch(created_at)) AS seconds,
       coalesce(sum(closed_at >= :since), 0) AS lately,
       avg(CASE WHEN closed_at >= :since THEN unixepoch(closed_at) - unixepoch(created_at) END) AS seconds_lately
  FROM beads NOT INDEXED
 WHERE status = 'closed' AND type IN ('task', 'bug', 'feature', 'chore', 'decision') AND (:rig IS NULL OR rig = :rig)
