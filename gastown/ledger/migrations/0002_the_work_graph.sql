-- The work graph: readiness that is kept, not computed; a journal of every field; full text.
-- Foreign keys are not enforced while the tables change places.

CREATE TABLE facts (                         -- what is so once for this file
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO facts (name, value) VALUES ('journal', lower(hex(randomblob(16))));

CREATE TABLE new_beads (
    key INTEGER PRIMARY KEY,                 -- internal; never changes, unlike the id
    id TEXT NOT NULL UNIQUE,
    uid TEXT NOT NULL UNIQUE,                -- tells two beads apart that drew the same id in two towns
    rig TEXT,                                -- NULL: the town's own
    title TEXT NOT NULL CHECK (title <> ''),
    description TEXT NOT NULL DEFAULT '',
    design TEXT NOT NULL DEFAULT '',
    acceptance TEXT NOT NULL DEFAULT '',
    notes TEXT NOT NULL DEFAULT '',
    type TEXT NOT NULL DEFAULT 'task',       -- tombstone: it was deleted, and its texts are gone
    status TEXT NOT NULL DEFAULT 'open'
        CHECK (status IN ('open', 'in_progress', 'hooked', 'blocked', 'deferred', 'pinned', 'closed')),
    priority INTEGER NOT NULL DEFAULT 2 CHECK (priority BETWEEN 0 AND 4),
    assignee TEXT,
    owner TEXT,
    created_at TEXT NOT NULL,
    created_by TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    updated_by TEXT NOT NULL,                -- every change says who: the journal takes it from here
    started_at TEXT,
    closed_at TEXT,
    closed_by TEXT,
    close_reason TEXT,
    due TEXT,
    defer_until TEXT,
    external_ref TEXT,
    ephemeral INTEGER NOT NULL DEFAULT 0 CHECK (ephemeral IN (0, 1)),
    metadata TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(metadata)),
    CHECK ((status = 'closed') = (closed_at IS NOT NULL)),
    CHECK (type <> 'tombstone' OR status = 'closed')
) STRICT;
INSERT INTO new_beads (id, uid, rig, title, description, design, acceptance, notes, type, status, priority, assignee, owner,
                       created_at, created_by, updated_at, updated_by, started_at, closed_at, closed_by, close_reason,
                       due, defer_until, external_ref, ephemeral, metadata)
SELECT id, uid, rig, title, description, design, acceptance, notes, type, status, priority, assignee, owner,
       created_at, created_by, updated_at, updated_by, started_at, closed_at, closed_by, close_reason,
       due, defer_until, external_ref, ephemeral, metadata FROM beads ORDER BY created_at, id;
DROP TABLE beads;
ALTER TABLE new_beads RENAME TO beads;
CREATE INDEX beads_by_status ON beads (status, priority, created_at);
CREATE INDEX beads_by_id_in_any_case ON beads (id COLLATE NOCASE);
CREATE INDEX beads_by_update ON beads (updated_at) WHERE status <> 'closed';
CREATE INDEX beads_by_assignee ON beads (assignee, status) WHERE assignee IS NOT NULL;
CREATE INDEX beads_by_type ON beads (type, status) WHERE type NOT IN ('task', 'bug', 'feature', 'chore');
CREATE INDEX beads_by_rig ON beads (rig, status, priority, created_at);
CREATE INDEX beads_elsewhere ON beads (external_ref) WHERE external_ref IS NOT NULL;

CREATE TABLE new_dependencies (
    bead TEXT NOT NULL REFERENCES beads (id) ON UPDATE CASCADE,
    depends_on TEXT NOT NULL REFERENCES beads (id) ON UPDATE CASCADE,
    kind TEXT NOT NULL,
    created_at TEXT NOT NULL,
    created_by TEXT NOT NULL,
    PRIMARY KEY (bead, depends_on, kind),
    CHECK (bead <> depends_on)
) STRICT, WITHOUT ROWID;
INSERT INTO new_dependencies (bead, depends_on, kind, created_at, created_by)
SELECT bead, depends_on, kind, created_at, created_by FROM dependencies AS d
 WHERE kind <> 'parent-child' OR depends_on = (SELECT min(one.depends_on) FROM dependencies AS one
                                                WHERE one.bead = d.bead AND one.kind = 'parent-child');
INSERT OR IGNORE INTO new_dependencies (bead, depends_on, kind, created_at, created_by)   -- of two parents one stays the parent
SELECT bead, depends_on, 'related', created_at, created_by FROM dependencies AS d
 WHERE kind = 'parent-child' AND depends_on > (SELECT min(one.depends_on) FROM dependencies AS one
                                                WHERE one.bead = d.bead AND one.kind = 'parent-child');
DROP TABLE dependencies;
ALTER TABLE new_dependencies RENAME TO dependencies;
CREATE INDEX dependents ON dependencies (depends_on, kind);
CREATE UNIQUE INDEX one_parent_a_bead ON dependencies (bead) WHERE kind = 'parent-child';

