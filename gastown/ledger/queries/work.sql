-- name: landed
SELECT m.id, m.bead, m.agent, m.landing_old, m.landing_new, b.title, b.status
  FROM merge_requests m JOIN beads b ON b.id = m.bead
 WHERE m.rig = :rig AND m.state = 'merged' AND m.landing_new IS NOT NULL
 ORDER BY m.ended_at, m.generation

-- name: on_hooks
SELECT a.bead, a.agent, a.branch, b.title, b.status
  FROM assignments a JOIN beads b ON b.id = a.bead JOIN agents g ON g.address = a.agent
 WHERE a.ended_at IS NULL AND a.branch IS NOT NULL AND g.rig = :rig ORDER BY a.generation

-- name: in_queue
SELECT m.id, m.bead, m.agent, m.commit_id, b.title, b.status FROM merge_requests m JOIN beads b ON b.id = m.bead
 WHERE m.rig = :rig AND m.state IN ('queued', 'held') ORDER BY m.submitted_at, m.generation
