-- What triggers keep: readiness, the journal and the full text. First what the file already holds.

INSERT INTO readiness (key, parent, kids, blockers, open, stops, closed, rig, priority, created_at, defer_until)
SELECT b.key,
       (SELECT p.key FROM dependencies d JOIN beads p ON p.id = d.depends_on
         WHERE d.bead = b.id AND d.kind = 'parent-child'),
       (SELECT count(*) FROM dependencies d WHERE d.depends_on = b.id AND d.kind = 'parent-child'),
       (SELECT count(*) FROM dependencies d JOIN beads k ON k.id = d.depends_on
         WHERE d.bead = b.id AND d.kind IN ('blocks', 'conditional-blocks', 'waits-for') AND k.status <> 'closed'),
       b.status = 'open' AND b.type IN ('task', 'bug', 'feature', 'chore', 'decision')
           AND NOT EXISTS (SELECT 1 FROM merge_requests m WHERE m.bead = b.id AND m.state IN ('queued', 'held')),
       b.status IN ('blocked', 'deferred'), b.status = 'closed',
       coalesce(b.rig, ''), b.priority, b.created_at, b.defer_until
  FROM beads b;
UPDATE readiness SET held = 1 WHERE parent IN (
    WITH RECURSIVE holding (key) AS (
        SELECT key FROM readiness WHERE kids > 0 AND holds
        UNION
        SELECT k.key FROM holding h JOIN readiness k ON k.parent = h.key WHERE k.kids > 0 AND NOT k.closed
    )
    SELECT key FROM holding);
INSERT INTO beads_text (beads_text) VALUES ('rebuild');
INSERT INTO comments_text (comments_text) VALUES ('rebuild');

-- Readiness: the bead itself.
CREATE TRIGGER readiness_begins AFTER INSERT ON beads
BEGIN
    INSERT INTO readiness (key, open, stops, closed, rig, priority, created_at, defer_until)
    VALUES (NEW.key, NEW.status = 'open' AND NEW.type IN ('task', 'bug', 'feature', 'chore', 'decision'),
            NEW.status IN ('blocked', 'deferred'), NEW.status = 'closed',
            coalesce(NEW.rig, ''), NEW.priority, NEW.created_at, NEW.defer_until);
END;
CREATE TRIGGER readiness_ends AFTER DELETE ON beads
BEGIN DELETE FROM readiness WHERE key = OLD.key; END;
CREATE TRIGGER readiness_follows_bead AFTER UPDATE OF status, type, priority, rig, created_at, defer_until ON beads
BEGIN
    UPDATE readiness
       SET open = NEW.status = 'open' AND NEW.type IN ('task', 'bug', 'feature', 'chore', 'decision')
                  AND NOT EXISTS (SELECT 1 FROM merge_requests m WHERE m.bead = NEW.id AND m.state IN ('queued', 'held')),
           stops = NEW.status IN ('blocked', 'deferred'), closed = NEW.status = 'closed',
           rig = coalesce(NEW.rig, ''), priority = NEW.priority, created_at = NEW.created_at,
           defer_until = NEW.defer_until
     WHERE key = NEW.key;
END;

-- Readiness: what waits for the bead.
CREATE TRIGGER readiness_of_dependents AFTER UPDATE OF status ON beads
WHEN (OLD.status = 'closed') <> (NEW.status = 'closed')
BEGIN
    UPDATE readiness
       SET blockers = blockers + CASE WHEN NEW.status = 'closed' THEN -1 ELSE 1 END * (
               SELECT count(*) FROM beads b JOIN dependencies d ON d.bead = b.id
                WHERE b.key = readiness.key AND d.depends_on = NEW.id
                  AND d.kind IN ('blocks', 'conditional-blocks', 'waits-for'))
     WHERE key IN (SELECT b.key FROM dependencies d JOIN beads b ON b.id = d.bead
                    WHERE d.depends_on = NEW.id AND d.kind IN ('blocks', 'conditional-blocks', 'waits-for'));
