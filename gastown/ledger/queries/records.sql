-- The statements on all, and on some (`…_of`, :ids is a JSON list), are two: one with a condition that may not
-- hold would never use an index.

-- name: beads_of
SELECT * FROM beads WHERE id IN (SELECT value FROM json_each(:ids)) AND NOT ephemeral
   AND (:rig IS NULL OR coalesce(rig, '') = :rig) ORDER BY id

-- name: beads
SELECT * FROM beads WHERE NOT ephemeral AND (:rig IS NULL OR coalesce(rig, '') = :rig) ORDER BY id

-- name: by_uid
SELECT key, id, ephemeral FROM beads WHERE uid = :uid

-- name: labels
SELECT l.bead, l.label FROM labels l ORDER BY l.bead, l.label

-- name: labels_of
SELECT l.bead, l.label FROM labels l WHERE l.bead IN (SELECT value FROM json_each(:ids)) ORDER BY l.bead, l.label

-- name: dependencies
SELECT d.bead, d.depends_on, d.kind, d.created_at, d.created_by
  FROM dependencies d JOIN beads o ON o.id = d.depends_on
 WHERE NOT o.ephemeral ORDER BY d.bead, d.depends_on, d.kind

-- name: dependencies_of
SELECT d.bead, d.depends_on, d.kind, d.created_at, d.created_by
  FROM dependencies d JOIN beads o ON o.id = d.depends_on
 WHERE NOT o.ephemeral AND d.bead IN (SELECT value FROM json_each(:ids)) ORDER BY d.bead, d.depends_on, d.kind

-- name: comments
SELECT c.bead, c.author, c.body, c.at FROM comments c ORDER BY c.bead, c.at, c.id

-- name: comments_of
SELECT c.bead, c.author, c.body, c.at FROM comments c
 WHERE c.bead IN (SELECT value FROM json_each(:ids)) ORDER BY c.bead, c.at, c.id

-- name: writes
-- Which fields were written when, in the order of the journal.
SELECT CAST(c.subject AS INTEGER) AS key, c.at, j.key AS field, CASE WHEN j.key = 'written' THEN j.value END AS written
  FROM changes c, json_each(c.what) j
 WHERE c.kind = 'bead' AND j.key NOT IN ('label', 'dependency', 'comment') AND c.what NOT LIKE '{"is"%'
 ORDER BY c.seq

-- name: writes_of
SELECT CAST(c.subject AS INTEGER) AS key, c.at, j.key AS field, CASE WHEN j.key = 'written' THEN j.value END AS written
  FROM changes c, json_each(c.what) j
 WHERE c.kind = 'bead' AND c.subject IN (
           SELECT CAST(b.key AS TEXT) FROM beads b WHERE b.id IN (SELECT value FROM json_each(:ids)))
   AND j.key NOT IN ('label', 'dependency', 'comment')
 ORDER BY c.seq

-- name: insert
INSERT INTO beads (id, uid, rig, title, description, design, acceptance, notes, type, status, priority, assignee, owner,
                   created_at, created_by, started_at, updated_at, updated_by, closed_at, closed_by, close_reason,
                   due, defer_until, external_ref, metadata)
VALUES (:id, :uid, :rig, :title, :description, :design, :acceptance, :notes, :type, :status, :priority, :assignee, :owner,
        :created_at, :created_by, :started_at, :updated_at, :updated_by, :closed_at, :closed_by, :close_reason,
        :due, :defer_until, :external_ref, :metadata)

-- name: update
UPDATE beads
   SET id = :id, rig = :rig, title = :title, description = :description, design = :design, acceptance = :acceptance,
       notes = :notes, type = :type, status = :status, priority = :priority, assignee = :assignee, owner = :owner,
       created_at = :created_at, created_by = :created_by, started_at = :started_at, updated_at = :updated_at,
       updated_by = :updated_by, closed_at = :closed_at, closed_by = :closed_by, close_reason = :close_reason,
       due = :due, defer_until = :defer_until, external_ref = :external_ref, metadata = :metadata
 WHERE uid = :uid

-- name: add_label
INSERT OR IGNORE INTO labels (bead, label) VALUES (:bead, :label)

-- name: remove_label
DELETE FROM labels WHERE bead = :bead AND label = :label

-- name: add_dependency
INSERT OR IGNORE INTO dependencies (bead, depends_on, kind, created_at, created_by)
VALUES (:bead, :depends_on, :kind, :created_at, :created_by)

-- name: remove_dependency
DELETE FROM dependencies WHERE bead = :bead AND depends_on = :depends_on AND kind = :kind

-- name: add_comment
INSERT INTO comments (bead, author, body, at) VALUES (:bead, :author, :body, :at)

-- name: remove_comments
DELETE FROM comments WHERE bead = :bead

-- name: note_written
INSERT INTO changes (at, by, kind, subject, what)
SELECT updated_at, updated_by, 'bead', key, json_object('written', json(:written)) FROM beads WHERE uid = :uid

-- name: key_of
SELECT key FROM beads WHERE id = :id
