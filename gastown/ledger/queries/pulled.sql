-- name: held
-- Beads that somebody works on here, and why: on a hook, assigned, or on the way to the target.
SELECT hook_bead AS id, 'on the hook of ' || address AS why FROM agents WHERE hook_bead IS NOT NULL
UNION
SELECT bead, 'on the hook of ' || agent FROM assignments WHERE ended_at IS NULL
UNION
SELECT bead, 'in the merge queue as ' || id FROM merge_requests WHERE state IN ('queued', 'held')
UNION
SELECT id, 'a merge request in the queue' FROM merge_requests WHERE state IN ('queued', 'held')

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