END;
CREATE TRIGGER readiness_leans AFTER INSERT ON dependencies
WHEN NEW.kind IN ('blocks', 'conditional-blocks', 'waits-for')
     AND (SELECT status FROM beads WHERE id = NEW.depends_on) <> 'closed'
BEGIN
    UPDATE readiness SET blockers = blockers + 1 WHERE key = (SELECT key FROM beads WHERE id = NEW.bead);
END;
CREATE TRIGGER readiness_leans_no_more AFTER DELETE ON dependencies
WHEN OLD.kind IN ('blocks', 'conditional-blocks', 'waits-for')
     AND (SELECT status FROM beads WHERE id = OLD.depends_on) <> 'closed'
BEGIN
    UPDATE readiness SET blockers = blockers - 1 WHERE key = (SELECT key FROM beads WHERE id = OLD.bead);
END;

-- Readiness: parents and kids. What a cascade sets, `held`, starts no other: it goes all the way down by itself, so that
-- it does not matter whether a client has recursive triggers.
CREATE TRIGGER readiness_gets_parent AFTER INSERT ON dependencies WHEN NEW.kind = 'parent-child'
BEGIN
    UPDATE readiness SET kids = kids + 1 WHERE key = (SELECT key FROM beads WHERE id = NEW.depends_on);
    UPDATE readiness
       SET parent = (SELECT key FROM beads WHERE id = NEW.depends_on),
           held = (SELECT p.holds FROM beads b JOIN readiness p USING (key) WHERE b.id = NEW.depends_on)
     WHERE key = (SELECT key FROM beads WHERE id = NEW.bead);
END;
CREATE TRIGGER readiness_loses_parent AFTER DELETE ON dependencies WHEN OLD.kind = 'parent-child'
BEGIN
    UPDATE readiness SET parent = NULL, held = 0 WHERE key = (SELECT key FROM beads WHERE id = OLD.bead);
    UPDATE readiness SET kids = kids - 1 WHERE key = (SELECT key FROM beads WHERE id = OLD.depends_on);
END;
CREATE TRIGGER readiness_held AFTER UPDATE OF blockers, stops, closed, parent ON readiness
WHEN NEW.kids > 0 AND NEW.holds AND NOT OLD.holds
BEGIN
    UPDATE readiness SET held = 1 WHERE parent IN (
        WITH RECURSIVE holding (key) AS (
            SELECT NEW.key
            UNION
            SELECT k.key FROM holding h JOIN readiness k ON k.parent = h.key
             WHERE k.kids > 0 AND k.blockers = 0 AND NOT k.stops AND NOT k.closed
        )
        SELECT key FROM holding);
END;
CREATE TRIGGER readiness_released AFTER UPDATE OF blockers, stops, closed, parent ON readiness
WHEN NEW.kids > 0 AND OLD.holds AND NOT NEW.holds
BEGIN
    UPDATE readiness SET held = 0 WHERE parent IN (
        WITH RECURSIVE released (key) AS (
            SELECT NEW.key
            UNION
            SELECT k.key FROM released r JOIN readiness k ON k.parent = r.key
             WHERE k.kids > 0 AND k.blockers = 0 AND NOT k.stops AND NOT k.closed
        )
        SELECT key FROM released);
END;

-- Readiness: what is in a queue is not.
CREATE TRIGGER readiness_in_queue AFTER INSERT ON merge_requests
BEGIN
    UPDATE readiness SET open = 0
     WHERE key = (SELECT key FROM beads WHERE id = NEW.bead) AND NEW.state IN ('queued', 'held');
END;
CREATE TRIGGER readiness_out_of_queue AFTER UPDATE OF state ON merge_requests
BEGIN
    UPDATE readiness
       SET open = (SELECT b.status = 'open' AND b.type IN ('task', 'bug', 'feature', 'chore', 'decision')
                          AND NOT EXISTS (SELECT 1 FROM merge_requests m
                                           WHERE m.bead = b.id AND m.state IN ('queued', 'held'))
                     FROM beads b WHERE b.id = NEW.bead)
     WHERE key = (SELECT key FROM beads WHERE id = NEW.bead);
