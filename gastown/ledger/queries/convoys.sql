-- name: convoy_of
SELECT c.id, c.title FROM dependencies d JOIN beads c ON c.id = d.bead
 WHERE d.depends_on = :bead AND d.kind = 'tracks' AND c.type = 'convoy' AND c.status <> 'closed' ORDER BY c.id LIMIT 1

-- name: finished_convoys
SELECT c.id FROM dependencies d JOIN beads c ON c.id = d.bead
 WHERE d.depends_on = :bead AND d.kind = 'tracks' AND c.type = 'convoy' AND c.status <> 'closed'
   AND NOT EXISTS (SELECT 1 FROM dependencies o JOIN beads w ON w.id = o.depends_on
                    WHERE o.bead = c.id AND o.kind = 'tracks' AND w.status <> 'closed')

-- name: open_convoys
SELECT c.id, c.title, count(w.id) AS tracked, sum(w.status = 'closed') AS landed
  FROM beads c JOIN dependencies d ON d.bead = c.id AND d.kind = 'tracks' JOIN beads w ON w.id = d.depends_on
 WHERE c.type = 'convoy' AND c.status <> 'closed' GROUP BY c.id ORDER BY c.created_at
