-- What an import needs to know of what is here, and its way to load many beads at once.

-- name: known
SELECT b.id, b.uid, b.rig, b.created_at, b.updated_at, b.ephemeral, b.type, b.title,
       EXISTS (SELECT 1 FROM agents a WHERE a.hook_bead = b.id) AS hooked,
       EXISTS (SELECT 1 FROM merge_requests m WHERE m.bead = b.id AND m.state IN ('queued', 'held')) AS queued
  FROM beads b WHERE b.id IN (SELECT value FROM json_each(:ids))

-- name: elsewhere
SELECT b.id, b.uid FROM beads b WHERE b.uid IN (SELECT value FROM json_each(:uids))

-- name: waits_for
SELECT d.bead, d.depends_on FROM dependencies d
 WHERE d.bead IN (SELECT value FROM json_each(:ids))
   AND d.kind IN ('blocks', 'parent-child', 'conditional-blocks', 'waits-for')

-- name: any
SELECT key FROM beads LIMIT 1

-- name: how_many
SELECT count(*) AS beads, coalesce(max(key), 0) AS newest,
       (SELECT coalesce(max(id), 0) FROM comments) AS newest_comment,
       (SELECT coalesce(max(seq), 0) FROM changes) AS changes
  FROM beads

-- name: insert
-- Empty for none: Python takes far longer to hand over its None than a text.
INSERT INTO beads (id, uid, rig, title, description, design, acceptance, notes, status, priority, type, assignee, owner,
                   created_at, created_by, started_at, updated_at, updated_by, closed_at, closed_by, close_reason,
                   due, defer_until, external_ref, metadata, ephemeral)
VALUES (?, ?, nullif(?, ''), ?, ?, ?, ?, ?, ?, ?, ?, nullif(?, ''), nullif(?, ''),
        ?, ?, nullif(?, ''), ?, ?, nullif(?, ''), nullif(?, ''), nullif(?, ''),
        nullif(?, ''), nullif(?, ''), nullif(?, ''), ?, ?)

-- name: add_label
INSERT OR IGNORE INTO labels (bead, label) VALUES (?, ?)

-- name: add_comment
INSERT INTO comments (bead, author, body, at) VALUES (?, ?, ?, ?)

-- name: add_dependency
INSERT OR IGNORE INTO dependencies (bead, depends_on, kind, created_at, created_by) VALUES (?, ?, ?, ?, ?)

-- name: journal_beads
-- As the triggers write it: they are away while many are loaded.
INSERT INTO changes (at, by, kind, subject, what)
SELECT updated_at, updated_by, 'bead', key, json_object('is', json_patch('{}', json_object(
           'id', id, 'uid', uid, 'rig', rig, 'title', title, 'description', nullif(description, ''), 'design',
           nullif(design, ''), 'acceptance', nullif(acceptance, ''), 'notes', nullif(notes, ''), 'type', type,
           'status', status, 'priority', priority, 'assignee', assignee, 'owner', owner, 'created_at',
           created_at, 'created_by', created_by, 'started_at', started_at, 'closed_at', closed_at, 'closed_by',
           closed_by, 'close_reason', close_reason, 'due', due, 'defer_until', defer_until, 'external_ref',
           external_ref, 'metadata', nullif(metadata, '{}'))))
  FROM beads WHERE key > :newest AND NOT ephemeral ORDER BY key

-- name: journal_labels
INSERT INTO changes (at, by, kind, subject, what)
SELECT b.updated_at, b.updated_by, 'bead', b.key, json_object('label', json_array(NULL, l.label))
  FROM beads b JOIN labels l ON l.bead = b.id WHERE b.key > :newest AND NOT b.ephemeral ORDER BY b.key, l.label

-- name: journal_comments
INSERT INTO changes (at, by, kind, subject, what)
SELECT c.at, c.author, 'bead', b.key, json_object('comment', json_array(NULL, json_object(
           'author', c.author, 'text', c.body, 'at', c.at)))
  FROM comments c JOIN beads b ON b.id = c.bead WHERE c.id > :newest AND NOT b.ephemeral ORDER BY c.id

-- name: journal_dependencies
INSERT INTO changes (at, by, kind, subject, what)
SELECT b.updated_at, b.updated_by, 'bead', b.key, json_object('dependency', json_array(NULL, json_object(
           'on', d.depends_on, 'key', o.key, 'kind', d.kind, 'at', d.created_at, 'by', d.created_by)))
  FROM beads b JOIN dependencies d ON d.bead = b.id JOIN beads o ON o.id = d.depends_on
 WHERE b.key > :newest AND NOT b.ephemeral AND NOT o.ephemeral

-- name: machinery
-- What the town made for itself, and what leans on it; beads that came with an import are nobody's machinery.
SELECT b.id, d.bead AS needed_by
  FROM beads b LEFT JOIN dependencies d ON d.depends_on = b.id
 WHERE b.type IN (SELECT value FROM json_each(:types)) AND NOT b.ephemeral AND json_type(b.metadata, '$.beads') IS NULL