END;

-- Full text.
CREATE TRIGGER text_begins AFTER INSERT ON beads
BEGIN
    INSERT INTO beads_text (rowid, title, description, design, acceptance, notes)
    VALUES (NEW.key, NEW.title, NEW.description, NEW.design, NEW.acceptance, NEW.notes);
END;
CREATE TRIGGER text_changes AFTER UPDATE OF title, description, design, acceptance, notes ON beads
WHEN OLD.title IS NOT NEW.title OR OLD.description IS NOT NEW.description OR OLD.design IS NOT NEW.design
     OR OLD.acceptance IS NOT NEW.acceptance OR OLD.notes IS NOT NEW.notes
BEGIN
    INSERT INTO beads_text (beads_text, rowid, title, description, design, acceptance, notes)
    VALUES ('delete', OLD.key, OLD.title, OLD.description, OLD.design, OLD.acceptance, OLD.notes);
    INSERT INTO beads_text (rowid, title, description, design, acceptance, notes)
    VALUES (NEW.key, NEW.title, NEW.description, NEW.design, NEW.acceptance, NEW.notes);
END;
CREATE TRIGGER text_ends AFTER DELETE ON beads
BEGIN
    INSERT INTO beads_text (beads_text, rowid, title, description, design, acceptance, notes)
    VALUES ('delete', OLD.key, OLD.title, OLD.description, OLD.design, OLD.acceptance, OLD.notes);
END;
CREATE TRIGGER text_of_comment_begins AFTER INSERT ON comments
BEGIN INSERT INTO comments_text (rowid, body) VALUES (NEW.id, NEW.body); END;
CREATE TRIGGER text_of_comment_ends AFTER DELETE ON comments
BEGIN INSERT INTO comments_text (comments_text, rowid, body) VALUES ('delete', OLD.id, OLD.body); END;
CREATE TRIGGER comments_are_never_changed BEFORE UPDATE OF id, author, body, at ON comments
BEGIN SELECT RAISE(ABORT, 'comments are not edited: write another'); END;

-- The journal: beads. Wisps never leave this file, and leave no trace here.
CREATE TRIGGER journal_bead_begins AFTER INSERT ON beads WHEN NOT NEW.ephemeral
BEGIN
    INSERT INTO changes (at, by, kind, subject, what) 
    SELECT NEW.updated_at, NEW.updated_by, 'bead', NEW.key, json_object('is', json_patch('{}', json_object(
           'id', NEW.id, 'uid', NEW.uid, 'rig', NEW.rig, 'title', NEW.title, 'description',
           nullif(NEW.description, ''), 'design', nullif(NEW.design, ''), 'acceptance', nullif(NEW.acceptance,
           ''), 'notes', nullif(NEW.notes, ''), 'type', NEW.type, 'status', NEW.status, 'priority',
           NEW.priority, 'assignee', NEW.assignee, 'owner', NEW.owner, 'created_at', NEW.created_at,
           'created_by', NEW.created_by, 'started_at', NEW.started_at, 'closed_at', NEW.closed_at, 'closed_by',
           NEW.closed_by, 'close_reason', NEW.close_reason, 'due', NEW.due, 'defer_until', NEW.defer_until,
           'external_ref', NEW.external_ref, 'metadata', nullif(NEW.metadata || '', '{}'))));
