-- Readiness by milliseconds: shorter rows, and indexes that hold only what is asked for. The table and what is on it are
-- made anew; triggers of other tables that do not name its changed column stay.

DROP TRIGGER readiness_begins;
DROP TRIGGER readiness_follows_bead;
DROP TABLE readiness;                        -- and with it its indexes and triggers

CREATE TABLE readiness (
    key INTEGER PRIMARY KEY,
    parent INTEGER,                          -- the parent's key
    kids INTEGER NOT NULL DEFAULT 0,
    blockers INTEGER NOT NULL DEFAULT 0,     -- dependencies on open beads that it waits for
    held INTEGER NOT NULL DEFAULT 0,         -- 1 if its parent holds it up
    waits INTEGER NOT NULL GENERATED ALWAYS AS (blockers + held) VIRTUAL,
    open INTEGER NOT NULL,                   -- work, open, and in no queue
    stops INTEGER NOT NULL,                  -- a person has set it to blocked or deferred
    closed INTEGER NOT NULL,
    holds INTEGER NOT NULL GENERATED ALWAYS AS (NOT closed AND (stops OR blockers > 0 OR held)) VIRTUAL,   -- its kids wait for it
    rig TEXT NOT NULL,                       -- empty: the town's own
    priority INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,             -- created_at in milliseconds since 1970: shorter, and faster to sort by
    defer_until TEXT
) STRICT;
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
  FROM beads b;
CREATE INDEX kids ON readiness (parent) WHERE parent IS NOT NULL;
CREATE INDEX parents ON readiness (parent)   -- cascades go down along these alone: they hold their kids if they are held
 WHERE kids > 0 AND blockers = 0 AND stops = 0 AND closed = 0;
CREATE INDEX ready ON readiness (rig, priority, created_ms, key)
 WHERE held = 0 AND blockers = 0 AND open = 1 AND defer_until IS NULL;
CREATE INDEX ready_later ON readiness (defer_until)
 WHERE defer_until IS NOT NULL AND held = 0 AND blockers = 0 AND open = 1;
UPDATE readiness SET held = 1 WHERE parent IN (
    WITH RECURSIVE holding (key) AS (
        SELECT key FROM readiness WHERE kids > 0 AND holds
        UNION ALL
        SELECT k.key FROM holding h CROSS JOIN readiness k ON k.parent = h.key
         WHERE k.kids > 0 AND k.blockers = 0 AND k.stops = 0 AND k.closed = 0
    )
    SELECT key FROM holding);

CREATE TRIGGER readiness_begins AFTER INSERT ON beads
BEGIN
    INSERT INTO readiness (key, open, stops, closed, rig, priority, created_ms, defer_until)
    VALUES (NEW.key, NEW.status = 'open' AND NEW.type IN ('task', 'bug', 'feature', 'chore', 'decision'),
            NEW.status IN ('blocked', 'deferred'), NEW.status = 'closed',
            coalesce(NEW.rig, ''), NEW.priority,
            coalesce(CAST(strftime('%s', substr(NEW.created_at, 1, 19)) AS INTEGER) * 1000
                     + CAST(substr(NEW.created_at, 21, 3) AS INTEGER), 0),
            NEW.defer_until);
END;
CREATE TRIGGER readiness_follows_bead AFTER UPDATE OF status, type, priority, rig, created_at, defer_until ON beads
BEGIN
    UPDATE readiness
       SET open = NEW.status = 'open' AND NEW.type IN ('task', 'bug', 'feature', 'chore', 'decision')
                  AND NOT EXISTS (SELECT 1 FROM merge_requests m WHERE m.bead = NEW.id AND m.state IN ('queued', 'held')),
           stops = NEW.status IN ('blocked', 'deferred'), closed = NEW.status = 'closed',
           rig = coalesce(NEW.rig, ''), priority = NEW.priority,
           created_ms = coalesce(CAST(strftime('%s', substr(NEW.created_at, 1, 19)) AS INTEGER) * 1000
                    + CAST(substr(NEW.created_at, 21, 3) AS INTEGER), 0),
           defer_until = NEW.defer_until
     WHERE key = NEW.key;
END;

-- What a cascade sets, `held`, starts no other: it goes all the way down by itself, so that it does not matter whether a
-- client has recursive triggers. Having one parent each, what is below is met once; only in a circle, which is refused
-- elsewhere, the cascade would come back to where it began. Going by key keeps to few pages.
CREATE TRIGGER readiness_held AFTER UPDATE OF blockers, stops, closed, parent ON readiness
WHEN NEW.kids > 0 AND NEW.holds AND NOT OLD.holds
BEGIN
    UPDATE readiness SET held = 1 WHERE parent IN (
        WITH RECURSIVE holding (key) AS NOT MATERIALIZED (
            SELECT NEW.key
            UNION ALL
            SELECT k.key FROM holding h CROSS JOIN readiness k ON k.parent = h.key
             WHERE k.kids > 0 AND k.blockers = 0 AND k.stops = 0 AND k.closed = 0 AND k.key <> NEW.key
             ORDER BY 1
        )
        SELECT key FROM holding);
END;
CREATE TRIGGER readiness_released AFTER UPDATE OF blockers, stops, closed, parent ON readiness
WHEN NEW.kids > 0 AND OLD.holds AND NOT NEW.holds
BEGIN
    UPDATE readiness SET held = 0 WHERE parent IN (
        WITH RECURSIVE released (key) AS NOT MATERIALIZED (
            SELECT NEW.key
            UNION ALL
            SELECT k.key FROM released r CROSS JOIN readiness k ON k.parent = r.key
             WHERE k.kids > 0 AND k.blockers = 0 AND k.stops = 0 AND k.closed = 0 AND k.key <> NEW.key
             ORDER BY 1
        )
        SELECT key FROM released);
END;
