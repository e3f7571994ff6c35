-- name: convoy_of
SELECT c.id, c.title FROM dependencies d JOIN beads c ON c.id = d.bead
 WHERE d.depends_on = :bead AND d.kind = 'tracks' AND c.type = 'convoy' AND c.status <> 'closed' ORDER BY c.id LIMIT 1

-- name: closed_with
-- Closed convoys that track this bead and were not closed by hand.
SELECT c.id FROM dependencies d JOIN beads c ON c.id = d.bead
 WHERE d.depends_on = :bead AND d.kind = 'tracks' AND c.type = 'convoy' AND c.status = 'closed'
   AND json_extract(c.metadata, '$.given_up') IS NOT 1
 ORDER BY c.key

-- name: finished_convoys
SELECT c.id FROM dependencies d JOIN beads c ON c.id = d.bead
 WHERE d.depends_on = :bead AND d.kind = 'tracks' AND c.type = 'convoy' AND c.status <> 'closed'
   AND NOT EXISTS (SELECT 1 FROM dependencies o JOIN beads w ON w.id = o.depends_on JOIN readiness r ON r.key = w.key
                    WHERE o.bead = c.id AND o.kind = 'tracks' AND NOT r.closed)
   AND EXISTS (SELECT 1 FROM dependencies o JOIN beads w ON w.id = o.depends_on
                WHERE o.bead = c.id AND o.kind = 'tracks' AND w.type <> 'tombstone')
 ORDER BY c.key

-- name: is_finished
SELECT 1 FROM beads c WHERE c.id = :convoy
   AND NOT EXISTS (SELECT 1 FROM dependencies o JOIN beads w ON w.id = o.depends_on JOIN readiness r ON r.key = w.key
                    WHERE o.bead = c.id AND o.kind = 'tracks' AND NOT r.closed)
   AND EXISTS (SELECT 1 FROM dependencies o JOIN beads w ON w.id = o.depends_on
                WHERE o.bead = c.id AND o.kind = 'tracks' AND w.type <> 'tombstone')

-- name: all_finished
-- The types are named so that the partial index is used.
SELECT c.id FROM beads c
 WHERE c.type = 'convoy' AND c.type NOT IN ('task', 'bug', 'feature', 'chore')
   AND c.status IN ('open', 'in_progress', 'hooked', 'blocked', 'deferred', 'pinned')
   AND NOT EXISTS (SELECT 1 FROM dependencies o JOIN beads w ON w.id = o.depends_on JOIN readiness r ON r.key = w.key
                    WHERE o.bead = c.id AND o.kind = 'tracks' AND NOT r.closed)
   AND EXISTS (SELECT 1 FROM dependencies o JOIN beads w ON w.id = o.depends_on
                WHERE o.bead = c.id AND o.kind = 'tracks' AND w.type <> 'tombstone')
 ORDER BY c.key

-- name: changed_since
SELECT DISTINCT b.id FROM changes c JOIN beads b ON b.key = CAST(c.subject AS INTEGER)
 WHERE c.seq > :seq AND c.kind = 'bead'
   AND (b.type = 'convoy' OR EXISTS (SELECT 1 FROM dependencies d WHERE d.depends_on = b.id AND d.kind = 'tracks'))

-- name: all_open
SELECT c.id FROM beads c
 WHERE c.type = 'convoy' AND c.type NOT IN ('task', 'bug', 'feature', 'chore')
   AND c.status IN ('open', 'in_progress', 'hooked', 'blocked', 'deferred', 'pinned')
 ORDER BY json_extract(c.metadata, '$.lone') IS 1, c.key LIMIT :most

-- name: last_closed
SELECT c.id FROM beads c
 WHERE c.type = 'convoy' AND c.type NOT IN ('task', 'bug', 'feature', 'chore') AND c.status = 'closed'
 ORDER BY c.key DESC LIMIT :most

-- name: asked_for
SELECT c.id, c.title FROM beads c
 WHERE c.type = 'convoy' AND c.type NOT IN ('task', 'bug', 'feature', 'chore')
   AND c.status IN ('open', 'in_progress', 'hooked', 'blocked', 'deferred', 'pinned')
   AND json_extract(c.metadata, '$.lone') IS NOT 1
 ORDER BY c.key LIMIT :most

