-- name: held
-- Beads that somebody works on here, and why: on a hook, assigned, or on the way to the target; and with each the
-- molecule and the steps that were poured for it.
WITH work (bead, why) AS (
    SELECT hook_bead, 'on the hook of ' || address FROM agents WHERE hook_bead IS NOT NULL
    UNION
    SELECT bead, 'on the hook of ' || agent FROM assignments WHERE ended_at IS NULL
    UNION
    SELECT bead, 'in the merge queue as ' || id FROM merge_requests WHERE state IN ('queued', 'held')
), poured AS (
    SELECT m.id, w.bead, w.why FROM work w
      JOIN dependencies d ON d.depends_on = w.bead AND d.kind = 'parent-child'
      JOIN beads m ON m.id = d.bead AND m.type = 'molecule'
)
SELECT bead AS id, bead, why FROM work
UNION ALL
SELECT id, id, 'a merge request in the queue' FROM merge_requests WHERE state IN ('queued', 'held')
UNION ALL
SELECT id, bead, 'the molecule of ' || bead || ', which is ' || why FROM poured
UNION ALL
SELECT s.id, p.bead, 'a step of ' || p.bead || ', which is ' || p.why FROM poured p
  JOIN dependencies d ON d.depends_on = p.id AND d.kind = 'parent-child'
  JOIN beads s ON s.id = d.bead AND s.type = 'step'

-- name: occupant
SELECT id, uid, ephemeral FROM beads WHERE id = :id

-- name: by_uid
SELECT id, ephemeral FROM beads WHERE uid = :uid

-- name: rename
UPDATE beads SET id = :new, updated_at = :at, updated_by = :by WHERE uid = :uid

-- name: changed_since
-- Beads that have changed since a row of the journal, and whether what they lean on did.
SELECT b.uid, b.id, max(c.what LIKE '{"dependency"%') AS leans
  FROM changes c JOIN beads b ON b.key = CAST(c.subject AS INTEGER)
 WHERE c.kind = 'bead' AND c.seq > :seq GROUP BY b.key
