-- name: ended_before
SELECT w.id FROM beads w
 WHERE w.ephemeral AND w.status = 'closed' AND w.closed_at < :moment
   AND (w.type NOT IN ('step', 'molecule')
        OR NOT EXISTS (SELECT 1 FROM dependencies p WHERE p.bead = w.id AND p.kind = 'parent-child'))
   AND NOT EXISTS (SELECT 1 FROM dependencies d JOIN beads b ON b.id = d.bead
                    WHERE d.depends_on = w.id AND b.status <> 'closed')
   AND NOT EXISTS (SELECT 1 FROM assignments a WHERE a.bead = w.id)
   AND NOT EXISTS (SELECT 1 FROM incarnations i WHERE i.bead = w.id)
   AND NOT EXISTS (SELECT 1 FROM merge_requests m WHERE m.id = w.id)
   AND NOT EXISTS (SELECT 1 FROM merge_requests m WHERE m.bead = w.id)
 LIMIT :most
