-- name: add
INSERT INTO messages (id, sender, recipient, kind, urgency, about, generation, incarnation, sent_at)
VALUES (:id, :sender, :recipient, :kind, :urgency, :about, :generation, :incarnation, :at)

-- name: by_id
SELECT m.*, b.title, b.description, b.status FROM messages m JOIN beads b ON b.id = m.id
 WHERE m.id = :id AND b.type = 'message'

-- name: unread
SELECT m.*, b.title, b.description, b.status
  FROM messages m INDEXED BY unseen_messages CROSS JOIN beads b ON b.id = m.id
 WHERE m.recipient = :recipient AND m.seen_at IS NULL AND b.status <> 'closed' AND b.type = 'message'
 ORDER BY CASE m.urgency WHEN 'urgent' THEN 0 WHEN 'high' THEN 1 ELSE 2 END, m.sent_at, b.key

-- name: waiting
SELECT m.*, b.title, b.description, b.status FROM messages m CROSS JOIN beads b ON b.id = m.id
 WHERE m.id IN (SELECT u.id FROM messages u INDEXED BY unseen_messages WHERE u.recipient = :recipient AND u.seen_at IS NULL
                UNION SELECT q.id FROM messages q INDEXED BY questions WHERE q.kind = 'question' AND q.recipient = :recipient)
   AND b.status <> 'closed' AND b.type = 'message'
 ORDER BY CASE m.urgency WHEN 'urgent' THEN 0 WHEN 'high' THEN 1 ELSE 2 END, m.sent_at, b.key

-- name: of_recipient
SELECT m.*, b.title, b.description, b.status
  FROM messages m CROSS JOIN beads b ON b.id = m.id
 WHERE m.recipient = :recipient AND b.type = 'message'
 ORDER BY m.sent_at DESC, b.key DESC LIMIT :most

-- name: notes_to_self
SELECT m.*, b.title, b.description, b.status
  FROM messages m CROSS JOIN beads b ON b.id = m.id
 WHERE m.recipient = :agent AND m.sender = :agent AND m.kind = 'handoff' AND b.type = 'message'
 ORDER BY m.sent_at DESC, b.key DESC LIMIT :most

-- name: notes_for
SELECT m.*, b.title, b.description, b.status
  FROM messages m CROSS JOIN beads b ON b.id = m.id
 WHERE m.recipient = :agent AND m.sender = :agent AND m.kind = 'handoff' AND b.type = 'message'
   AND (m.seen_at IS NULL AND b.status <> 'closed' OR m.generation = :generation OR m.seen_by = :reader)
   AND NOT EXISTS (SELECT 1 FROM incarnations i
                    WHERE i.id = :reader AND i.id = m.incarnation AND m.sent_at >= i.began_at)
 ORDER BY m.sent_at DESC, b.key DESC

-- name: open_question
SELECT 1 FROM messages m JOIN beads b ON b.id = m.id
 WHERE m.sender = :sender AND m.recipient = :recipient AND m.kind = 'question' AND b.status <> 'closed' LIMIT 1

-- name: not_seen
-- What a session writes for the next one is not for itself.
SELECT m.id FROM messages m JOIN json_each(:ids) i ON i.value = m.id
 WHERE m.seen_at IS NULL AND m.recipient = :by
   AND NOT (m.kind = 'handoff' AND m.sender = m.recipient AND EXISTS (
            SELECT 1 FROM incarnations i WHERE i.id = :incarnation AND i.id = m.incarnation AND m.sent_at >= i.began_at))

-- name: see
UPDATE messages SET seen_at = :at, seen_by = :incarnation
 WHERE id IN (SELECT value FROM json_each(:ids)) AND seen_at IS NULL

-- name: close
UPDATE beads SET status = 'closed', closed_at = :at, closed_by = :by, close_reason = 'read', updated_at = :at,
       updated_by = :by
 WHERE id IN (SELECT m.id FROM messages m WHERE m.kind <> 'question' AND m.id IN (SELECT value FROM json_each(:ids)))
   AND status <> 'closed'

-- name: rebuild
INSERT OR IGNORE INTO messages (id, sender, recipient, kind, urgency, about, generation, incarnation, sent_at, seen_at)
SELECT b.id, b.created_by, b.assignee, coalesce(json_extract(b.metadata, :path || '.kind'), 'note'),
       CASE WHEN json_extract(b.metadata, :path || '.urgency') IN ('urgent', 'high')
            THEN json_extract(b.metadata, :path || '.urgency') ELSE 'normal' END,
       json_extract(b.metadata, :path || '.about'),
       CASE WHEN json_type(b.metadata, :path || '.generation') = 'integer'
            THEN json_extract(b.metadata, :path || '.generation') END,
       CASE WHEN json_type(b.metadata, :path || '.incarnation') = 'integer'
            THEN json_extract(b.metadata, :path || '.incarnation') END,
       b.created_at, b.closed_at
  FROM beads b
 WHERE b.type = 'message' AND b.rig IS NULL AND b.assignee IS NOT NULL
   AND json_type(b.metadata, :path) = 'object' AND json_type(b.metadata, :path || '.kind') = 'text'

-- name: newest_unread
SELECT m.sent_at
  FROM messages m INDEXED BY unseen_messages CROSS JOIN beads b ON b.id = m.id
 WHERE m.recipient = :recipient AND m.seen_at IS NULL AND m.sender <> :recipient AND b.status <> 'closed'
   AND b.type = 'message'
 ORDER BY m.sent_at DESC LIMIT 1
