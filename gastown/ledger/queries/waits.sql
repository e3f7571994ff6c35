-- name: state
SELECT b.id, b.title, b.type, b.status, b.priority, b.rig, b.assignee, b.created_at, b.defer_until, b.closed_at,
       b.close_reason, r.open, r.waits, r.holds, r.stops, p.id AS parent
  FROM beads b JOIN readiness r USING (key) LEFT JOIN beads p ON p.key = r.parent
 WHERE b.id = :id

-- name: blockers
SELECT b.id, d.kind, b.title, b.status FROM dependencies d JOIN beads b ON b.id = d.depends_on
 WHERE d.bead = :id AND d.kind IN ('blocks', 'conditional-blocks', 'waits-for') AND b.status <> 'closed'
 ORDER BY b.priority, b.created_at, b.key LIMIT :most

-- name: count_blockers
SELECT count(*) AS beads FROM dependencies d JOIN beads b ON b.id = d.depends_on
 WHERE d.bead = :id AND d.kind IN ('blocks', 'conditional-blocks', 'waits-for') AND b.status <> 'closed'

-- name: waiting
SELECT b.id FROM readiness r CROSS JOIN beads b ON b.key = r.key
 WHERE r.closed = 0 AND (r.waits > 0 OR b.status = 'blocked') AND (:rig IS NULL OR r.rig = :rig)
   AND b.type NOT IN ('message', 'molecule', 'step', 'gate', 'convoy', 'merge-request', 'escalation', 'tombstone')
 ORDER BY r.priority, r.created_ms, r.key LIMIT :most

-- name: not_ready
SELECT b.id FROM readiness r CROSS JOIN beads b ON b.key = r.key
 WHERE r.closed = 0 AND NOT (r.open = 1 AND r.waits = 0 AND (r.defer_until IS NULL OR r.defer_until <= :now))
   AND (:rig IS NULL OR r.rig = :rig) AND (:assignee IS NULL OR b.assignee = :assignee)
   AND b.type IN ('task', 'bug', 'feature', 'chore', 'decision')
 ORDER BY r.priority, r.created_ms, r.key LIMIT :most
