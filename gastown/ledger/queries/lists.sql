-- name: of_all
FROM beads b
-- name: of_status
FROM beads b INDEXED BY beads_by_status
-- name: of_rig
FROM beads b INDEXED BY beads_by_rig
-- name: of_assignees
FROM beads b INDEXED BY beads_by_assignee
-- name: of_rare_types
FROM beads b INDEXED BY beads_by_type
-- name: of_label
FROM labels l CROSS JOIN beads b ON b.id = l.bead
-- name: of_parent
FROM dependencies d CROSS JOIN beads b ON b.id = d.bead

-- name: living
b.type <> 'tombstone'
-- name: not_closed
b.status <> 'closed'
-- name: status
b.status = :status
-- name: statuses
+b.status IN (SELECT value FROM json_each(:statuses))
-- name: types
b.type IN (SELECT value FROM json_each(:types))
-- name: rare_types
b.type NOT IN ('task', 'bug', 'feature', 'chore')
-- name: filed
b.type NOT IN ('message', 'molecule', 'step', 'gate', 'convoy', 'merge-request', 'escalation')
-- name: priorities
b.priority BETWEEN :urgent AND :idle
-- name: assignees
b.assignee IN (SELECT value FROM json_each(:assignees))
-- name: unassigned
b.assignee IS NULL
-- name: label
l.label = :label
-- name: labels
(SELECT count(*) FROM labels x WHERE x.bead = b.id AND x.label IN (SELECT value FROM json_each(:labels)))
    = json_array_length(:labels)
-- name: any_label
b.id IN (SELECT x.bead FROM labels x WHERE x.label IN (SELECT value FROM json_each(:any_label)))
-- name: parent
d.depends_on = :parent AND d.kind = 'parent-child'
-- name: rig
b.rig = :rig
-- name: text
(instr(lower(b.title), lower(:text)) OR instr(lower(b.description), lower(:text)))
-- name: created_after
b.created_at >= :created_after
-- name: created_before
b.created_at < :created_before
-- name: updated_after
b.updated_at >= :updated_after
-- name: updated_before
b.updated_at < :updated_before
-- name: closed_after
b.closed_at >= :closed_after
-- name: closed_before
b.closed_at < :closed_before
-- name: overdue
b.due < :overdue AND b.status <> 'closed'
-- name: ephemeral
b.ephemeral = 1

-- name: common_label
SELECT count(*) AS beads FROM (SELECT 1 FROM labels WHERE label = :label LIMIT :most)

-- name: lines
SELECT b.*, r.waits, r.kids,
       (SELECT json_group_array(label) FROM (SELECT label FROM labels WHERE bead = b.id ORDER BY label)) AS labels,
       (SELECT depends_on FROM dependencies WHERE bead = b.id AND kind = 'parent-child') AS parent
  FROM json_each(:keys) k CROSS JOIN beads b ON b.key = k.value CROSS JOIN readiness r ON r.key = b.key
 ORDER BY k.key

-- name: has_type
SELECT 1 FROM beads INDEXED BY beads_by_type
 WHERE type = :type AND type NOT IN ('task', 'bug', 'feature', 'chore') LIMIT 1
