-- A ledger as version 1 wrote it: its schema and rows, as SQLite dumps them.
PRAGMA application_id = 1735655425;
PRAGMA user_version = 1;
BEGIN TRANSACTION;
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
INSERT INTO "agents" VALUES('web/polecats/Toast','polecat','web','Toast','we-door3',NULL,NULL,'2026-11-20T12:34:34.000Z');
INSERT INTO "agents" VALUES('web/polecats/Rust','polecat','web','Rust',NULL,NULL,NULL,'2026-11-20T12:42:42.000Z');
INSERT INTO "agents" VALUES('web/polecats/Nux','polecat','web','Nux',NULL,NULL,NULL,'2026-11-20T13:01:00.000Z');
INSERT INTO "agents" VALUES('web/polecats/Slit','polecat','web','Slit','we-twc19',NULL,NULL,'2026-11-20T13:09:08.000Z');
INSERT INTO "agents" VALUES('api/polecats/Furiosa','polecat','api','Furiosa','ap-ans10',NULL,'its screen is odd','2026-11-20T13:16:15.000Z');
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
INSERT INTO "assignments" VALUES(1,'we-lnd14','web/polecats/Toast','overseer',NULL,'2026-11-20T12:34:34.000Z','polecat/Toast/we-lnd14','ba5eba5eba5eba5eba5eba5eba5eba5eba5eba5e','beefbeefbeef','2026-11-20T12:37:37.000Z',NULL,NULL,'2026-11-20T12:37:37.000Z','submitted');
INSERT INTO "assignments" VALUES(2,'we-bck15','web/polecats/Rust','overseer',NULL,'2026-11-20T12:42:42.000Z','polecat/Rust/we-bck15','ba5eba5eba5eba5eba5eba5eba5eba5eba5eba5e','deaddeaddeaddeaddeaddeaddeaddeaddeaddead','2026-11-20T12:45:45.000Z',NULL,NULL,'2026-11-20T12:45:45.000Z','submitted');
INSERT INTO "assignments" VALUES(3,'we-que16','web/polecats/Toast','overseer',NULL,'2026-11-20T12:49:49.000Z','polecat/Toast/we-que16','ba5eba5eba5eba5eba5eba5eba5eba5eba5eba5e','feedfeedfeedfeedfeedfeedfeedfeedfeedfeed','2026-11-20T12:52:52.000Z',NULL,NULL,'2026-11-20T12:52:52.000Z','submitted');
INSERT INTO "assignments" VALUES(4,'we-hld17','web/polecats/Rust','overseer',NULL,'2026-11-20T12:54:54.000Z','polecat/Rust/we-hld17','ba5eba5eba5eba5eba5eba5eba5eba5eba5eba5e','f00df00df00df00df00df00df00df00df00df00d','2026-11-20T12:57:57.000Z',NULL,NULL,'2026-11-20T12:57:57.000Z','submitted');
INSERT INTO "assignments" VALUES(5,'we-nil18','web/polecats/Nux','overseer',NULL,'2026-11-20T13:01:00.000Z','polecat/Nux/we-nil18','ba5eba5eba5eba5eba5eba5eba5eba5eba5eba5e',NULL,'2026-11-20T13:03:02.000Z',5,'it was right already','2026-11-20T13:03:02.000Z','no_change');
INSERT INTO "assignments" VALUES(6,'we-twc19','web/polecats/Nux','overseer',NULL,'2026-11-20T13:05:04.000Z','polecat/Nux/we-twc19','ba5eba5eba5eba5eba5eba5eba5eba5eba5eba5e',NULL,NULL,NULL,NULL,'2026-11-20T13:08:07.000Z','unslung');
INSERT INTO "assignments" VALUES(7,'we-twc19','web/polecats/Slit','overseer',NULL,'2026-11-20T13:09:08.000Z','polecat/Slit/we-twc19','ba5eba5eba5eba5eba5eba5eba5eba5eba5eba5e',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "assignments" VALUES(8,'we-door3','web/polecats/Toast','overseer',NULL,'2026-11-20T13:12:11.000Z','polecat/Toast/we-door3','ba5eba5eba5eba5eba5eba5eba5eba5eba5eba5e',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "assignments" VALUES(9,'ap-ans10','api/polecats/Furiosa','overseer',NULL,'2026-11-20T13:16:15.000Z','polecat/Furiosa/ap-ans10','ba5eba5eba5eba5eba5eba5eba5eba5eba5eba5e',NULL,NULL,NULL,NULL,NULL,NULL);
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
INSERT INTO "beads" VALUES('we-hse01','467d5634-d5ca-4973-b994-d8e09d261ec9','web','House by the lake','Everything that is to be mended before the winter.','','','','epic','open',2,NULL,NULL,'2026-11-20T12:01:01.000Z','overseer','2026-11-20T12:01:01.000Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,'{}');
INSERT INTO "beads" VALUES('we-upr02','d700ab3e-4f66-441a-8832-373e3abe2fa6','web','Upper floor','','','','','epic','open',2,NULL,NULL,'2026-11-20T12:02:02.000Z','overseer','2026-11-20T12:02:02.000Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,'{}');
INSERT INTO "beads" VALUES('we-door3','8b3880c6-80ae-4b38-913f-b21b8965ea4e','web','Mend the door — Tür','The hinge is loose.

See "the photo"; it''s bad.
','A new hinge','It closes','naïve ✓ 門','task','hooked',2,'web/polecats/Toast',NULL,'2026-11-20T12:03:03.000Z','overseer','2026-11-20T13:12:11.000Z','overseer','2026-11-20T13:12:11.000Z',NULL,NULL,NULL,NULL,NULL,NULL,0,'{}');
INSERT INTO "beads" VALUES('we-pnt04','b73bb681-2a9c-4c65-b440-363b466e3b51','web','Paint the door','','','','','task','open',2,NULL,NULL,'2026-11-20T12:04:04.000Z','overseer','2026-11-20T12:04:04.000Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,'{}');
INSERT INTO "beads" VALUES('we-ord05','30771fc9-9bfe-4b90-ac58-f7b47719b483','web','Order paint','','','','','task','open',0,NULL,NULL,'2026-11-20T12:05:05.000Z','overseer','2026-11-20T12:05:05.000Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,'{}');
INSERT INTO "beads" VALUES('we-swp06','9fc294ab-3f20-424a-b70c-f124148d3c4e','web','Sweep the floor','','','','','chore','open',4,NULL,NULL,'2026-11-20T12:06:06.000Z','overseer','2026-11-20T12:06:06.000Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,'{}');
INSERT INTO "beads" VALUES('we-rof07','694bdcc6-d8a0-49da-8079-05797e6cbe55','web','Think about the roof','','','','','decision','deferred',1,NULL,NULL,'2026-11-20T12:07:07.000Z','overseer','2026-11-20T12:07:07.000Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,'{}');
INSERT INTO "beads" VALUES('we-ask08','5d13fced-966d-449d-be86-927369e2d78b','web','Ask the neighbour','','','','','task','blocked',2,NULL,NULL,'2026-11-20T12:08:08.000Z','overseer','2026-11-20T12:08:08.000Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,'{}');
INSERT INTO "beads" VALUES('we-win09','1dfaf130-6e7f-4bea-a48f-ce10f04aff2e','web','The window of the cellar','','','','','bug','open',2,'ann','ann@example.org','2026-11-20T12:09:09.000Z','overseer','2026-11-20T12:09:09.000Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,'https://example.org/issues/7',0,'{}');
INSERT INTO "beads" VALUES('ap-ans10','bcf1c9a3-cf70-4c43-b696-242ea469dcdf','api','Answer slower','','','','','feature','hooked',2,'api/polecats/Furiosa',NULL,'2026-11-20T12:10:10.000Z','overseer','2026-11-20T13:16:15.000Z','overseer','2026-11-20T13:16:15.000Z',NULL,NULL,NULL,NULL,NULL,NULL,0,'{"source": {"line": 7}, "list": [1, 2.5, null, true]}');
INSERT INTO "beads" VALUES('gt-twn11','538a4cfb-d68b-4d55-8622-3473d45e948f',NULL,'Something of the town','','','','','task','open',2,NULL,NULL,'2026-11-20T12:11:11.000Z','overseer','2026-11-20T12:11:11.000Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,'{}');
INSERT INTO "beads" VALUES('we-wsp12','d4ae0bd9-27d4-4826-9d20-650a1f381fac','web','A passing thought','','','','','task','open',2,NULL,NULL,'2026-11-20T12:12:12.000Z','overseer','2026-11-20T12:12:12.000Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,'{}');
INSERT INTO "beads" VALUES('we-spr13','f513532a-2dd7-4777-bff6-4801882331ac','web','Wait for spring','','','','','task','open',2,NULL,NULL,'2026-11-20T12:13:13.000Z','overseer','2026-11-20T12:13:13.000Z','overseer',NULL,NULL,NULL,NULL,'2027-04-01T00:00:00.000Z','2027-03-01T00:00:00.000Z',NULL,0,'{}');
INSERT INTO "beads" VALUES('we-lnd14','5ed8bec8-40f9-43c5-9be0-525733f2eeeb','web','Land this','','','','','task','closed',2,'web/polecats/Toast',NULL,'2026-11-20T12:14:14.000Z','overseer','2026-11-20T12:41:41.000Z','web/refinery','2026-11-20T12:34:34.000Z','2026-11-20T12:41:41.000Z','web/refinery','landed',NULL,NULL,NULL,0,'{}');
INSERT INTO "beads" VALUES('we-bck15','547ac3c5-1d36-415e-bc43-db5b3d287648','web','Send this back','','','','','task','open',2,NULL,NULL,'2026-11-20T12:15:15.000Z','overseer','2026-11-20T12:48:48.000Z','web/refinery','2026-11-20T12:42:42.000Z',NULL,NULL,NULL,NULL,NULL,NULL,0,'{}');
INSERT INTO "beads" VALUES('we-que16','47580c2c-9c76-49bc-8aeb-81b2e63fd99d','web','In the queue','','','','','task','in_progress',2,'web/polecats/Toast',NULL,'2026-11-20T12:16:16.000Z','overseer','2026-11-20T12:52:52.000Z','web/polecats/Toast','2026-11-20T12:49:49.000Z',NULL,NULL,NULL,NULL,NULL,NULL,0,'{}');
INSERT INTO "beads" VALUES('we-hld17','a0bda7e3-dfd9-4e84-86cd-a19a0556fc45','web','Held up','','','','','task','in_progress',2,'web/polecats/Rust',NULL,'2026-11-20T12:17:17.000Z','overseer','2026-11-20T12:57:57.000Z','web/polecats/Rust','2026-11-20T12:54:54.000Z',NULL,NULL,NULL,NULL,NULL,NULL,0,'{}');
INSERT INTO "beads" VALUES('we-nil18','d2eb6f81-8245-4fad-ad11-16f69bf1f718','web','Nothing to change','','','','','task','closed',2,'web/polecats/Nux',NULL,'2026-11-20T12:18:18.000Z','overseer','2026-11-20T13:03:02.000Z','web/polecats/Nux','2026-11-20T13:01:00.000Z','2026-11-20T13:03:02.000Z','web/polecats/Nux','no change: it was right already',NULL,NULL,NULL,0,'{}');
INSERT INTO "beads" VALUES('we-twc19','454bdacc-56a8-4b4a-9db3-6696b22e4d27','web','Twice on a hook','','','','','task','hooked',2,'web/polecats/Slit',NULL,'2026-11-20T12:19:19.000Z','overseer','2026-11-20T13:09:08.000Z','overseer','2026-11-20T13:05:04.000Z',NULL,NULL,NULL,NULL,NULL,NULL,0,'{}');
INSERT INTO "beads" VALUES('cv-ibkgx','5d0b904c-f461-4a96-a93f-7abb064f1c80',NULL,'Land this','','','','','convoy','closed',2,NULL,NULL,'2026-11-20T12:34:34.000Z','overseer','2026-11-20T12:41:41.000Z','web/refinery',NULL,'2026-11-20T12:41:41.000Z','web/refinery','all has landed',NULL,NULL,NULL,0,'{}');
INSERT INTO "beads" VALUES('mr-00k97','ce229c0d-92a9-40dc-a8b2-b03cbb94a80b','web','Land this','','','','','merge-request','closed',2,NULL,NULL,'2026-11-20T12:37:37.000Z','web/polecats/Toast','2026-11-20T12:41:41.000Z','web/refinery',NULL,'2026-11-20T12:41:41.000Z','web/refinery','landed',NULL,NULL,NULL,0,'{}');
INSERT INTO "beads" VALUES('cv-ilmal','18b3d496-6f52-4dac-9280-eb38151053b1',NULL,'Send this back','','','','','convoy','open',2,NULL,NULL,'2026-11-20T12:42:42.000Z','overseer','2026-11-20T12:42:42.000Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,'{}');
INSERT INTO "beads" VALUES('mr-jnfde','0ef0d0bf-ecaf-4348-bad7-99337a05847f','web','Send this back','','','','','merge-request','closed',2,NULL,NULL,'2026-11-20T12:45:45.000Z','web/polecats/Rust','2026-11-20T12:48:48.000Z','web/refinery',NULL,'2026-11-20T12:48:48.000Z','web/refinery','sent back',NULL,NULL,NULL,0,'{}');
INSERT INTO "beads" VALUES('cv-6j65y','5138aef2-1163-48d6-8b3e-3fd570ac128a',NULL,'In the queue','','','','','convoy','open',2,NULL,NULL,'2026-11-20T12:49:49.000Z','overseer','2026-11-20T12:49:49.000Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,'{}');
INSERT INTO "beads" VALUES('mr-ec8uu','a2bac08c-ded1-4782-9234-a2b7afdf4216','web','In the queue','','','','','merge-request','open',2,NULL,NULL,'2026-11-20T12:52:52.000Z','web/polecats/Toast','2026-11-20T12:52:52.000Z','web/polecats/Toast',NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,'{}');
INSERT INTO "beads" VALUES('cv-9jja2','186cc74c-1aa2-4170-b388-4f5e6ae3ca25',NULL,'Held up','','','','','convoy','open',2,NULL,NULL,'2026-11-20T12:54:54.000Z','overseer','2026-11-20T12:54:54.000Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,'{}');
INSERT INTO "beads" VALUES('mr-70v0r','c98cd9c2-608e-46bf-ac2e-f5019c0526c1','web','Held up','','','','','merge-request','open',2,NULL,NULL,'2026-11-20T12:57:57.000Z','web/polecats/Rust','2026-11-20T12:57:57.000Z','web/polecats/Rust',NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,'{}');
INSERT INTO "beads" VALUES('cv-a8mst','f6b17ff8-8ae2-48a3-9008-ff254a9309f5',NULL,'Nothing to change','','','','','convoy','open',2,NULL,NULL,'2026-11-20T13:01:00.000Z','overseer','2026-11-20T13:01:00.000Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,'{}');
INSERT INTO "beads" VALUES('cv-f3967','180d319d-86f0-41d8-9bf0-2d69882bc1ea',NULL,'Twice on a hook','','','','','convoy','open',2,NULL,NULL,'2026-11-20T13:05:04.000Z','overseer','2026-11-20T13:05:04.000Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,'{}');
INSERT INTO "beads" VALUES('cv-ff874','1a52b1d5-fe8c-4ec2-8e43-e2d40fe367c7',NULL,'Mend the door — Tür','','','','','convoy','open',2,NULL,NULL,'2026-11-20T13:12:11.000Z','overseer','2026-11-20T13:12:11.000Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,'{}');
INSERT INTO "beads" VALUES('cv-3w4d5','ad8f977b-3d6c-4fac-9e3f-f19a981327c0',NULL,'Answer slower','','','','','convoy','open',2,NULL,NULL,'2026-11-20T13:16:15.000Z','overseer','2026-11-20T13:16:15.000Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,'{}');
CREATE TABLE comments (
    id INTEGER PRIMARY KEY,
    bead TEXT NOT NULL REFERENCES beads (id),
    author TEXT NOT NULL,
    body TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT;
INSERT INTO "comments" VALUES(1,'we-door3','web/polecats/Toast','I looked at it: the frame has warped.','2026-11-20T12:30:30.000Z');
INSERT INTO "comments" VALUES(2,'we-door3','overseer','Then take the frame too.','2026-11-20T12:31:31.000Z');
INSERT INTO "comments" VALUES(3,'we-wsp12','overseer','never mind','2026-11-20T12:32:32.000Z');
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
INSERT INTO "conversations" VALUES('conv-1','web/polecats/Toast',1,'scripted',NULL,'2026-11-20T12:36:36.000Z',NULL,NULL);
INSERT INTO "conversations" VALUES('conv-2','web/polecats/Rust',2,'scripted',NULL,'2026-11-20T12:44:44.000Z',NULL,NULL);
INSERT INTO "conversations" VALUES('conv-3','web/polecats/Toast',3,'scripted',NULL,'2026-11-20T12:51:51.000Z',NULL,NULL);
INSERT INTO "conversations" VALUES('conv-4','web/polecats/Rust',4,'scripted',NULL,'2026-11-20T12:56:56.000Z',NULL,NULL);
INSERT INTO "conversations" VALUES('conv-5','web/polecats/Nux',5,'scripted',NULL,'2026-11-20T13:03:02.000Z',NULL,NULL);
INSERT INTO "conversations" VALUES('conv-6','web/polecats/Nux',6,'scripted',NULL,'2026-11-20T13:07:06.000Z',NULL,NULL);
INSERT INTO "conversations" VALUES('conv-7','web/polecats/Slit',7,'scripted',NULL,'2026-11-20T13:11:10.000Z',NULL,NULL);
INSERT INTO "conversations" VALUES('conv-8','web/polecats/Toast',8,'scripted',NULL,'2026-11-20T13:14:13.000Z',NULL,NULL);
INSERT INTO "conversations" VALUES('conv-10','api/polecats/Furiosa',10,'scripted',NULL,'2026-11-20T13:18:17.000Z',NULL,NULL);
CREATE TABLE dependencies (
    bead TEXT NOT NULL REFERENCES beads (id),
    depends_on TEXT NOT NULL REFERENCES beads (id),
    kind TEXT NOT NULL,
    created_at TEXT NOT NULL,
    created_by TEXT NOT NULL,
    PRIMARY KEY (bead, depends_on, kind),
    CHECK (bead <> depends_on)
) STRICT, WITHOUT ROWID;
INSERT INTO "dependencies" VALUES('ap-ans10','we-lnd14','conditional-blocks','2026-11-20T12:29:29.000Z','overseer');
INSERT INTO "dependencies" VALUES('cv-3w4d5','ap-ans10','tracks','2026-11-20T13:16:15.000Z','overseer');
INSERT INTO "dependencies" VALUES('cv-6j65y','we-que16','tracks','2026-11-20T12:49:49.000Z','overseer');
INSERT INTO "dependencies" VALUES('cv-9jja2','we-hld17','tracks','2026-11-20T12:54:54.000Z','overseer');
INSERT INTO "dependencies" VALUES('cv-a8mst','we-nil18','tracks','2026-11-20T13:01:00.000Z','overseer');
INSERT INTO "dependencies" VALUES('cv-f3967','we-twc19','tracks','2026-11-20T13:05:04.000Z','overseer');
INSERT INTO "dependencies" VALUES('cv-ff874','we-door3','tracks','2026-11-20T13:12:11.000Z','overseer');
INSERT INTO "dependencies" VALUES('cv-ibkgx','we-lnd14','tracks','2026-11-20T12:34:34.000Z','overseer');
INSERT INTO "dependencies" VALUES('cv-ilmal','we-bck15','tracks','2026-11-20T12:42:42.000Z','overseer');
INSERT INTO "dependencies" VALUES('mr-00k97','we-lnd14','tracks','2026-11-20T12:37:37.000Z','web/polecats/Toast');
INSERT INTO "dependencies" VALUES('mr-70v0r','we-hld17','tracks','2026-11-20T12:57:57.000Z','web/polecats/Rust');
INSERT INTO "dependencies" VALUES('mr-ec8uu','we-que16','tracks','2026-11-20T12:52:52.000Z','web/polecats/Toast');
INSERT INTO "dependencies" VALUES('mr-jnfde','we-bck15','tracks','2026-11-20T12:45:45.000Z','web/polecats/Rust');
INSERT INTO "dependencies" VALUES('we-door3','we-upr02','parent-child','2026-11-20T12:21:21.000Z','overseer');
INSERT INTO "dependencies" VALUES('we-hse01','we-ask08','blocks','2026-11-20T12:28:28.000Z','overseer');
INSERT INTO "dependencies" VALUES('we-pnt04','we-door3','waits-for','2026-11-20T12:25:25.000Z','overseer');
INSERT INTO "dependencies" VALUES('we-pnt04','we-ord05','blocks','2026-11-20T12:24:24.000Z','overseer');
INSERT INTO "dependencies" VALUES('we-pnt04','we-upr02','parent-child','2026-11-20T12:22:22.000Z','overseer');
INSERT INTO "dependencies" VALUES('we-swp06','we-hse01','parent-child','2026-11-20T12:23:23.000Z','overseer');
INSERT INTO "dependencies" VALUES('we-upr02','we-hse01','parent-child','2026-11-20T12:20:20.000Z','overseer');
INSERT INTO "dependencies" VALUES('we-win09','we-door3','related','2026-11-20T12:26:26.000Z','overseer');
INSERT INTO "dependencies" VALUES('we-wsp12','we-door3','discovered-from','2026-11-20T12:27:27.000Z','overseer');
CREATE TABLE events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    type TEXT NOT NULL,
    subject TEXT NOT NULL,
    payload TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(payload))
) STRICT;
INSERT INTO "events" VALUES(1,'2026-11-20T12:01:01.000Z','overseer','bead.created','we-hse01','{"title": "House by the lake", "rig": "web"}');
INSERT INTO "events" VALUES(2,'2026-11-20T12:02:02.000Z','overseer','bead.created','we-upr02','{"title": "Upper floor", "rig": "web"}');
INSERT INTO "events" VALUES(3,'2026-11-20T12:03:03.000Z','overseer','bead.created','we-door3','{"title": "Mend the door — Tür", "rig": "web"}');
INSERT INTO "events" VALUES(4,'2026-11-20T12:04:04.000Z','overseer','bead.created','we-pnt04','{"title": "Paint the door", "rig": "web"}');
INSERT INTO "events" VALUES(5,'2026-11-20T12:05:05.000Z','overseer','bead.created','we-ord05','{"title": "Order paint", "rig": "web"}');
INSERT INTO "events" VALUES(6,'2026-11-20T12:06:06.000Z','overseer','bead.created','we-swp06','{"title": "Sweep the floor", "rig": "web"}');
INSERT INTO "events" VALUES(7,'2026-11-20T12:07:07.000Z','overseer','bead.created','we-rof07','{"title": "Think about the roof", "rig": "web"}');
INSERT INTO "events" VALUES(8,'2026-11-20T12:08:08.000Z','overseer','bead.created','we-ask08','{"title": "Ask the neighbour", "rig": "web"}');
INSERT INTO "events" VALUES(9,'2026-11-20T12:09:09.000Z','overseer','bead.created','we-win09','{"title": "The window of the cellar", "rig": "web"}');
INSERT INTO "events" VALUES(10,'2026-11-20T12:10:10.000Z','overseer','bead.created','ap-ans10','{"title": "Answer slower", "rig": "api"}');
INSERT INTO "events" VALUES(11,'2026-11-20T12:11:11.000Z','overseer','bead.created','gt-twn11','{"title": "Something of the town", "rig": null}');
INSERT INTO "events" VALUES(12,'2026-11-20T12:12:12.000Z','overseer','bead.created','we-wsp12','{"title": "A passing thought", "rig": "web"}');
INSERT INTO "events" VALUES(13,'2026-11-20T12:13:13.000Z','overseer','bead.created','we-spr13','{"title": "Wait for spring", "rig": "web"}');
INSERT INTO "events" VALUES(14,'2026-11-20T12:14:14.000Z','overseer','bead.created','we-lnd14','{"title": "Land this", "rig": "web"}');
INSERT INTO "events" VALUES(15,'2026-11-20T12:15:15.000Z','overseer','bead.created','we-bck15','{"title": "Send this back", "rig": "web"}');
INSERT INTO "events" VALUES(16,'2026-11-20T12:16:16.000Z','overseer','bead.created','we-que16','{"title": "In the queue", "rig": "web"}');
INSERT INTO "events" VALUES(17,'2026-11-20T12:17:17.000Z','overseer','bead.created','we-hld17','{"title": "Held up", "rig": "web"}');
INSERT INTO "events" VALUES(18,'2026-11-20T12:18:18.000Z','overseer','bead.created','we-nil18','{"title": "Nothing to change", "rig": "web"}');
INSERT INTO "events" VALUES(19,'2026-11-20T12:19:19.000Z','overseer','bead.created','we-twc19','{"title": "Twice on a hook", "rig": "web"}');
INSERT INTO "events" VALUES(20,'2026-11-20T12:20:20.000Z','overseer','bead.linked','we-upr02','{"depends_on": "we-hse01", "kind": "parent-child"}');
INSERT INTO "events" VALUES(21,'2026-11-20T12:21:21.000Z','overseer','bead.linked','we-door3','{"depends_on": "we-upr02", "kind": "parent-child"}');
INSERT INTO "events" VALUES(22,'2026-11-20T12:22:22.000Z','overseer','bead.linked','we-pnt04','{"depends_on": "we-upr02", "kind": "parent-child"}');
INSERT INTO "events" VALUES(23,'2026-11-20T12:23:23.000Z','overseer','bead.linked','we-swp06','{"depends_on": "we-hse01", "kind": "parent-child"}');
INSERT INTO "events" VALUES(24,'2026-11-20T12:24:24.000Z','overseer','bead.linked','we-pnt04','{"depends_on": "we-ord05", "kind": "blocks"}');
INSERT INTO "events" VALUES(25,'2026-11-20T12:25:25.000Z','overseer','bead.linked','we-pnt04','{"depends_on": "we-door3", "kind": "waits-for"}');
INSERT INTO "events" VALUES(26,'2026-11-20T12:26:26.000Z','overseer','bead.linked','we-win09','{"depends_on": "we-door3", "kind": "related"}');
INSERT INTO "events" VALUES(27,'2026-11-20T12:27:27.000Z','overseer','bead.linked','we-wsp12','{"depends_on": "we-door3", "kind": "discovered-from"}');
INSERT INTO "events" VALUES(28,'2026-11-20T12:28:28.000Z','overseer','bead.linked','we-hse01','{"depends_on": "we-ask08", "kind": "blocks"}');
INSERT INTO "events" VALUES(29,'2026-11-20T12:29:29.000Z','overseer','bead.linked','ap-ans10','{"depends_on": "we-lnd14", "kind": "conditional-blocks"}');
INSERT INTO "events" VALUES(30,'2026-11-20T12:30:30.000Z','web/polecats/Toast','bead.commented','we-door3','{}');
INSERT INTO "events" VALUES(31,'2026-11-20T12:31:31.000Z','overseer','bead.commented','we-door3','{}');
INSERT INTO "events" VALUES(32,'2026-11-20T12:32:32.000Z','overseer','bead.commented','we-wsp12','{}');
INSERT INTO "events" VALUES(33,'2026-11-20T12:34:34.000Z','overseer','bead.slung','we-lnd14','{"agent": "web/polecats/Toast", "generation": 1}');
INSERT INTO "events" VALUES(34,'2026-11-20T12:37:37.000Z','web/polecats/Toast','merge.queued','mr-00k97','{"bead": "we-lnd14", "rig": "web"}');
INSERT INTO "events" VALUES(35,'2026-11-20T12:41:41.000Z','web/refinery','bead.landed','we-lnd14','{"request": "mr-00k97"}');
INSERT INTO "events" VALUES(36,'2026-11-20T12:41:41.000Z','web/refinery','convoy.closed','cv-ibkgx','{}');
INSERT INTO "events" VALUES(37,'2026-11-20T12:42:42.000Z','overseer','bead.slung','we-bck15','{"agent": "web/polecats/Rust", "generation": 2}');
INSERT INTO "events" VALUES(38,'2026-11-20T12:45:45.000Z','web/polecats/Rust','merge.queued','mr-jnfde','{"bead": "we-bck15", "rig": "web"}');
INSERT INTO "events" VALUES(39,'2026-11-20T12:48:48.000Z','web/refinery','merge.sent_back','mr-jnfde','{"bead": "we-bck15", "why": "the gate failed"}');
INSERT INTO "events" VALUES(40,'2026-11-20T12:49:49.000Z','overseer','bead.slung','we-que16','{"agent": "web/polecats/Toast", "generation": 3}');
INSERT INTO "events" VALUES(41,'2026-11-20T12:52:52.000Z','web/polecats/Toast','merge.queued','mr-ec8uu','{"bead": "we-que16", "rig": "web"}');
INSERT INTO "events" VALUES(42,'2026-11-20T12:54:54.000Z','overseer','bead.slung','we-hld17','{"agent": "web/polecats/Rust", "generation": 4}');
INSERT INTO "events" VALUES(43,'2026-11-20T12:57:57.000Z','web/polecats/Rust','merge.queued','mr-70v0r','{"bead": "we-hld17", "rig": "web"}');
INSERT INTO "events" VALUES(44,'2026-11-20T12:59:59.000Z','web/refinery','merge.held','mr-70v0r','{"why": "the gate could not run"}');
INSERT INTO "events" VALUES(45,'2026-11-20T13:01:00.000Z','overseer','bead.slung','we-nil18','{"agent": "web/polecats/Nux", "generation": 5}');
INSERT INTO "events" VALUES(46,'2026-11-20T13:03:02.000Z','web/polecats/Nux','bead.closed','we-nil18','{}');
INSERT INTO "events" VALUES(47,'2026-11-20T13:05:04.000Z','overseer','bead.slung','we-twc19','{"agent": "web/polecats/Nux", "generation": 6}');
INSERT INTO "events" VALUES(48,'2026-11-20T13:08:07.000Z','overseer','bead.unslung','we-twc19','{"agent": "web/polecats/Nux", "generation": 6}');
INSERT INTO "events" VALUES(49,'2026-11-20T13:09:08.000Z','overseer','bead.slung','we-twc19','{"agent": "web/polecats/Slit", "generation": 7}');
INSERT INTO "events" VALUES(50,'2026-11-20T13:12:11.000Z','overseer','bead.slung','we-door3','{"agent": "web/polecats/Toast", "generation": 8}');
INSERT INTO "events" VALUES(51,'2026-11-20T13:16:15.000Z','overseer','bead.slung','ap-ans10','{"agent": "api/polecats/Furiosa", "generation": 9}');
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
INSERT INTO "gate_runs" VALUES(1,'mr-00k97',0,'beefbeefbeefbeefbeefbeefbeefbeefbeefbeef','make test','logs/mr-00k97.log','2026-11-20T12:39:39.000Z','2026-11-20T12:40:40.000Z',0,'passed');
INSERT INTO "gate_runs" VALUES(2,'mr-jnfde',0,'beefbeefbeefbeefbeefbeefbeefbeefbeefbeef','make test','logs/mr-jnfde.log','2026-11-20T12:46:46.000Z','2026-11-20T12:47:47.000Z',1,'failed');
INSERT INTO "gate_runs" VALUES(3,'mr-jnfde',1,'beefbeefbeefbeefbeefbeefbeefbeefbeefbeef','make test','logs/mr-jnfde.log','2026-11-20T12:47:47.000Z','2026-11-20T12:48:48.000Z',0,'passed');
INSERT INTO "gate_runs" VALUES(4,'mr-70v0r',0,'beefbeefbeefbeefbeefbeefbeefbeefbeefbeef','make test','logs/mr-70v0r.log','2026-11-20T12:58:58.000Z','2026-11-20T12:59:59.000Z',NULL,'could_not_run');
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
INSERT INTO "incarnations" VALUES(1,'web/polecats/Toast',1,'we-lnd14','web/polecats/Toast12026-11-20 12:35:35+00:00','c','we-Toast','c0ffee','2026-11-20T12:35:35.000Z',NULL,'2026-11-20T12:35:35.000Z',NULL,0,NULL,'2026-11-20T12:35:35.000Z',NULL,'2026-11-20T12:38:38.000Z','c0ffee','handed over');
INSERT INTO "incarnations" VALUES(2,'web/polecats/Rust',2,'we-bck15','web/polecats/Rust22026-11-20 12:43:43+00:00','c','we-Rust','c0ffee','2026-11-20T12:43:43.000Z',NULL,'2026-11-20T12:43:43.000Z',NULL,0,NULL,'2026-11-20T12:43:43.000Z',NULL,'2026-11-20T12:46:46.000Z','c0ffee','handed over');
INSERT INTO "incarnations" VALUES(3,'web/polecats/Toast',3,'we-que16','web/polecats/Toast32026-11-20 12:50:50+00:00','c','we-Toast','c0ffee','2026-11-20T12:50:50.000Z',NULL,'2026-11-20T12:50:50.000Z',NULL,0,NULL,'2026-11-20T12:50:50.000Z',NULL,'2026-11-20T12:53:53.000Z','c0ffee','handed over');
INSERT INTO "incarnations" VALUES(4,'web/polecats/Rust',4,'we-hld17','web/polecats/Rust42026-11-20 12:55:55+00:00','c','we-Rust','c0ffee','2026-11-20T12:55:55.000Z',NULL,'2026-11-20T12:55:55.000Z',NULL,0,NULL,'2026-11-20T12:55:55.000Z',NULL,'2026-11-20T12:58:58.000Z','c0ffee','handed over');
INSERT INTO "incarnations" VALUES(5,'web/polecats/Nux',5,'we-nil18','web/polecats/Nux52026-11-20 13:02:01+00:00','c','we-Nux','c0ffee','2026-11-20T13:02:01.000Z',NULL,'2026-11-20T13:02:01.000Z',NULL,0,NULL,'2026-11-20T13:02:01.000Z',NULL,'2026-11-20T13:04:03.000Z','c0ffee','handed over');
INSERT INTO "incarnations" VALUES(6,'web/polecats/Nux',6,'we-twc19','web/polecats/Nux62026-11-20 13:06:05+00:00','c','we-Nux','c0ffee','2026-11-20T13:06:05.000Z',NULL,'2026-11-20T13:06:05.000Z',NULL,0,NULL,'2026-11-20T13:06:05.000Z',NULL,'2026-11-20T13:08:07.000Z','c0ffee','handed over');
INSERT INTO "incarnations" VALUES(7,'web/polecats/Slit',7,'we-twc19','web/polecats/Slit72026-11-20 13:10:09+00:00','c','we-Slit','c0ffee','2026-11-20T13:10:09.000Z',NULL,'2026-11-20T13:10:09.000Z',NULL,0,NULL,'2026-11-20T13:10:09.000Z',NULL,NULL,NULL,NULL);
INSERT INTO "incarnations" VALUES(8,'web/polecats/Toast',8,'we-door3','web/polecats/Toast82026-11-20 13:13:12+00:00','c','we-Toast','c0ffee','2026-11-20T13:13:12.000Z',NULL,'2026-11-20T13:13:12.000Z',NULL,0,NULL,'2026-11-20T13:13:12.000Z',NULL,'2026-11-20T13:15:14.000Z',NULL,'replaced');
INSERT INTO "incarnations" VALUES(9,'web/polecats/Toast',8,'we-door3','web/polecats/Toast82026-11-20 13:15:14+00:00','c','we-Toast','c0ffee','2026-11-20T13:15:14.000Z',NULL,'2026-11-20T13:15:14.000Z',NULL,0,NULL,'2026-11-20T13:15:14.000Z',NULL,NULL,NULL,NULL);
INSERT INTO "incarnations" VALUES(10,'api/polecats/Furiosa',9,'ap-ans10','api/polecats/Furiosa92026-11-20 13:17:16+00:00','c','ap-Furiosa','c0ffee','2026-11-20T13:17:16.000Z',NULL,'2026-11-20T13:17:16.000Z',NULL,0,NULL,'2026-11-20T13:17:16.000Z',NULL,NULL,NULL,NULL);
CREATE TABLE labels (
    bead TEXT NOT NULL REFERENCES beads (id),
    label TEXT NOT NULL,
    PRIMARY KEY (bead, label)
) STRICT, WITHOUT ROWID;
INSERT INTO "labels" VALUES('we-ask08','people');
INSERT INTO "labels" VALUES('we-door3','urgent');
INSERT INTO "labels" VALUES('we-door3','wood');
INSERT INTO "labels" VALUES('we-pnt04','paint');
INSERT INTO "labels" VALUES('we-wsp12','wisp');
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
INSERT INTO "merge_requests" VALUES('mr-00k97','we-lnd14','web','web/polecats/Toast',1,'beefbeefbeef','polecat/Toast/we-lnd14','main','merged','landed as 1and3d',NULL,NULL,0,'2026-11-20T12:37:37.000Z','0ld','1and3d','2026-11-20T12:41:41.000Z');
INSERT INTO "merge_requests" VALUES('mr-jnfde','we-bck15','web','web/polecats/Rust',2,'deaddeaddeaddeaddeaddeaddeaddeaddeaddead','polecat/Rust/we-bck15','main','sent_back','the gate failed',NULL,NULL,0,'2026-11-20T12:45:45.000Z',NULL,NULL,'2026-11-20T12:48:48.000Z');
INSERT INTO "merge_requests" VALUES('mr-ec8uu','we-que16','web','web/polecats/Toast',3,'feedfeedfeedfeedfeedfeedfeedfeedfeedfeed','polecat/Toast/we-que16','main','queued',NULL,NULL,NULL,0,'2026-11-20T12:52:52.000Z',NULL,NULL,NULL);
INSERT INTO "merge_requests" VALUES('mr-70v0r','we-hld17','web','web/polecats/Rust',4,'f00df00df00df00df00df00df00df00df00df00d','polecat/Rust/we-hld17','main','held','the gate could not run','c0nf',NULL,0,'2026-11-20T12:57:57.000Z',NULL,NULL,NULL);
CREATE INDEX beads_by_status ON beads (status, priority, created_at);
CREATE INDEX dependents ON dependencies (depends_on, kind);
CREATE INDEX comments_by_bead ON comments (bead);
CREATE UNIQUE INDEX one_open_assignment_an_agent ON assignments (agent) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX one_open_assignment_a_bead ON assignments (bead) WHERE ended_at IS NULL;
CREATE INDEX assignments_by_bead ON assignments (bead);
CREATE INDEX incarnations_by_agent ON incarnations (agent, id);
CREATE INDEX incarnations_by_bead ON incarnations (bead, id);
CREATE UNIQUE INDEX one_live_request_a_bead ON merge_requests (bead) WHERE state IN ('queued', 'held');
CREATE UNIQUE INDEX one_request_a_generation ON merge_requests (generation);
CREATE INDEX queue ON merge_requests (rig, state, submitted_at);
CREATE INDEX gate_runs_by_request ON gate_runs (merge_request);
CREATE INDEX events_by_subject ON events (subject, seq);
CREATE INDEX events_by_subject_and_type ON events (subject, type, seq);
CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER events_are_never_replaced BEFORE INSERT ON events
WHEN EXISTS (SELECT 1 FROM events WHERE seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER events_are_never_removed BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('events',51);
INSERT INTO "sqlite_sequence" VALUES('assignments',41);
INSERT INTO "sqlite_sequence" VALUES('incarnations',97);
COMMIT;