CREATE TABLE new_labels (
    bead TEXT NOT NULL REFERENCES beads (id) ON UPDATE CASCADE,
    label TEXT NOT NULL,
    PRIMARY KEY (bead, label)
) STRICT, WITHOUT ROWID;
INSERT INTO new_labels (bead, label) SELECT bead, label FROM labels;
DROP TABLE labels;
ALTER TABLE new_labels RENAME TO labels;
CREATE INDEX beads_by_label ON labels (label, bead);

CREATE TABLE new_comments (
    id INTEGER PRIMARY KEY,
    bead TEXT NOT NULL REFERENCES beads (id) ON UPDATE CASCADE,
    author TEXT NOT NULL,
    body TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT;
INSERT INTO new_comments (id, bead, author, body, at) SELECT id, bead, author, body, at FROM comments;
DROP TABLE comments;
ALTER TABLE new_comments RENAME TO comments;
CREATE INDEX comments_by_bead ON comments (bead);

CREATE TABLE new_agents (
    address TEXT PRIMARY KEY,
    role TEXT NOT NULL,
    rig TEXT,
    name TEXT NOT NULL,
    hook_bead TEXT UNIQUE REFERENCES beads (id) ON UPDATE CASCADE,   -- if it is set, it runs
    runtime TEXT,                                                    -- NULL: the town's default
    paused TEXT,                                                     -- NULL, or why a person paused it
    created_at TEXT NOT NULL
) STRICT;
INSERT INTO new_agents (address, role, rig, name, hook_bead, runtime, paused, created_at)
SELECT address, role, rig, name, hook_bead, runtime, paused, created_at FROM agents;
DROP TABLE agents;
ALTER TABLE new_agents RENAME TO agents;

CREATE TABLE new_assignments (
    generation INTEGER PRIMARY KEY AUTOINCREMENT,  -- the first fence: town-wide, never reused
    bead TEXT NOT NULL REFERENCES beads (id) ON UPDATE CASCADE,
    agent TEXT NOT NULL REFERENCES agents (address),
    slung_by TEXT NOT NULL,
    runtime TEXT,
    started_at TEXT NOT NULL,
    branch TEXT,                                   -- set when the worktree was first made ready
    base TEXT,                                     -- the commit that branch began at
    done_commit TEXT,                              -- the wish of `gt done`; a fact only once ended
    done_at TEXT,
    done_by INTEGER,                               -- the incarnation that wished it
    no_change TEXT,                                -- the wish of `gt done --no-change`, with its reason
    ended_at TEXT,
    outcome TEXT CHECK (outcome IN ('submitted', 'no_change', 'unslung')),
    CHECK ((ended_at IS NULL) = (outcome IS NULL))
) STRICT;
INSERT INTO new_assignments (generation, bead, agent, slung_by, runtime, started_at, branch, base, done_commit, done_at,
                             done_by, no_change, ended_at, outcome)
SELECT generation, bead, agent, slung_by, runtime, started_at, branch, base, done_commit, done_at, done_by, no_change,
       ended_at, outcome FROM assignments;
DELETE FROM sqlite_sequence WHERE name = 'new_assignments';
INSERT INTO sqlite_sequence (name, seq) SELECT 'new_assignments', seq FROM sqlite_sequence WHERE name = 'assignments';
DROP TABLE assignments;
ALTER TABLE new_assignments RENAME TO assignments;
CREATE UNIQUE INDEX one_open_assignment_an_agent ON assignments (agent) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX one_open_assignment_a_bead ON assignments (bead) WHERE ended_at IS NULL;
CREATE INDEX assignments_by_bead ON assignments (bead);

CREATE TABLE new_incarnations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,          -- the second fence: one start of a session
    agent TEXT NOT NULL REFERENCES agents (address),
    generation INTEGER NOT NULL REFERENCES assignments (generation),
    bead TEXT NOT NULL REFERENCES beads (id) ON UPDATE CASCADE,
    credential_hash TEXT NOT NULL UNIQUE,
    conversation TEXT NOT NULL,
    session TEXT NOT NULL,
    head TEXT,                                     -- where the branch stood when it began
    began_at TEXT NOT NULL,
    pane_pid INTEGER,
    primed_at TEXT,
    rung_at TEXT,                                  -- when the doorbell was typed, since nothing was primed
    pushes INTEGER NOT NULL DEFAULT 0,             -- how often its stop callback gave the work back since a prompt
    turn_ended_at TEXT,                            -- the last Stop or StopFailure
    prompted_at TEXT,                              -- the last prompt that was accepted
    failure TEXT,                                  -- the last StopFailure's error, until a turn ends well
    ended_at TEXT,
    ended_head TEXT,                               -- where the branch stood when it ended
    why TEXT,
    CHECK ((ended_at IS NULL) = (why IS NULL))
) STRICT;
INSERT INTO new_incarnations (id, agent, generation, bead, credential_hash, conversation, session, head, began_at, pane_pid,
                              primed_at, rung_at, pushes, turn_ended_at, prompted_at, failure, ended_at, ended_head, why)
SELECT id, agent, generation, bead, credential_hash, conversation, session, head, began_at, pane_pid, primed_at, rung_at,
       pushes, turn_ended_at, prompted_at, failure, ended_at, ended_head, why FROM incarnations;