END;
CREATE TRIGGER journal_bead_stays AFTER UPDATE OF ephemeral ON beads WHEN OLD.ephemeral AND NOT NEW.ephemeral
BEGIN
    INSERT INTO changes (at, by, kind, subject, what) 
    SELECT NEW.updated_at, NEW.updated_by, 'bead', NEW.key, json_object('is', json_patch('{}', json_object(
           'id', NEW.id, 'uid', NEW.uid, 'rig', NEW.rig, 'title', NEW.title, 'description',
           nullif(NEW.description, ''), 'design', nullif(NEW.design, ''), 'acceptance', nullif(NEW.acceptance,
           ''), 'notes', nullif(NEW.notes, ''), 'type', NEW.type, 'status', NEW.status, 'priority',
           NEW.priority, 'assignee', NEW.assignee, 'owner', NEW.owner, 'created_at', NEW.created_at,
           'created_by', NEW.created_by, 'started_at', NEW.started_at, 'closed_at', NEW.closed_at, 'closed_by',
           NEW.closed_by, 'close_reason', NEW.close_reason, 'due', NEW.due, 'defer_until', NEW.defer_until,
           'external_ref', NEW.external_ref, 'metadata', nullif(NEW.metadata || '', '{}'))));
    INSERT INTO changes (at, by, kind, subject, what)
    SELECT NEW.updated_at, NEW.updated_by, 'bead', NEW.key, json_object('label', json_array(NULL, l.label))
      FROM labels l WHERE l.bead = NEW.id ORDER BY l.label;
    INSERT INTO changes (at, by, kind, subject, what)
    SELECT NEW.updated_at, NEW.updated_by, 'bead', b.key, json_object('dependency', json_array(NULL, json_object(
               'on', d.depends_on, 'key', o.key, 'kind', d.kind, 'at', d.created_at, 'by', d.created_by)))
      FROM dependencies d JOIN beads b ON b.id = d.bead JOIN beads o ON o.id = d.depends_on
     WHERE NEW.id IN (d.bead, d.depends_on) AND NOT b.ephemeral AND NOT o.ephemeral ORDER BY d.kind, d.bead, d.depends_on;
    INSERT INTO changes (at, by, kind, subject, what)
    SELECT c.at, c.author, 'bead', NEW.key, json_object('comment', json_array(NULL, json_object(
               'author', c.author, 'text', c.body, 'at', c.at)))
      FROM comments c WHERE c.bead = NEW.id ORDER BY c.id;
END;
CREATE TRIGGER journal_bead_changes AFTER UPDATE ON beads WHEN NOT NEW.ephemeral AND NOT OLD.ephemeral
BEGIN
    INSERT INTO changes (at, by, kind, subject, what)
    SELECT NEW.updated_at, NEW.updated_by, 'bead', NEW.key, json_group_object(field, json_array(was, becomes))
      FROM (
        SELECT 'id' AS field, OLD.id AS was, NEW.id AS becomes WHERE OLD.id IS NOT NEW.id UNION ALL
        SELECT 'uid', OLD.uid, NEW.uid WHERE OLD.uid IS NOT NEW.uid UNION ALL
        SELECT 'rig', OLD.rig, NEW.rig WHERE OLD.rig IS NOT NEW.rig UNION ALL
        SELECT 'title', OLD.title, NEW.title WHERE OLD.title IS NOT NEW.title UNION ALL
        SELECT 'description', OLD.description, NEW.description WHERE OLD.description IS NOT NEW.description UNION ALL
        SELECT 'design', OLD.design, NEW.design WHERE OLD.design IS NOT NEW.design UNION ALL
        SELECT 'acceptance', OLD.acceptance, NEW.acceptance WHERE OLD.acceptance IS NOT NEW.acceptance UNION ALL
        SELECT 'notes', OLD.notes, NEW.notes WHERE OLD.notes IS NOT NEW.notes UNION ALL
        SELECT 'type', OLD.type, NEW.type WHERE OLD.type IS NOT NEW.type UNION ALL
        SELECT 'status', OLD.status, NEW.status WHERE OLD.status IS NOT NEW.status UNION ALL
        SELECT 'priority', OLD.priority, NEW.priority WHERE OLD.priority IS NOT NEW.priority UNION ALL
        SELECT 'assignee', OLD.assignee, NEW.assignee WHERE OLD.assignee IS NOT NEW.assignee UNION ALL
        SELECT 'owner', OLD.owner, NEW.owner WHERE OLD.owner IS NOT NEW.owner UNION ALL
        SELECT 'created_at', OLD.created_at, NEW.created_at WHERE OLD.created_at IS NOT NEW.created_at UNION ALL
        SELECT 'created_by', OLD.created_by, NEW.created_by WHERE OLD.created_by IS NOT NEW.created_by UNION ALL
        SELECT 'started_at', OLD.started_at, NEW.started_at WHERE OLD.started_at IS NOT NEW.started_at UNION ALL
        SELECT 'closed_at', OLD.closed_at, NEW.closed_at WHERE OLD.closed_at IS NOT NEW.closed_at UNION ALL
        SELECT 'closed_by', OLD.closed_by, NEW.closed_by WHERE OLD.closed_by IS NOT NEW.closed_by UNION ALL
        SELECT 'close_reason', OLD.close_reason, NEW.close_reason WHERE OLD.close_reason IS NOT NEW.close_reason UNION ALL
        SELECT 'due', OLD.due, NEW.due WHERE OLD.due IS NOT NEW.due UNION ALL
        SELECT 'defer_until', OLD.defer_until, NEW.defer_until WHERE OLD.defer_until IS NOT NEW.defer_until UNION ALL
        SELECT 'external_ref', OLD.external_ref, NEW.external_ref WHERE OLD.external_ref IS NOT NEW.external_ref UNION ALL
        SELECT 'metadata', OLD.metadata || '', NEW.metadata || '' WHERE OLD.metadata IS NOT NEW.metadata
    ) HAVING count(*) > 0;
