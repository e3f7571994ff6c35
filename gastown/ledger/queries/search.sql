-- name: texts
-- The newest beads with these words, with how well they fit: less is better.
SELECT b.key, bm25(beads_text, 10.0, 3.0, 2.0, 2.0, 1.0) AS fit, NULL AS comment
  FROM beads_text t CROSS JOIN beads b ON b.key = t.rowid
 WHERE beads_text MATCH :words AND b.type <> 'tombstone' AND (:closed OR b.status <> 'closed')
   AND (:rig IS NULL OR b.rig = :rig)
 ORDER BY t.rowid DESC LIMIT :looked_at

-- name: comments
SELECT b.key, bm25(comments_text) AS fit, c.id AS comment
  FROM comments_text t CROSS JOIN comments c ON c.id = t.rowid CROSS JOIN beads b ON b.id = c.bead
 WHERE comments_text MATCH :words AND b.type <> 'tombstone' AND (:closed OR b.status <> 'closed')
   AND (:rig IS NULL OR b.rig = :rig)
 ORDER BY t.rowid DESC LIMIT :looked_at

-- name: named
-- Beads whose id begins so, or that are known so elsewhere; closed ones too, since they are named.
SELECT key, id, external_ref FROM (
    SELECT key, id, external_ref FROM beads
     WHERE id COLLATE NOCASE >= :name AND id COLLATE NOCASE < :name || '{' AND type <> 'tombstone'
       AND (:rig IS NULL OR rig = :rig)
     ORDER BY id COLLATE NOCASE LIMIT :most)
UNION
SELECT key, id, external_ref FROM beads
 WHERE external_ref = :name AND external_ref IS NOT NULL AND type <> 'tombstone' AND (:rig IS NULL OR rig = :rig)

-- name: own_texts
SELECT key, substr(title, 1, :most) AS title, substr(description, 1, :most) AS description, substr(design, 1, :most) AS design,
       substr(acceptance, 1, :most) AS acceptance, substr(notes, 1, :most) AS notes
  FROM beads WHERE key IN (SELECT value FROM json_each(:keys))

-- name: bodies
SELECT id, substr(body, 1, :most) AS body FROM comments WHERE id IN (SELECT value FROM json_each(:ids))