DELETE FROM sqlite_sequence WHERE name = 'new_incarnations';
INSERT INTO sqlite_sequence (name, seq) SELECT 'new_incarnations', seq FROM sqlite_sequence WHERE name = 'incarnations';
DROP TABLE incarnations;
ALTER TABLE new_incarnations RENAME TO incarnations;
CREATE INDEX incarnations_by_agent ON incarnations (agent, id);
CREATE INDEX incarnations_by_bead ON incarnations (bead, id);

CREATE TABLE new_merge_requests (
    id TEXT PRIMARY KEY REFERENCES beads (id) ON UPDATE CASCADE,
    bead TEXT NOT NULL REFERENCES beads (id) ON UPDATE CASCADE,
    rig TEXT NOT NULL,
    agent TEXT NOT NULL,
    generation INTEGER NOT NULL REFERENCES assignments (generation),
    commit_id TEXT NOT NULL,                       -- frozen as refs/gastown/submitted/<bead>/<generation>
    branch TEXT NOT NULL,
    target TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'held', 'merged', 'sent_back')),
    because TEXT,                                  -- why it is held or was sent back
    held_for TEXT,                                 -- the configuration and target it is held for
    trouble TEXT,                                  -- what came between, and is nobody's verdict, …
    troubles INTEGER NOT NULL DEFAULT 0,           -- … and how often in a row
    submitted_at TEXT NOT NULL,
    landing_old TEXT,                              -- the wish: move the target from here …
    landing_new TEXT,                              -- … to here
    ended_at TEXT,
    CHECK ((state IN ('merged', 'sent_back')) = (ended_at IS NOT NULL))
) STRICT;
INSERT INTO new_merge_requests (id, bead, rig, agent, generation, commit_id, branch, target, state, because, held_for,
                                trouble, troubles, submitted_at, landing_old, landing_new, ended_at)
SELECT id, bead, rig, agent, generation, commit_id, branch, target, state, because, held_for, trouble, troubles,
       submitted_at, landing_old, landing_new, ended_at FROM merge_requests;
DROP TABLE merge_requests;
ALTER TABLE new_merge_requests RENAME TO merge_requests;
CREATE UNIQUE INDEX one_live_request_a_bead ON merge_requests (bead) WHERE state IN ('queued', 'held');
CREATE UNIQUE INDEX one_request_a_generation ON merge_requests (generation);
CREATE INDEX requests_by_bead ON merge_requests (bead);
CREATE INDEX queue ON merge_requests (rig, state, submitted_at);

CREATE TABLE new_gate_runs (
    id INTEGER PRIMARY KEY,
    merge_request TEXT NOT NULL REFERENCES merge_requests (id) ON UPDATE CASCADE,
    on_target INTEGER NOT NULL CHECK (on_target IN (0, 1)),
    commit_id TEXT NOT NULL,
    command TEXT NOT NULL,
    log TEXT NOT NULL,
    began_at TEXT NOT NULL,
    ended_at TEXT,
    status INTEGER,                                -- exit status; negative: the signal that ended it
    outcome TEXT CHECK (outcome IN ('passed', 'failed', 'could_not_run'))
) STRICT;
INSERT INTO new_gate_runs (id, merge_request, on_target, commit_id, command, log, began_at, ended_at, status, outcome)
SELECT id, merge_request, on_target, commit_id, command, log, began_at, ended_at, status, outcome FROM gate_runs;
DROP TABLE gate_runs;
ALTER TABLE new_gate_runs RENAME TO gate_runs;
CREATE INDEX gate_runs_by_request ON gate_runs (merge_request);

-- Readiness, kept by triggers: `ready` and its like never look further than this.
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
    created_at TEXT NOT NULL,
    defer_until TEXT
) STRICT;
CREATE INDEX kids ON readiness (parent) WHERE parent IS NOT NULL;
CREATE INDEX parents ON readiness (parent) WHERE kids > 0;   -- cascades go down along those that have kids alone
CREATE INDEX ready ON readiness (rig, priority, created_at, key) WHERE open = 1 AND waits = 0 AND defer_until IS NULL;
CREATE INDEX ready_later ON readiness (defer_until) WHERE open = 1 AND waits = 0 AND defer_until IS NOT NULL;

-- The journal: every change of a field, with who and when; written by triggers alone.
CREATE TABLE changes (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    by TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('bead', 'agent', 'assignment', 'merge')),
    subject TEXT NOT NULL,                   -- a bead's key, an agent's address, a generation, a merge request's id
    what TEXT NOT NULL CHECK (json_valid(what))   -- {"is": {…}} or {field: [old, new]}
) STRICT;
CREATE INDEX changes_by_subject ON changes (kind, subject, seq);

CREATE VIRTUAL TABLE beads_text USING fts5 (
    title, description, design, acceptance, notes,
    content = 'beads', content_rowid = 'key', tokenize = 'porter unicode61'
);
CREATE VIRTUAL TABLE comments_text USING fts5 (
    body, content = 'comments', content_rowid = 'id', tokenize = 'porter unicode61'
);