END;
CREATE TRIGGER journal_label_begins AFTER INSERT ON labels
BEGIN
    INSERT INTO changes (at, by, kind, subject, what)
    SELECT updated_at, updated_by, 'bead', key, json_object('label', json_array(NULL, NEW.label))
      FROM beads WHERE id = NEW.bead AND NOT ephemeral;
END;
CREATE TRIGGER journal_label_ends AFTER DELETE ON labels
BEGIN
    INSERT INTO changes (at, by, kind, subject, what)
    SELECT updated_at, updated_by, 'bead', key, json_object('label', json_array(OLD.label, NULL))
      FROM beads WHERE id = OLD.bead AND NOT ephemeral;
END;
CREATE TRIGGER journal_dependency_begins AFTER INSERT ON dependencies
BEGIN
    INSERT INTO changes (at, by, kind, subject, what)
    SELECT b.updated_at, b.updated_by, 'bead', b.key, json_object('dependency', json_array(NULL, json_object(
               'on', NEW.depends_on, 'key', o.key, 'kind', NEW.kind, 'at', NEW.created_at, 'by', NEW.created_by)))
      FROM beads b JOIN beads o ON o.id = NEW.depends_on WHERE b.id = NEW.bead AND NOT b.ephemeral AND NOT o.ephemeral;
END;
CREATE TRIGGER journal_dependency_ends AFTER DELETE ON dependencies
BEGIN
    INSERT INTO changes (at, by, kind, subject, what)
    SELECT b.updated_at, b.updated_by, 'bead', b.key, json_object('dependency', json_array(json_object(
               'on', OLD.depends_on, 'key', o.key, 'kind', OLD.kind, 'at', OLD.created_at, 'by', OLD.created_by), NULL))
      FROM beads b JOIN beads o ON o.id = OLD.depends_on WHERE b.id = OLD.bead AND NOT b.ephemeral AND NOT o.ephemeral;
END;
CREATE TRIGGER journal_comment_begins AFTER INSERT ON comments
BEGIN
    INSERT INTO changes (at, by, kind, subject, what)
    SELECT NEW.at, NEW.author, 'bead', key, json_object('comment', json_array(NULL, json_object(
               'author', NEW.author, 'text', NEW.body, 'at', NEW.at)))
      FROM beads WHERE id = NEW.bead AND NOT ephemeral;
