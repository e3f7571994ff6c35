-- The tables that the main job needs. Times are UTC, ISO 8601 with milliseconds and a final Z.

CREATE TABLE beads (
    id TEXT PRIMARY KEY,
    uid TEXT NOT NULL UNIQUE,                -- tells two beads apart that drew the same id in two towns
    rig TEXT,                                -- NULL: the town's own
    title TEXT NOT NULL CHECK (title <> ''),
    description TEXT NOT NULL DEFAULT '',
    design TEXT NOT NULL DEFAULT '',
    acceptance TEXT NOT NULL DEFAULT '',
    notes TEXT NOT NULL DEFAULT '',
    type TEXT NOT NULL DEFAULT 'task',
    status TEXT NOT NULL DEFAULT 'open'
        CHECK (status IN ('open', 'in_progress', 'hooked', 'blocked', 'deferred', 'pinned', 'closed')),
    priority INTEGER NOT NULL DEFAULT 2 CHECK (priority BETWEEN 0 AND 4),
    assignee TEXT,
    owner TEXT,
    created_at TEXT NOT NULL,
    created_by TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    updated_by TEXT NOT NULL,
    started_at TEXT,
    closed_at TEXT,
    closed_by TEXT,
    close_reason TEXT,
    due TEXT,
    defer_until TEXT,
    external_ref TEXT,
    ephemeral INTEGER NOT NULL DEFAULT 0 CHECK (ephemeral IN (0, 1)),
    metadata TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(metadata)),
    CHECK ((status = 'closed') = (closed_at IS NOT NULL))
) STRICT;
CREATE INDEX beads_by_status ON beads (status, priority, created_at);

CREATE TABLE dependencies (
    bead TEXT NOT NULL REFERENCES beads (id),
    depends_on TEXT NOT NULL REFERENCES beads (id),
    kind TEXT NOT NULL,
    created_at TEXT NOT NULL,
    created_by TEXT NOT NULL,
    PRIMARY KEY (bead, depends_on, kind),
    CHECK (bead <> depends_on)
) STRICT, WITHOUT ROWID;
CREATE INDEX dependents ON dependencies (depends_on, kind);

CREATE TABLE labels (
    bead TEXT NOT NULL REFERENCES beads (id),
    label TEXT NOT NULL,
    PRIMARY KEY (bead, label)
) STRICT, WITHOUT ROWID;

CREATE TABLE comments (
    id INTEGER PRIMARY KEY,
    bead TEXT NOT NULL REFERENCES beads (id),
    author TEXT NOT NULL,
    body TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT;
CREATE INDEX comments_by_bead ON comments (bead);

CREATE TABLE agents (
    address TEXT PRIMARY KEY,
    role TEXT NOT NULL,
    rig TEXT,
    name TEXT NOT NULL,
    hook_bead TEXT UNIQUE REFERENCES beads (id),   -- if it is set, it runs
    runtime TEXT,                                  -- NULL: the town's default
    paused TEXT,                                   -- NULL, or why a person paused it
    created_at TEXT NOT NULL
) STRICT;

CREATE TABLE assignments (
    generation INTEGER PRIMARY KEY AUTOINCREMENT,  -- the first fence: town-wide, never reused
    bead TEXT NOT NULL REFERENCES beads (id),
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
CREATE UNIQUE INDEX one_open_assignment_an_agent ON assignments (agent) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX one_open_assignment_a_bead ON assignments (bead) WHERE ended_at IS NULL;
CREATE INDEX assignments_by_bead ON assignments (bead);

CREATE TABLE incarnations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,          -- the second fence: one start of a session
    agent TEXT NOT NULL REFERENCES agents (address),
    generation INTEGER NOT NULL REFERENCES assignments (generation),
    bead TEXT NOT NULL REFERENCES beads (id),
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
CREATE INDEX incarnations_by_agent ON incarnations (agent, id);
CREATE INDEX incarnations_by_bead ON incarnations (bead, id);

CREATE TABLE conversations (
    id TEXT PRIMARY KEY,
    agent TEXT NOT NULL REFERENCES agents (address),
    incarnation INTEGER NOT NULL REFERENCES incarnations (id),
    runtime TEXT NOT NULL,
    transcript TEXT,
    started_at TEXT NOT NULL,
    ended_at TEXT,
    why TEXT
) STRICT;

CREATE TABLE merge_requests (
    id TEXT PRIMARY KEY REFERENCES beads (id),
    bead TEXT NOT NULL REFERENCES beads (id),
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
CREATE UNIQUE INDEX one_live_request_a_bead ON merge_requests (bead) WHERE state IN ('queued', 'held');
CREATE UNIQUE INDEX one_request_a_generation ON merge_requests (generation);
CREATE INDEX queue ON merge_requests (rig, state, submitted_at);

CREATE TABLE gate_runs (
    id INTEGER PRIMARY KEY,
    merge_request TEXT NOT NULL REFERENCES merge_requests (id),
    on_target INTEGER NOT NULL CHECK (on_target IN (0, 1)),
    commit_id TEXT NOT NULL,
    command TEXT NOT NULL,
    log TEXT NOT NULL,
    began_at TEXT NOT NULL,
    ended_at TEXT,
    status INTEGER,                                -- exit status; negative: the signal that ended it
    outcome TEXT CHECK (outcome IN ('passed', 'failed', 'could_not_run'))
) STRICT;
CREATE INDEX gate_runs_by_request ON gate_runs (merge_request);

CREATE TABLE events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    type TEXT NOT NULL,
    subject TEXT NOT NULL,
    payload TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(payload))
) STRICT;
CREATE INDEX events_by_subject ON events (subject, seq);
CREATE INDEX events_by_subject_and_type ON events (subject, type, seq);
CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER events_are_never_replaced BEFORE INSERT ON events
WHEN EXISTS (SELECT 1 FROM events WHERE seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER events_are_never_removed BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