-- name: counts
SELECT sum(json_extract(c.metadata, '$.lone') IS NOT 1) AS asked_for, count(*) AS open FROM beads c
 WHERE c.type = 'convoy' AND c.type NOT IN ('task', 'bug', 'feature', 'chore')
   AND c.status IN ('open', 'in_progress', 'hooked', 'blocked', 'deferred', 'pinned')

-- name: progress
SELECT d.bead AS id, count(*) AS tracked, sum(r.closed) AS closed
  FROM json_each(:convoys) j JOIN dependencies d ON d.bead = j.value AND d.kind = 'tracks'
  JOIN beads w ON w.id = d.depends_on JOIN readiness r ON r.key = w.key
 WHERE w.key NOT IN (SELECT t.key FROM beads t WHERE t.type = 'tombstone' AND t.status = 'closed'
                        AND t.type NOT IN ('task', 'bug', 'feature', 'chore'))
 GROUP BY d.bead

-- name: facts
-- How many open beads of each convoy are in which situation.
SELECT d.bead AS id, w.status, w.type, r.waits > 0 AS waits, coalesce(r.defer_until > :now, 0) AS later,
       (SELECT m.state FROM merge_requests m WHERE m.bead = w.id AND m.state IN ('queued', 'held')) AS request,
       count(*) AS beads
  FROM json_each(:convoys) j JOIN dependencies d ON d.bead = j.value AND d.kind = 'tracks'
  JOIN beads w ON w.id = d.depends_on JOIN readiness r ON r.key = w.key
 WHERE NOT r.closed
 GROUP BY 1, 2, 3, 4, 5, 6

-- name: endings
SELECT count(*) AS closed,
       coalesce(sum(EXISTS (SELECT 1 FROM merge_requests m WHERE m.bead = w.id AND m.state = 'merged')), 0) AS landed,
       coalesce(sum(NOT EXISTS (SELECT 1 FROM merge_requests m WHERE m.bead = w.id AND m.state = 'merged')
                    AND EXISTS (SELECT 1 FROM assignments a WHERE a.bead = w.id AND a.outcome = 'no_change')), 0) AS unchanged
  FROM dependencies d JOIN beads w ON w.id = d.depends_on
 WHERE d.bead = :convoy AND d.kind = 'tracks' AND w.status = 'closed' AND w.type <> 'tombstone'

-- name: tracked
SELECT w.id, w.rig, w.title, w.type, w.priority, w.created_at, w.status, w.closed_at, w.defer_until, w.assignee,
       r.waits > 0 AS waits, coalesce(r.defer_until > :now, 0) AS later, m.id AS request, m.state AS request_state,
       h.address AS worker,
       CASE WHEN w.status = 'closed' THEN EXISTS (SELECT 1 FROM merge_requests l
                                                   WHERE l.bead = w.id AND l.state = 'merged') ELSE 0 END AS landed
  FROM dependencies d JOIN beads w ON w.id = d.depends_on JOIN readiness r ON r.key = w.key
  LEFT JOIN merge_requests m ON m.bead = w.id AND m.state IN ('queued', 'held')
  LEFT JOIN agents h ON h.hook_bead = w.id
 WHERE d.bead = :convoy AND d.kind = 'tracks' AND w.type <> 'tombstone'
 ORDER BY w.priority, w.created_at, w.key

-- name: tracked_ids
SELECT depends_on AS id FROM dependencies WHERE bead = :convoy AND kind = 'tracks'

-- name: waits_for
-- What the tracked beads wait for: open blockers, and parents that are held up.
SELECT t.depends_on AS bead, k.id AS waits_for
  FROM dependencies t JOIN dependencies d ON d.bead = t.depends_on JOIN beads k ON k.id = d.depends_on
 WHERE t.bead = :convoy AND t.kind = 'tracks' AND d.kind IN ('blocks', 'conditional-blocks', 'waits-for')
   AND k.status <> 'closed'
UNION
SELECT t.depends_on, p.id
  FROM dependencies t JOIN dependencies d ON d.bead = t.depends_on AND d.kind = 'parent-child'
  JOIN beads p ON p.id = d.depends_on JOIN readiness r ON r.key = p.key
 WHERE t.bead = :convoy AND t.kind = 'tracks' AND r.holds
 ORDER BY 1, 2