END;
CREATE TRIGGER journal_comment_ends AFTER DELETE ON comments
BEGIN
    INSERT INTO changes (at, by, kind, subject, what)
    SELECT updated_at, updated_by, 'bead', key, json_object('comment', json_array(json_object(
               'author', OLD.author, 'text', OLD.body, 'at', OLD.at), NULL))
      FROM beads WHERE id = OLD.bead AND NOT ephemeral;
END;

-- The journal: the town's own rows. Who changed them is told by the beads that they are about.
CREATE TRIGGER journal_agent_begins AFTER INSERT ON agents
BEGIN
    INSERT INTO changes (at, by, kind, subject, what) VALUES (NEW.created_at, '', 'agent', NEW.address, '{}');
END;
CREATE TRIGGER journal_agent_changes AFTER UPDATE OF hook_bead, runtime, paused ON agents
WHEN OLD.hook_bead IS NOT NEW.hook_bead OR OLD.runtime IS NOT NEW.runtime OR OLD.paused IS NOT NEW.paused
BEGIN
    INSERT INTO changes (at, by, kind, subject, what)
    VALUES (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), '', 'agent', NEW.address, json_object(
               'hook_bead', json_array(OLD.hook_bead, NEW.hook_bead), 'runtime', json_array(OLD.runtime, NEW.runtime),
               'paused', json_array(OLD.paused, NEW.paused)));
END;
CREATE TRIGGER journal_assignment_begins AFTER INSERT ON assignments
BEGIN
    INSERT INTO changes (at, by, kind, subject, what)
    VALUES (NEW.started_at, NEW.slung_by, 'assignment', NEW.generation, '{}');
END;
CREATE TRIGGER journal_assignment_changes AFTER UPDATE ON assignments
BEGIN
    INSERT INTO changes (at, by, kind, subject, what)
    VALUES (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), '', 'assignment', NEW.generation, '{}');
END;
CREATE TRIGGER journal_merge_begins AFTER INSERT ON merge_requests
BEGIN
    INSERT INTO changes (at, by, kind, subject, what) VALUES (NEW.submitted_at, '', 'merge', NEW.id, '{}');
END;
CREATE TRIGGER journal_merge_changes AFTER UPDATE OF state, target, landing_old, landing_new, because ON merge_requests
BEGIN
    INSERT INTO changes (at, by, kind, subject, what)
    VALUES (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), '', 'merge', NEW.id, '{}');
END;
CREATE TRIGGER journal_gate_begins AFTER INSERT ON gate_runs
BEGIN
    INSERT INTO changes (at, by, kind, subject, what) VALUES (NEW.began_at, '', 'merge', NEW.merge_request, '{}');
END;
CREATE TRIGGER journal_gate_ends AFTER UPDATE ON gate_runs
BEGIN
    INSERT INTO changes (at, by, kind, subject, what)
    VALUES (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), '', 'merge', NEW.merge_request, '{}');
END;

-- What the journal could not tell of is refused, from every client.
CREATE TRIGGER beads_are_never_replaced BEFORE INSERT ON beads
WHEN EXISTS (SELECT 1 FROM beads WHERE id = NEW.id OR uid = NEW.uid OR key = NEW.key)
BEGIN SELECT RAISE(ABORT, 'there is a bead of that id already'); END;
CREATE TRIGGER beads_are_never_removed BEFORE DELETE ON beads
WHEN NOT OLD.ephemeral OR EXISTS (SELECT 1 FROM dependencies WHERE bead = OLD.id)
     OR EXISTS (SELECT 1 FROM dependencies WHERE depends_on = OLD.id)
