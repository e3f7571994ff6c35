-- name: of_bead
SELECT seq, at, by, what FROM changes WHERE kind = 'bead' AND subject = :key ORDER BY seq DESC LIMIT :most

-- name: count_of_bead
SELECT count(*) AS changes FROM changes WHERE kind = 'bead' AND subject = :key

-- name: key_of
SELECT key, ephemeral FROM beads WHERE id = :id
