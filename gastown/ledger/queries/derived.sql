-- name: empty_readiness
DELETE FROM readiness

-- name: fill_readiness
INSERT INTO readiness (key, parent, kids, blockers, open, stops, closed, rig, priority, created_ms, defer_until)
SELECT b.key,
       (SELECT p.key FROM dependencies d JOIN beads p ON p.id = d.depends_on
         WHERE d.bead = b.id AND d.kind = 'parent-child'),
       (SELECT count(*) FROM dependencies d WHERE d.depends_on = b.id AND d.kind = 'parent-child'),
       (SELECT count(*) FROM dependencies d JOIN beads k ON k.id = d.depends_on
         WHERE d.bead = b.id AND d.kind IN ('blocks', 'conditional-blocks', 'waits-for') AND k.status <> 'closed'),
       b.status = 'open' AND b.type IN ('task', 'bug', 'feature', 'chore', 'decision')
           AND NOT EXISTS (SELECT 1 FROM merge_requests m WHERE m.bead = b.id AND m.state IN ('queued', 'held')),
       b.status IN ('blocked', 'deferred'), b.status = 'closed',
       coalesce(b.rig, ''), b.priority,
       coalesce(CAST(strftime('%s', substr(b.created_at, 1, 19)) AS INTEGER) * 1000
                + CAST(substr(b.created_at, 21, 3) AS INTEGER), 0),
       b.defer_until
  FROM beads b

-- name: hold_kids
UPDATE readiness SET held = 1 WHERE parent IN (
    WITH RECURSIVE holding (key) AS (
        SELECT key FROM readiness WHERE kids > 0 AND holds
        UNION ALL
        SELECT k.key FROM holding h CROSS JOIN readiness k ON k.parent = h.key
         WHERE k.kids > 0 AND k.blockers = 0 AND k.stops = 0 AND k.closed = 0
    )
    SELECT key FROM holding)

-- name: shadow_readiness
-- In its own session's memory, beneath whose name the statements above then work.
CREATE TEMP TABLE readiness (
    key INTEGER PRIMARY KEY, parent INTEGER, kids INTEGER NOT NULL DEFAULT 0,
    blockers INTEGER NOT NULL DEFAULT 0, held INTEGER NOT NULL DEFAULT 0,
    waits INTEGER NOT NULL GENERATED ALWAYS AS (blockers + held) VIRTUAL,
    open INTEGER NOT NULL, stops INTEGER NOT NULL, closed INTEGER NOT NULL,
    holds INTEGER NOT NULL GENERATED ALWAYS AS (NOT closed AND (stops OR blockers > 0 OR held)) VIRTUAL,
    rig TEXT NOT NULL, priority INTEGER NOT NULL, created_ms INTEGER NOT NULL, defer_until TEXT)

-- name: index_shadow
CREATE INDEX temp.shadow_kids ON readiness (parent) WHERE parent IS NOT NULL

-- name: differing
SELECT coalesce(b.id, 'bead number ' || key) AS id FROM (
    SELECT key FROM (SELECT * FROM main.readiness EXCEPT SELECT * FROM temp.readiness)
    UNION
    SELECT key FROM (SELECT * FROM temp.readiness EXCEPT SELECT * FROM main.readiness)
) LEFT JOIN beads b USING (key) ORDER BY 1 LIMIT 20

-- name: forget_shadow
DROP TABLE IF EXISTS temp.readiness

-- name: fill_text
INSERT INTO beads_text (beads_text) VALUES ('rebuild')

-- name: fill_text_of_comments
INSERT INTO comments_text (comments_text) VALUES ('rebuild')

-- name: check_text
INSERT INTO beads_text (beads_text, rank) VALUES ('integrity-check', 1)

-- name: check_text_of_comments
INSERT INTO comments_text (comments_text, rank) VALUES ('integrity-check', 1)

-- name: triggers
SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY rowid

-- name: indexes
-- Those that keep nothing out.
SELECT name, sql FROM sqlite_master
 WHERE type = 'index' AND tbl_name IN (SELECT value FROM json_each(:tables)) AND sql LIKE 'CREATE INDEX%' ORDER BY rowid