BEGIN SELECT RAISE(ABORT, 'beads are not removed: bd delete leaves a husk'); END;
CREATE TRIGGER beads_keep_what_they_are BEFORE UPDATE OF key, ephemeral ON beads
WHEN OLD.key <> NEW.key OR NEW.ephemeral > OLD.ephemeral
BEGIN SELECT RAISE(ABORT, 'a bead keeps its key, and what was recorded stays so'); END;
CREATE TRIGGER dependencies_are_never_replaced BEFORE INSERT ON dependencies
WHEN EXISTS (SELECT 1 FROM dependencies WHERE bead = NEW.bead AND depends_on = NEW.depends_on AND kind = NEW.kind)
BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER beads_have_one_parent BEFORE INSERT ON dependencies
WHEN NEW.kind = 'parent-child' AND EXISTS (
    SELECT 1 FROM dependencies WHERE bead = NEW.bead AND kind = 'parent-child' AND depends_on <> NEW.depends_on)
BEGIN SELECT RAISE(ABORT, 'a bead has one parent: remove that first'); END;
CREATE TRIGGER dependencies_are_never_changed BEFORE UPDATE ON dependencies
WHEN OLD.kind <> NEW.kind OR OLD.created_at <> NEW.created_at OR OLD.created_by <> NEW.created_by
     OR OLD.bead <> NEW.bead AND EXISTS (SELECT 1 FROM beads WHERE id = OLD.bead)
     OR OLD.depends_on <> NEW.depends_on AND EXISTS (SELECT 1 FROM beads WHERE id = OLD.depends_on)
BEGIN SELECT RAISE(ABORT, 'a dependency stays as it is: remove it and add another'); END;
CREATE TRIGGER labels_are_never_changed BEFORE UPDATE ON labels
WHEN OLD.label <> NEW.label OR EXISTS (SELECT 1 FROM beads WHERE id = OLD.bead)
BEGIN SELECT RAISE(ABORT, 'a label stays as it is: remove it and add another'); END;

-- The journal is written by triggers, and only grows.
CREATE TRIGGER changes_are_never_changed BEFORE UPDATE ON changes
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER changes_are_never_removed BEFORE DELETE ON changes
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

-- It begins with what there is.
INSERT INTO changes (at, by, kind, subject, what) 
    SELECT updated_at, updated_by, 'bead', key, json_object('is', json_patch('{}', json_object(
           'id', id, 'uid', uid, 'rig', rig, 'title', title, 'description', nullif(description, ''), 'design',
           nullif(design, ''), 'acceptance', nullif(acceptance, ''), 'notes', nullif(notes, ''), 'type', type,
           'status', status, 'priority', priority, 'assignee', assignee, 'owner', owner, 'created_at',
           created_at, 'created_by', created_by, 'started_at', started_at, 'closed_at', closed_at, 'closed_by',
           closed_by, 'close_reason', close_reason, 'due', due, 'defer_until', defer_until, 'external_ref',
           external_ref, 'metadata', nullif(metadata, '{}'))))
      FROM beads WHERE NOT ephemeral ORDER BY key;
INSERT INTO changes (at, by, kind, subject, what)
SELECT b.updated_at, b.updated_by, 'bead', b.key, json_object('label', json_array(NULL, l.label))
  FROM labels l JOIN beads b ON b.id = l.bead WHERE NOT b.ephemeral ORDER BY b.key, l.label;
INSERT INTO changes (at, by, kind, subject, what)
SELECT b.updated_at, b.updated_by, 'bead', b.key, json_object('dependency', json_array(NULL, json_object(
           'on', d.depends_on, 'key', o.key, 'kind', d.kind, 'at', d.created_at, 'by', d.created_by)))
  FROM dependencies d JOIN beads b ON b.id = d.bead JOIN beads o ON o.id = d.depends_on
 WHERE NOT b.ephemeral AND NOT o.ephemeral ORDER BY b.key, o.key, d.kind;
INSERT INTO changes (at, by, kind, subject, what)
SELECT c.at, c.author, 'bead', b.key, json_object('comment', json_array(NULL, json_object(
           'author', c.author, 'text', c.body, 'at', c.at)))
  FROM comments c JOIN beads b ON b.id = c.bead WHERE NOT b.ephemeral ORDER BY c.id;