-- name: work_below
-- Open work beneath an epic, however deep.
WITH RECURSIVE below (id) AS (
    SELECT bead FROM dependencies WHERE depends_on = :epic AND kind = 'parent-child'
    UNION
    SELECT d.bead FROM below JOIN dependencies d ON d.depends_on = below.id AND d.kind = 'parent-child'
)
SELECT w.id, w.status FROM below JOIN beads w USING (id)
 WHERE w.type IN ('task', 'bug', 'feature', 'chore', 'decision') AND NOT w.ephemeral
 ORDER BY w.priority, w.created_at, w.key

-- name: around
SELECT c.id FROM dependencies d JOIN beads c ON c.id = d.bead
 WHERE d.depends_on = :epic AND d.kind = 'related' AND c.type = 'convoy' ORDER BY c.key LIMIT 1

-- name: track
INSERT OR IGNORE INTO dependencies (bead, depends_on, kind, created_at, created_by)
VALUES (:convoy, :bead, 'tracks', :at, :by)

-- name: untrack
DELETE FROM dependencies WHERE bead = :convoy AND depends_on = :bead AND kind = 'tracks'

-- name: reopen
UPDATE beads SET status = 'open', closed_at = NULL, closed_by = NULL, close_reason = NULL,
       metadata = json_remove(metadata, '$.given_up'), updated_at = :at, updated_by = :by
 WHERE id = :convoy AND type = 'convoy' AND status = 'closed'

-- name: set_metadata
UPDATE beads SET metadata = :metadata, updated_at = :at, updated_by = :by WHERE id = :convoy AND type = 'convoy'

-- name: told
-- Messages about convoys that one has not read yet, the newest first; read only as far as needed.
SELECT m.id, m.title, m.created_at, c.id AS convoy, c.title AS convoy_title, c.metadata, c.type = 'tombstone' AS deleted
  FROM beads m INDEXED BY beads_by_assignee
  JOIN dependencies d ON d.bead = m.id AND d.kind = 'related' JOIN beads c ON c.id = d.depends_on
 WHERE m.assignee = :who AND m.status = 'open' AND m.type = 'message' AND c.type IN ('convoy', 'tombstone')
 ORDER BY m.key DESC

-- name: unread
SELECT m.id FROM dependencies d JOIN beads m ON m.id = d.bead
 WHERE d.depends_on = :convoy AND d.kind = 'related' AND m.type = 'message' AND m.status <> 'closed'
   AND (:who IS NULL OR m.assignee = :who)

-- name: to_feed
-- Ready beads of convoys that were slung, which nobody has and nobody ever had.
SELECT w.id, w.rig, c.id AS convoy, json_extract(f.value, '$.by') AS by, json_extract(f.value, '$.target') AS target,
       json_extract(f.value, '$.runtime') AS runtime
  FROM facts f JOIN beads c ON c.id = substr(f.name, 7) JOIN dependencies d ON d.bead = c.id AND d.kind = 'tracks'
  JOIN beads w ON w.id = d.depends_on JOIN readiness r ON r.key = w.key
 WHERE f.name >= 'slung ' AND f.name < 'slung!' AND c.type = 'convoy' AND c.status = 'open'
   AND r.open = 1 AND r.waits = 0 AND (r.defer_until IS NULL OR r.defer_until <= :now) AND w.assignee IS NULL
   AND NOT EXISTS (SELECT 1 FROM assignments a WHERE a.bead = w.id)
 ORDER BY w.priority, w.created_at, w.key LIMIT :most

-- name: to_feed_later
-- When time alone makes a bead of a slung convoy ready.
SELECT min(r.defer_until) AS due
  FROM facts f JOIN beads c ON c.id = substr(f.name, 7) JOIN dependencies d ON d.bead = c.id AND d.kind = 'tracks'
  JOIN beads w ON w.id = d.depends_on JOIN readiness r ON r.key = w.key
 WHERE f.name >= 'slung ' AND f.name < 'slung!' AND c.type = 'convoy' AND c.status = 'open'
   AND r.open = 1 AND r.held = 0 AND r.blockers = 0 AND r.defer_until > :now AND w.assignee IS NULL
   AND NOT EXISTS (SELECT 1 FROM assignments a WHERE a.bead = w.id)

-- name: remember_slung
-- Of this town alone: neither the record nor another town's pull carries it.
INSERT INTO facts (name, value) VALUES ('slung ' || :convoy, json_object('by', :by, 'target', :target, 'runtime', :runtime))
ON CONFLICT (name) DO UPDATE SET value = excluded.value
