-- Agents that propel themselves: sessions that need no work, handoffs, conversations that are kept, messages.
-- Foreign keys are not enforced while the tables change places.

ALTER TABLE agents ADD COLUMN wanted_at TEXT;      -- since when its session is to run, work or not; NULL: it comes with work
ALTER TABLE agents ADD COLUMN wanted_by TEXT;
ALTER TABLE agents ADD COLUMN removed_at TEXT;     -- a worker that was nuked or a crew member that left: its record stays

DROP TRIGGER journal_agent_changes;
CREATE TRIGGER journal_agent_changes AFTER UPDATE OF hook_bead, runtime, paused, wanted_at, removed_at ON agents
WHEN OLD.hook_bead IS NOT NEW.hook_bead OR OLD.runtime IS NOT NEW.runtime OR OLD.paused IS NOT NEW.paused
     OR OLD.wanted_at IS NOT NEW.wanted_at OR OLD.removed_at IS NOT NEW.removed_at
BEGIN
    INSERT INTO changes (at, by, kind, subject, what)
    VALUES (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), '', 'agent', NEW.address, json_object(
               'hook_bead', json_array(OLD.hook_bead, NEW.hook_bead), 'runtime', json_array(OLD.runtime, NEW.runtime),
               'paused', json_array(OLD.paused, NEW.paused), 'wanted_at', json_array(OLD.wanted_at, NEW.wanted_at),
               'removed_at', json_array(OLD.removed_at, NEW.removed_at)));
END;

ALTER TABLE assignments ADD COLUMN deferred INTEGER NOT NULL DEFAULT 0 CHECK (deferred IN (0, 1));  -- no session begins for it
CREATE INDEX assignments_by_agent ON assignments (agent, generation, ended_at);   -- how the last one of each ended

CREATE TABLE new_incarnations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,          -- the second fence: one start of a session
    agent TEXT NOT NULL REFERENCES agents (address),
    generation INTEGER REFERENCES assignments (generation),   -- NULL: it began without work, and took none up yet
    bead TEXT REFERENCES beads (id) ON UPDATE CASCADE,
    credential_hash TEXT NOT NULL UNIQUE,
    runtime TEXT NOT NULL DEFAULT '',              -- which agent CLI; empty: nobody wrote it down then
    conversation TEXT NOT NULL,                    -- with which it began
    resumed INTEGER NOT NULL DEFAULT 0 CHECK (resumed IN (0, 1)),   -- it goes on with a former conversation
    lasting INTEGER NOT NULL DEFAULT 0 CHECK (lasting IN (0, 1)),   -- it takes up one assignment after the other
    session TEXT NOT NULL,
    head TEXT,                                     -- where the branch stood when it began
    began_at TEXT NOT NULL,
    began_because TEXT NOT NULL DEFAULT '',
    pane_pid INTEGER,
    primed_at TEXT,
    rung_at TEXT,                                  -- when the doorbell was last typed to it
    mail_rung_at TEXT,                             -- when it was last told so of mail
    rings INTEGER NOT NULL DEFAULT 0,              -- how often it was typed for the work that is on the hook
    pushes INTEGER NOT NULL DEFAULT 0,             -- how often its stop callback gave the work back since a prompt
    turn_ended_at TEXT,                            -- the last Stop or StopFailure
    prompted_at TEXT,                              -- the last prompt that was accepted
    failure TEXT,                                  -- the last StopFailure's error, until a turn ends well
    reported_at TEXT,                              -- when its witness was told that it stopped with work on its hook
    handoff_at TEXT,                               -- the wish for a fresh session in this one's place
    handoff_by TEXT,
    compacting_at TEXT,                            -- when it last told that it compacts its conversation
    kept_at TEXT,                                  -- when what it then had was last kept
    ended_at TEXT,
    ended_head TEXT,                               -- where the branch stood when it ended
    why TEXT,
    CHECK ((ended_at IS NULL) = (why IS NULL)),
    CHECK ((generation IS NULL) = (bead IS NULL)),
    CHECK ((handoff_at IS NULL) = (handoff_by IS NULL))
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
CREATE INDEX compacting_incarnations ON incarnations (id) WHERE compacting_at IS NOT NULL AND ended_at IS NULL;

ALTER TABLE conversations ADD COLUMN bead TEXT;            -- what it was about when it began; NULL: no work
ALTER TABLE conversations ADD COLUMN archived TEXT;        -- the copy of its transcript, beneath the town's folder
ALTER TABLE conversations ADD COLUMN archived_at TEXT;
ALTER TABLE conversations ADD COLUMN input_tokens INTEGER; -- counted in the transcript when it was copied
ALTER TABLE conversations ADD COLUMN output_tokens INTEGER;
ALTER TABLE conversations ADD COLUMN cost_usd REAL;
CREATE INDEX conversations_by_agent ON conversations (agent, started_at);
CREATE INDEX conversations_by_bead ON conversations (bead) WHERE bead IS NOT NULL;
CREATE INDEX conversations_without_copy ON conversations (started_at) WHERE archived_at IS NULL;

CREATE TABLE primings (                            -- what an agent was told, and when
    id INTEGER PRIMARY KEY,
    incarnation INTEGER NOT NULL REFERENCES incarnations (id),
    conversation TEXT NOT NULL,                    -- empty: it was asked for by hand
    source TEXT NOT NULL,                          -- startup, resume, clear, compact, fork, by hand
    at TEXT NOT NULL,
    characters INTEGER NOT NULL,
    told TEXT NOT NULL CHECK (json_valid(told))    -- {section: digest of what it said}
) STRICT;
CREATE INDEX primings_by_incarnation ON primings (incarnation, id);

CREATE TABLE messages (                            -- a message is a bead; this is what only messages have
    id TEXT PRIMARY KEY REFERENCES beads (id) ON UPDATE CASCADE ON DELETE CASCADE,
    sender TEXT NOT NULL,
    recipient TEXT NOT NULL,
    kind TEXT NOT NULL DEFAULT 'note',             -- note, handoff, help, question …
    urgency TEXT NOT NULL DEFAULT 'normal' CHECK (urgency IN ('urgent', 'high', 'normal')),
    about TEXT,                                    -- the bead it is about
    generation INTEGER,                            -- the sender's fences when it was sent
    incarnation INTEGER,
    sent_at TEXT NOT NULL,
    seen_at TEXT,                                  -- when its recipient was first shown all of it
    seen_by INTEGER                                -- the recipient's incarnation then
) STRICT;
CREATE INDEX unseen_messages ON messages (recipient, sent_at) WHERE seen_at IS NULL;
CREATE INDEX messages_by_recipient ON messages (recipient, sent_at);
CREATE INDEX questions ON messages (sender) WHERE kind = 'question';
CREATE TRIGGER closed_messages_are_seen AFTER UPDATE OF status ON beads WHEN NEW.type = 'message' AND NEW.status = 'closed'
BEGIN UPDATE messages SET seen_at = NEW.closed_at WHERE id = NEW.id AND seen_at IS NULL; END;
