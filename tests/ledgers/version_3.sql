-- A ledger as version 3 wrote it: its schema and rows, as SQLite tells them, and its full text made anew.
PRAGMA application_id = 1735655425;
PRAGMA user_version = 3;
BEGIN TRANSACTION;
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
INSERT INTO "conversations" VALUES('c-1','web/polecats/Toast',1,'scripted',NULL,'2026-11-20T09:41:41.287Z',NULL,NULL);
INSERT INTO "conversations" VALUES('c-2','web/polecats/Toast',2,'scripted',NULL,'2026-11-20T09:55:55.385Z',NULL,NULL);
INSERT INTO "conversations" VALUES('c-3','web/polecats/Shadow',3,'scripted',NULL,'2026-11-20T10:05:04.448Z',NULL,NULL);
INSERT INTO "conversations" VALUES('c-4','web/polecats/Shadow',4,'scripted',NULL,'2026-11-20T10:17:16.532Z',NULL,NULL);
INSERT INTO "conversations" VALUES('c-5','web/polecats/Toast',5,'scripted',NULL,'2026-11-20T10:30:29.623Z',NULL,NULL);
INSERT INTO "conversations" VALUES('c-6','web/polecats/Shadow',6,'scripted',NULL,'2026-11-20T10:34:33.651Z',NULL,NULL);
INSERT INTO "conversations" VALUES('c-8','api/polecats/Rictus',8,'scripted',NULL,'2026-11-20T10:39:38.686Z',NULL,NULL);
CREATE TABLE events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    type TEXT NOT NULL,
    subject TEXT NOT NULL,
    payload TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(payload))
) STRICT;
INSERT INTO "events" VALUES(1,'2026-11-20T09:01:01.007Z','overseer','bead.created','we-hse01','{"title": "A house", "rig": "web"}');
INSERT INTO "events" VALUES(2,'2026-11-20T09:02:02.014Z','overseer','bead.created','we-flr02','{"title": "A floor", "rig": "web"}');
INSERT INTO "events" VALUES(3,'2026-11-20T09:03:03.021Z','overseer','bead.created','we-dr03','{"title": "Mend the door", "rig": "web"}');
INSERT INTO "events" VALUES(4,'2026-11-20T09:04:04.028Z','overseer','bead.created','we-win04','{"title": "Glaze the window", "rig": "web"}');
INSERT INTO "events" VALUES(5,'2026-11-20T09:05:05.035Z','overseer','bead.created','we-pnt05','{"title": "Paint the door", "rig": "web"}');
INSERT INTO "events" VALUES(6,'2026-11-20T09:06:06.042Z','overseer','bead.created','we-rof06','{"title": "A roof", "rig": "web"}');
INSERT INTO "events" VALUES(7,'2026-11-20T09:07:07.049Z','overseer','bead.created','we-til07','{"title": "Lay the tiles", "rig": "web"}');
INSERT INTO "events" VALUES(8,'2026-11-20T09:08:08.056Z','overseer','bead.created','we-bat08','{"title": "Nail the battens", "rig": "web"}');
INSERT INTO "events" VALUES(9,'2026-11-20T09:09:09.063Z','overseer','bead.created','we-ask09','{"title": "Which colour?", "rig": "web"}');
INSERT INTO "events" VALUES(10,'2026-11-20T09:10:10.070Z','overseer','bead.created','we-spr10','{"title": "Oil the gate in spring", "rig": "web"}');
INSERT INTO "events" VALUES(11,'2026-11-20T09:11:11.077Z','overseer','bead.created','we-old11','{"title": "Sweep the yard", "rig": "web"}');
INSERT INTO "events" VALUES(12,'2026-11-20T09:12:12.084Z','overseer','bead.created','we-wsp12','{"title": "Buy chalk", "rig": "web"}');
INSERT INTO "events" VALUES(13,'2026-11-20T09:13:13.091Z','overseer','bead.created','we-gon13','{"title": "A mistake", "rig": "web"}');
INSERT INTO "events" VALUES(14,'2026-11-20T09:14:14.098Z','overseer','bead.created','we-rdy14','{"title": "Hang a lamp", "rig": "web"}');
INSERT INTO "events" VALUES(15,'2026-11-20T09:15:15.105Z','overseer','bead.created','we-que15','{"title": "Put up a shelf", "rig": "web"}');
INSERT INTO "events" VALUES(16,'2026-11-20T09:16:16.112Z','overseer','bead.created','we-lnd16','{"title": "Fix the stairs", "rig": "web"}');
INSERT INTO "events" VALUES(17,'2026-11-20T09:17:17.119Z','overseer','bead.created','we-stp17','{"title": "Wait for the mayor", "rig": "web"}');
INSERT INTO "events" VALUES(18,'2026-11-20T09:18:18.126Z','overseer','bead.created','we-in18','{"title": "Carry the wood in", "rig": "web"}');
INSERT INTO "events" VALUES(19,'2026-11-20T09:19:19.133Z','overseer','bead.created','ap-ans19','{"title": "Answer the bell", "rig": "api"}');
INSERT INTO "events" VALUES(20,'2026-11-20T09:20:20.140Z','overseer','bead.created','ap-rdy20','{"title": "Name the route", "rig": "api"}');
INSERT INTO "events" VALUES(21,'2026-11-20T09:21:21.147Z','overseer','bead.created','we-hld21','{"title": "Saw the beam", "rig": "web"}');
INSERT INTO "events" VALUES(22,'2026-11-20T09:22:22.154Z','overseer','bead.created','we-bck22','{"title": "Sand the table", "rig": "web"}');
INSERT INTO "events" VALUES(23,'2026-11-20T09:23:23.161Z','overseer','dependency.added','we-pnt05','{"depends_on": "we-dr03", "kind": "blocks"}');
INSERT INTO "events" VALUES(24,'2026-11-20T09:24:24.168Z','overseer','dependency.added','we-pnt05','{"depends_on": "we-ask09", "kind": "blocks"}');
INSERT INTO "events" VALUES(25,'2026-11-20T09:25:25.175Z','overseer','dependency.added','we-rof06','{"depends_on": "we-flr02", "kind": "blocks"}');
INSERT INTO "events" VALUES(26,'2026-11-20T09:26:26.182Z','overseer','dependency.added','we-til07','{"depends_on": "we-bat08", "kind": "blocks"}');
INSERT INTO "events" VALUES(27,'2026-11-20T09:27:27.189Z','overseer','dependency.added','we-ask09','{"depends_on": "we-hse01", "kind": "related"}');
INSERT INTO "events" VALUES(28,'2026-11-20T09:28:28.196Z','overseer','dependency.added','we-rdy14','{"depends_on": "we-old11", "kind": "blocks"}');
INSERT INTO "events" VALUES(29,'2026-11-20T09:29:29.203Z','overseer','dependency.added','ap-rdy20','{"depends_on": "we-rdy14", "kind": "related"}');
INSERT INTO "events" VALUES(30,'2026-11-20T09:30:30.210Z','overseer','bead.commented','we-dr03','{"text": "The frame is warped too."}');
INSERT INTO "events" VALUES(31,'2026-11-20T09:31:31.217Z','overseer','bead.commented','we-dr03','{"text": "I have seen worse."}');
INSERT INTO "events" VALUES(32,'2026-11-20T09:32:32.224Z','overseer','bead.closed','we-old11','{"reason": "swept", "forced": false}');
INSERT INTO "events" VALUES(33,'2026-11-20T09:33:33.231Z','overseer','bead.updated','we-stp17','{"what": "status open → blocked"}');
INSERT INTO "events" VALUES(34,'2026-11-20T09:34:34.238Z','overseer','bead.updated','we-win04','{"what": "notes, priority 0 → 1"}');
INSERT INTO "events" VALUES(35,'2026-11-20T09:35:35.245Z','overseer','convoy.created','cv-i72qx','{"title": "Door and window", "owner": "overseer", "watchers": [], "tracks": ["we-dr03", "we-win04"], "beads": 2}');
INSERT INTO "events" VALUES(36,'2026-11-20T09:36:36.252Z','overseer','convoy.created','cv-r8t6v','{"title": "The bell", "owner": "overseer", "watchers": [], "tracks": ["ap-ans19"], "beads": 1}');
INSERT INTO "events" VALUES(37,'2026-11-20T09:37:37.259Z','overseer','agent.created','web/polecats/Toast','{"role": "polecat"}');
INSERT INTO "events" VALUES(38,'2026-11-20T09:38:38.266Z','overseer','convoy.created','cv-c9in4','{"title": "Fix the stairs", "owner": "overseer", "tracks": ["we-lnd16"], "beads": 1}');
INSERT INTO "events" VALUES(39,'2026-11-20T09:37:37.259Z','overseer','bead.slung','we-lnd16','{"agent": "web/polecats/Toast", "generation": 1, "runtime": null, "molecule": "we-ese7m"}');
INSERT INTO "events" VALUES(40,'2026-11-20T09:45:45.315Z','web/polecats/Toast','bead.submitted','we-lnd16','{"request": "mr-5hdei", "commit": "beefbeefbeefbeefbeefbeefbeefbeefbeefbeef", "generation": 1}');
INSERT INTO "events" VALUES(41,'2026-11-20T09:45:45.315Z','web/polecats/Toast','merge.queued','mr-5hdei','{"bead": "we-lnd16", "rig": "web"}');
INSERT INTO "events" VALUES(42,'2026-11-20T09:52:52.364Z','overseer','convoy.created','cv-hovq6','{"title": "Put up a shelf", "owner": "overseer", "tracks": ["we-que15"], "beads": 1}');
INSERT INTO "events" VALUES(43,'2026-11-20T09:51:51.357Z','overseer','bead.slung','we-que15','{"agent": "web/polecats/Toast", "generation": 2, "runtime": null, "molecule": "we-vzafm"}');
INSERT INTO "events" VALUES(44,'2026-11-20T09:59:59.413Z','web/polecats/Toast','bead.submitted','we-que15','{"request": "mr-xa89b", "commit": "feedfeedfeedfeedfeedfeedfeedfeedfeedfeed", "generation": 2}');
INSERT INTO "events" VALUES(45,'2026-11-20T09:59:59.413Z','web/polecats/Toast','merge.queued','mr-xa89b','{"bead": "we-que15", "rig": "web"}');
INSERT INTO "events" VALUES(46,'2026-11-20T10:01:00.420Z','overseer','agent.created','web/polecats/Shadow','{"role": "polecat"}');
INSERT INTO "events" VALUES(47,'2026-11-20T10:02:01.427Z','overseer','convoy.created','cv-123b7','{"title": "Saw the beam", "owner": "overseer", "tracks": ["we-hld21"], "beads": 1}');
INSERT INTO "events" VALUES(48,'2026-11-20T10:01:00.420Z','overseer','bead.slung','we-hld21','{"agent": "web/polecats/Shadow", "generation": 3, "runtime": null, "molecule": "we-748qh"}');
INSERT INTO "events" VALUES(49,'2026-11-20T10:09:08.476Z','web/polecats/Shadow','bead.submitted','we-hld21','{"request": "mr-r5fwm", "commit": "f00df00df00df00df00df00df00df00df00df00d", "generation": 3}');
INSERT INTO "events" VALUES(50,'2026-11-20T10:09:08.476Z','web/polecats/Shadow','merge.queued','mr-r5fwm','{"bead": "we-hld21", "rig": "web"}');
INSERT INTO "events" VALUES(51,'2026-11-20T10:14:13.511Z','overseer','convoy.created','cv-rryj5','{"title": "Sand the table", "owner": "overseer", "tracks": ["we-bck22"], "beads": 1}');
INSERT INTO "events" VALUES(52,'2026-11-20T10:13:12.504Z','overseer','bead.slung','we-bck22','{"agent": "web/polecats/Shadow", "generation": 4, "runtime": null, "molecule": "we-y2i4t"}');
INSERT INTO "events" VALUES(53,'2026-11-20T10:21:20.560Z','web/polecats/Shadow','bead.submitted','we-bck22','{"request": "mr-b0fkn", "commit": "deaddeaddeaddeaddeaddeaddeaddeaddeaddead", "generation": 4}');
INSERT INTO "events" VALUES(54,'2026-11-20T10:21:20.560Z','web/polecats/Shadow','merge.queued','mr-b0fkn','{"bead": "we-bck22", "rig": "web"}');
INSERT INTO "events" VALUES(55,'2026-11-20T10:27:26.602Z','overseer','bead.slung','we-dr03','{"agent": "web/polecats/Toast", "generation": 5, "runtime": null, "molecule": "we-i61kj"}');
INSERT INTO "events" VALUES(56,'2026-11-20T10:31:30.630Z','overseer','bead.slung','we-win04','{"agent": "web/polecats/Shadow", "generation": 6, "runtime": null, "molecule": "we-e6an8"}');
INSERT INTO "events" VALUES(57,'2026-11-20T10:36:35.665Z','overseer','agent.created','api/polecats/Rictus','{"role": "polecat"}');
INSERT INTO "events" VALUES(58,'2026-11-20T10:36:35.665Z','overseer','bead.slung','ap-ans19','{"agent": "api/polecats/Rictus", "generation": 7, "runtime": null, "molecule": "ap-mzpz8"}');
INSERT INTO "events" VALUES(59,'2026-11-20T10:40:39.693Z','overseer','bead.unslung','ap-ans19','{"agent": "api/polecats/Rictus", "generation": 7}');
CREATE TABLE facts (                         -- what is so once for this file
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "facts" VALUES('journal','bf195f7cfdc7d6f4d45bab12666ffc6e');
CREATE TABLE "beads" (
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
INSERT INTO "beads" VALUES(1,'we-hse01','6a711ffb-4621-4e32-babf-e1ec5aa7a7fc','web','A house','All of it stands on sand.','','','','epic','open',2,NULL,'overseer','2026-11-20T09:01:01.007Z','overseer','2026-11-20T09:01:01.007Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,'{}');
INSERT INTO "beads" VALUES(2,'we-flr02','a3c43121-9dbf-4de2-8d02-4966d4acb577','web','A floor','','','','','epic','open',1,NULL,'overseer','2026-11-20T09:02:02.014Z','overseer','2026-11-20T09:02:02.014Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,'{}');
INSERT INTO "beads" VALUES(3,'we-dr03','a7e9c1c2-3566-4f17-a352-4af6c600ff01','web','Mend the door','It hangs on one of its hinges.','New hinges.','It closes.','','task','hooked',1,'web/polecats/Toast','overseer','2026-11-20T09:03:03.021Z','overseer','2026-11-20T10:27:26.602Z','overseer','2026-11-20T10:27:26.602Z',NULL,NULL,NULL,NULL,NULL,NULL,0,'{}');
INSERT INTO "beads" VALUES(4,'we-win04','99fb08a5-2c5a-45d7-99e4-5f7530339cc8','web','Glaze the window','','','','Two panes.','bug','hooked',1,'web/polecats/Shadow','overseer','2026-11-20T09:04:04.028Z','overseer','2026-11-20T10:31:30.630Z','overseer','2026-11-20T10:31:30.630Z',NULL,NULL,NULL,NULL,NULL,NULL,0,'{}');
INSERT INTO "beads" VALUES(5,'we-pnt05','fae1756a-1aea-4cbe-b2fb-0f0b8ee1c03e','web','Paint the door','','','','','chore','open',2,NULL,'overseer','2026-11-20T09:05:05.035Z','overseer','2026-11-20T09:24:24.168Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,'{}');
INSERT INTO "beads" VALUES(6,'we-rof06','3b57e75d-738c-4266-adc0-8871a6221c3e','web','A roof','','','','','epic','open',2,NULL,'overseer','2026-11-20T09:06:06.042Z','overseer','2026-11-20T09:25:25.175Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,'{}');
INSERT INTO "beads" VALUES(7,'we-til07','560c1d33-a163-44e1-9c76-da9506566af8','web','Lay the tiles','','','','','task','open',3,NULL,'overseer','2026-11-20T09:07:07.049Z','overseer','2026-11-20T09:26:26.182Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,'{}');
INSERT INTO "beads" VALUES(8,'we-bat08','b3140626-1a3f-4184-a99e-153c9eeafe87','web','Nail the battens','','','','','task','open',2,NULL,'overseer','2026-11-20T09:08:08.056Z','overseer','2026-11-20T09:08:08.056Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,'{}');
INSERT INTO "beads" VALUES(9,'we-ask09','ced02391-37c9-47c9-b495-e119f7cc12e0','web','Which colour?','','','','','decision','open',2,NULL,'overseer','2026-11-20T09:09:09.063Z','overseer','2026-11-20T09:27:27.189Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,'{}');
INSERT INTO "beads" VALUES(10,'we-spr10','5a30fc6b-b47e-43c2-b467-07ffb3f32640','web','Oil the gate in spring','','','','','task','open',2,NULL,'overseer','2026-11-20T09:10:10.070Z','overseer','2026-11-20T09:10:10.070Z','overseer',NULL,NULL,NULL,NULL,NULL,'2027-04-01T06:00:00.000Z',NULL,0,'{}');
INSERT INTO "beads" VALUES(11,'we-old11','7c9eaeba-1f75-4052-b7fa-e2ddf472a41c','web','Sweep the yard','','','','','task','closed',2,NULL,'overseer','2026-11-20T09:11:11.077Z','overseer','2026-11-20T09:32:32.224Z','overseer',NULL,'2026-11-20T09:32:32.224Z','overseer','swept',NULL,NULL,NULL,0,'{}');
INSERT INTO "beads" VALUES(12,'we-wsp12','4b8a9c4b-2909-463f-a82e-883066549ec1','web','Buy chalk','','','','','task','open',2,NULL,'overseer','2026-11-20T09:12:12.084Z','overseer','2026-11-20T09:12:12.084Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,'{}');
INSERT INTO "beads" VALUES(13,'we-gon13','f724e5eb-5e5f-413e-9d99-bc2297ac28d1','web','A mistake','','','','','task','open',2,NULL,'overseer','2026-11-20T09:13:13.091Z','overseer','2026-11-20T09:13:13.091Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,'{}');
INSERT INTO "beads" VALUES(14,'we-rdy14','30bc4650-fb3c-455b-a052-76340d68027b','web','Hang a lamp','','','','','task','open',0,'ann','overseer','2026-11-20T09:14:14.098Z','overseer','2026-11-20T09:28:28.196Z','overseer',NULL,NULL,NULL,NULL,'2026-12-24T12:00:00.000Z',NULL,'gh-14',0,'{}');
INSERT INTO "beads" VALUES(15,'we-que15','3dfa7745-519d-4585-b865-4bb91ddfee47','web','Put up a shelf','','','','','task','in_progress',2,'web/polecats/Toast','overseer','2026-11-20T09:15:15.105Z','overseer','2026-11-20T09:59:59.413Z','web/polecats/Toast','2026-11-20T09:51:51.357Z',NULL,NULL,NULL,NULL,NULL,NULL,0,'{}');
INSERT INTO "beads" VALUES(16,'we-lnd16','9d032a1a-39a6-435e-a8da-97b8c1f0a61a','web','Fix the stairs','','','','','task','closed',2,'web/polecats/Toast','overseer','2026-11-20T09:16:16.112Z','overseer','2026-11-20T09:50:50.350Z','web/refinery','2026-11-20T09:37:37.259Z','2026-11-20T09:50:50.350Z','web/refinery','merged',NULL,NULL,NULL,0,'{}');
INSERT INTO "beads" VALUES(17,'we-stp17','b45ca7df-6779-40fc-91c9-ae0f1eff8eed','web','Wait for the mayor','','','','','task','blocked',2,NULL,'overseer','2026-11-20T09:17:17.119Z','overseer','2026-11-20T09:33:33.231Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,'{}');
INSERT INTO "beads" VALUES(18,'we-in18','0b5bfe3e-6103-45fa-b586-c7aa946b7583','web','Carry the wood in','','','','','task','open',2,NULL,'overseer','2026-11-20T09:18:18.126Z','overseer','2026-11-20T09:18:18.126Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,'{}');
INSERT INTO "beads" VALUES(19,'ap-ans19','b8cd5bf4-9fc1-4ced-91c9-7f8eee4a2209','api','Answer the bell','','','','','task','open',2,NULL,'overseer','2026-11-20T09:19:19.133Z','overseer','2026-11-20T10:40:39.693Z','overseer','2026-11-20T10:36:35.665Z',NULL,NULL,NULL,NULL,NULL,NULL,0,'{}');
INSERT INTO "beads" VALUES(20,'ap-rdy20','bcad14be-b0eb-4c25-bead-0fd5c684c576','api','Name the route','','','','','feature','open',2,NULL,'overseer','2026-11-20T09:20:20.140Z','overseer','2026-11-20T09:29:29.203Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,'{}');
INSERT INTO "beads" VALUES(21,'we-hld21','ffb4a6a9-2fc1-48e3-8d8e-3609e717f67b','web','Saw the beam','','','','','task','in_progress',2,'web/polecats/Shadow','overseer','2026-11-20T09:21:21.147Z','overseer','2026-11-20T10:09:08.476Z','web/polecats/Shadow','2026-11-20T10:01:00.420Z',NULL,NULL,NULL,NULL,NULL,NULL,0,'{}');
INSERT INTO "beads" VALUES(22,'we-bck22','8c49289d-a735-4331-af7a-1c070eb7f23b','web','Sand the table','','','','','task','open',2,NULL,'overseer','2026-11-20T09:22:22.154Z','overseer','2026-11-20T10:26:25.595Z','web/refinery','2026-11-20T10:13:12.504Z',NULL,NULL,NULL,NULL,NULL,NULL,0,'{}');
INSERT INTO "beads" VALUES(23,'cv-i72qx','c13d69c8-489a-4e41-ba32-02c1e2c8cbf8',NULL,'Door and window','','','','','convoy','open',2,NULL,'overseer','2026-11-20T09:35:35.245Z','overseer','2026-11-20T09:35:35.245Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,'{}');
INSERT INTO "beads" VALUES(24,'cv-r8t6v','58794694-8c53-4283-83aa-e1e5b3ff902a',NULL,'The bell','','','','','convoy','open',2,NULL,'overseer','2026-11-20T09:36:36.252Z','overseer','2026-11-20T09:36:36.252Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,'{}');
INSERT INTO "beads" VALUES(25,'cv-c9in4','76e75049-4a36-4f0f-9903-9db34e5c5c16',NULL,'Fix the stairs','','','','','convoy','open',2,NULL,'overseer','2026-11-20T09:38:38.266Z','overseer','2026-11-20T09:38:38.266Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,'{"lone": true}');
INSERT INTO "beads" VALUES(26,'we-ese7m','96c9bc8e-a3c3-475c-9779-e979adc56e48','web','polecat-work: Fix the stairs','From a bead to a branch that is ready to land.','','','','molecule','open',2,NULL,'overseer','2026-11-20T09:37:37.259Z','overseer','2026-11-20T09:37:37.259Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,'{"formula": "polecat-work", "vars": {"bead": "we-lnd16", "target": "main", "gate": "make test"}}');
INSERT INTO "beads" VALUES(27,'we-ese7m.1','8f4d9a28-bbbb-407e-ad05-1dcbf2e3bfd9','web','Understand what is asked','Read the bead whole: bd show we-lnd16. Comments may say why earlier work came back; begin with that.
Find the code, the tests and the documents that it touches, and read them before you change anything.
Close this step with what done means and how you will show it, in two sentences: -r "…". Whoever goes on reads that.
If the bead leaves something open, take the simplest reading that satisfies its acceptance, and say there which one.','','You can name the files you will change, and the check that fails today and will pass.','','step','in_progress',2,'web/polecats/Toast',NULL,'2026-11-20T09:37:37.259Z','overseer','2026-11-20T09:37:37.259Z','overseer','2026-11-20T09:37:37.259Z',NULL,NULL,NULL,NULL,NULL,NULL,1,'{"name": "understand", "position": 1}');
INSERT INTO "beads" VALUES(28,'we-ese7m.2','49fb0701-1800-4e0d-8d5b-fc6842c4bff5','web','Build it in small commits','Change what the bead needs and nothing else, in the manner of the code around it.
Commit after every piece that stands by itself, with a message that says what changed and why.
Your session may end at any moment: what is committed is kept.','','All that the bead asks for is there, and it is committed.','','step','open',2,NULL,NULL,'2026-11-20T09:37:37.259Z','overseer','2026-11-20T09:37:37.259Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,'{"name": "build", "position": 2}');
INSERT INTO "beads" VALUES(29,'we-ese7m.3','f5569593-7d4b-4ef0-b1f3-565550a232b7','web','Prove it with tests','Add or change tests so that they fail without your work and pass with it.
Run what the queue will run before it lands this: make test
Mend the cause of a failure. Never skip, weaken or delete a test to make it pass.
A failure that main has without your work is not yours to hide: name it when you close this step, and go on.','','The tests ran just now, on what is committed, and passed; you read their output.','','step','open',2,NULL,NULL,'2026-11-20T09:37:37.259Z','overseer','2026-11-20T09:37:37.259Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,'{"name": "prove", "position": 3}');
INSERT INTO "beads" VALUES(30,'we-ese7m.4','cad0a7e8-f472-4eca-bfd1-4b365af1db22','web','Review your own diff','Read the whole diff of your branch as a stranger would, line by line, against the acceptance of we-lnd16.
Take out what does not belong: prints, dead code, files made by accident, changes to what nobody asked about.
Look for what is missing: edge cases, errors, the documents, callers of what you changed.
If you change something now, run the tests again.','','Every point of the bead''s acceptance is met by something you can point at; git status is clean.','','step','open',2,NULL,NULL,'2026-11-20T09:37:37.259Z','overseer','2026-11-20T09:37:37.259Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,'{"name": "review", "position": 4}');
INSERT INTO "beads" VALUES(31,'we-ese7m.5','cc707c13-e235-4ee4-b71d-0f720d030f10','web','Hand it over','Run gt done, and end your turn. It closes this step too, and the queue lands the branch.
If nothing needed to change: gt done --no-change "why".','','gt done said that the work is in the merge queue.','','step','open',2,NULL,NULL,'2026-11-20T09:37:37.259Z','overseer','2026-11-20T09:37:37.259Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,'{"name": "hand-over", "position": 5}');
INSERT INTO "beads" VALUES(32,'mr-5hdei','a32585cb-a01c-4b27-965b-e797bac95044','web','Fix the stairs','','','','','merge-request','closed',2,NULL,NULL,'2026-11-20T09:45:45.315Z','web/polecats/Toast','2026-11-20T09:49:49.343Z','web/refinery',NULL,'2026-11-20T09:49:49.343Z','web/refinery','merged',NULL,NULL,NULL,0,'{}');
INSERT INTO "beads" VALUES(33,'cv-hovq6','5247cb3f-4159-4d24-a0e2-aeb4b520de76',NULL,'Put up a shelf','','','','','convoy','open',2,NULL,'overseer','2026-11-20T09:52:52.364Z','overseer','2026-11-20T09:52:52.364Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,'{"lone": true}');
INSERT INTO "beads" VALUES(34,'we-vzafm','7f253b6d-1779-4949-9fef-bf641d442428','web','polecat-work: Put up a shelf','From a bead to a branch that is ready to land.','','','','molecule','open',2,NULL,'overseer','2026-11-20T09:51:51.357Z','overseer','2026-11-20T09:51:51.357Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,'{"formula": "polecat-work", "vars": {"bead": "we-que15", "target": "main", "gate": "make test"}}');
INSERT INTO "beads" VALUES(35,'we-vzafm.1','baf31499-d15b-4d4d-abcf-35c969acb492','web','Understand what is asked','Read the bead whole: bd show we-que15. Comments may say why earlier work came back; begin with that.
Find the code, the tests and the documents that it touches, and read them before you change anything.
Close this step with what done means and how you will show it, in two sentences: -r "…". Whoever goes on reads that.
If the bead leaves something open, take the simplest reading that satisfies its acceptance, and say there which one.','','You can name the files you will change, and the check that fails today and will pass.','','step','in_progress',2,'web/polecats/Toast',NULL,'2026-11-20T09:51:51.357Z','overseer','2026-11-20T09:51:51.357Z','overseer','2026-11-20T09:51:51.357Z',NULL,NULL,NULL,NULL,NULL,NULL,1,'{"name": "understand", "position": 1}');
INSERT INTO "beads" VALUES(36,'we-vzafm.2','c0a7bb64-6a58-4a19-a102-cdf45da06bae','web','Build it in small commits','Change what the bead needs and nothing else, in the manner of the code around it.
Commit after every piece that stands by itself, with a message that says what changed and why.
Your session may end at any moment: what is committed is kept.','','All that the bead asks for is there, and it is committed.','','step','open',2,NULL,NULL,'2026-11-20T09:51:51.357Z','overseer','2026-11-20T09:51:51.357Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,'{"name": "build", "position": 2}');
INSERT INTO "beads" VALUES(37,'we-vzafm.3','82d7d750-ff69-4bc8-8aed-cd9749d98450','web','Prove it with tests','Add or change tests so that they fail without your work and pass with it.
Run what the queue will run before it lands this: make test
Mend the cause of a failure. Never skip, weaken or delete a test to make it pass.
A failure that main has without your work is not yours to hide: name it when you close this step, and go on.','','The tests ran just now, on what is committed, and passed; you read their output.','','step','open',2,NULL,NULL,'2026-11-20T09:51:51.357Z','overseer','2026-11-20T09:51:51.357Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,'{"name": "prove", "position": 3}');
INSERT INTO "beads" VALUES(38,'we-vzafm.4','fafba016-9ab0-4049-ad73-00f35bbca25e','web','Review your own diff','Read the whole diff of your branch as a stranger would, line by line, against the acceptance of we-que15.
Take out what does not belong: prints, dead code, files made by accident, changes to what nobody asked about.
Look for what is missing: edge cases, errors, the documents, callers of what you changed.
If you change something now, run the tests again.','','Every point of the bead''s acceptance is met by something you can point at; git status is clean.','','step','open',2,NULL,NULL,'2026-11-20T09:51:51.357Z','overseer','2026-11-20T09:51:51.357Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,'{"name": "review", "position": 4}');
INSERT INTO "beads" VALUES(39,'we-vzafm.5','aa9e5e88-eed3-46e2-a6d6-772a462beba2','web','Hand it over','Run gt done, and end your turn. It closes this step too, and the queue lands the branch.
If nothing needed to change: gt done --no-change "why".','','gt done said that the work is in the merge queue.','','step','open',2,NULL,NULL,'2026-11-20T09:51:51.357Z','overseer','2026-11-20T09:51:51.357Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,'{"name": "hand-over", "position": 5}');
INSERT INTO "beads" VALUES(40,'mr-xa89b','35cd1d65-89c7-4ec8-a187-717602a9fe71','web','Put up a shelf','','','','','merge-request','open',2,NULL,NULL,'2026-11-20T09:59:59.413Z','web/polecats/Toast','2026-11-20T09:59:59.413Z','web/polecats/Toast',NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,'{}');
INSERT INTO "beads" VALUES(41,'cv-123b7','06ff43ff-db98-4e5b-a5d5-3a2aa623ae04',NULL,'Saw the beam','','','','','convoy','open',2,NULL,'overseer','2026-11-20T10:02:01.427Z','overseer','2026-11-20T10:02:01.427Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,'{"lone": true}');
INSERT INTO "beads" VALUES(42,'we-748qh','c2821c41-6e5a-4dec-a819-847b7ad497ad','web','polecat-work: Saw the beam','From a bead to a branch that is ready to land.','','','','molecule','open',2,NULL,'overseer','2026-11-20T10:01:00.420Z','overseer','2026-11-20T10:01:00.420Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,'{"formula": "polecat-work", "vars": {"bead": "we-hld21", "target": "main", "gate": "make test"}}');
INSERT INTO "beads" VALUES(43,'we-748qh.1','a2de6ae5-688d-42c5-990c-1da034e934c8','web','Understand what is asked','Read the bead whole: bd show we-hld21. Comments may say why earlier work came back; begin with that.
Find the code, the tests and the documents that it touches, and read them before you change anything.
Close this step with what done means and how you will show it, in two sentences: -r "…". Whoever goes on reads that.
If the bead leaves something open, take the simplest reading that satisfies its acceptance, and say there which one.','','You can name the files you will change, and the check that fails today and will pass.','','step','in_progress',2,'web/polecats/Shadow',NULL,'2026-11-20T10:01:00.420Z','overseer','2026-11-20T10:01:00.420Z','overseer','2026-11-20T10:01:00.420Z',NULL,NULL,NULL,NULL,NULL,NULL,1,'{"name": "understand", "position": 1}');
INSERT INTO "beads" VALUES(44,'we-748qh.2','7c4c0e07-009b-4cea-81f3-116ab57294b8','web','Build it in small commits','Change what the bead needs and nothing else, in the manner of the code around it.
Commit after every piece that stands by itself, with a message that says what changed and why.
Your session may end at any moment: what is committed is kept.','','All that the bead asks for is there, and it is committed.','','step','open',2,NULL,NULL,'2026-11-20T10:01:00.420Z','overseer','2026-11-20T10:01:00.420Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,'{"name": "build", "position": 2}');
INSERT INTO "beads" VALUES(45,'we-748qh.3','65766b54-46c7-4e30-9c61-9eda412511a3','web','Prove it with tests','Add or change tests so that they fail without your work and pass with it.
Run what the queue will run before it lands this: make test
Mend the cause of a failure. Never skip, weaken or delete a test to make it pass.
A failure that main has without your work is not yours to hide: name it when you close this step, and go on.','','The tests ran just now, on what is committed, and passed; you read their output.','','step','open',2,NULL,NULL,'2026-11-20T10:01:00.420Z','overseer','2026-11-20T10:01:00.420Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,'{"name": "prove", "position": 3}');
INSERT INTO "beads" VALUES(46,'we-748qh.4','48bef0f4-b74a-457d-be8b-eebfc711121c','web','Review your own diff','Read the whole diff of your branch as a stranger would, line by line, against the acceptance of we-hld21.
Take out what does not belong: prints, dead code, files made by accident, changes to what nobody asked about.
Look for what is missing: edge cases, errors, the documents, callers of what you changed.
If you change something now, run the tests again.','','Every point of the bead''s acceptance is met by something you can point at; git status is clean.','','step','open',2,NULL,NULL,'2026-11-20T10:01:00.420Z','overseer','2026-11-20T10:01:00.420Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,'{"name": "review", "position": 4}');
INSERT INTO "beads" VALUES(47,'we-748qh.5','c3aad426-32e8-4019-8ab9-2307aa5b24da','web','Hand it over','Run gt done, and end your turn. It closes this step too, and the queue lands the branch.
If nothing needed to change: gt done --no-change "why".','','gt done said that the work is in the merge queue.','','step','open',2,NULL,NULL,'2026-11-20T10:01:00.420Z','overseer','2026-11-20T10:01:00.420Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,'{"name": "hand-over", "position": 5}');
INSERT INTO "beads" VALUES(48,'mr-r5fwm','4da6e4c5-fe1e-46e6-af71-4e4a6bb7ef78','web','Saw the beam','','','','','merge-request','open',2,NULL,NULL,'2026-11-20T10:09:08.476Z','web/polecats/Shadow','2026-11-20T10:09:08.476Z','web/polecats/Shadow',NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,'{}');
INSERT INTO "beads" VALUES(49,'cv-rryj5','82fd43d0-4a1d-415f-999e-021820d3b5d5',NULL,'Sand the table','','','','','convoy','open',2,NULL,'overseer','2026-11-20T10:14:13.511Z','overseer','2026-11-20T10:14:13.511Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,'{"lone": true}');
INSERT INTO "beads" VALUES(50,'we-y2i4t','cf4e7009-7c09-405b-aad2-c1740895db37','web','polecat-work: Sand the table','From a bead to a branch that is ready to land.','','','','molecule','open',2,NULL,'overseer','2026-11-20T10:13:12.504Z','overseer','2026-11-20T10:13:12.504Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,'{"formula": "polecat-work", "vars": {"bead": "we-bck22", "target": "main", "gate": "make test"}}');
INSERT INTO "beads" VALUES(51,'we-y2i4t.1','e4ea99bc-d21f-4420-9ee7-eedd6ed51ff5','web','Understand what is asked','Read the bead whole: bd show we-bck22. Comments may say why earlier work came back; begin with that.
Find the code, the tests and the documents that it touches, and read them before you change anything.
Close this step with what done means and how you will show it, in two sentences: -r "…". Whoever goes on reads that.
If the bead leaves something open, take the simplest reading that satisfies its acceptance, and say there which one.','','You can name the files you will change, and the check that fails today and will pass.','','step','in_progress',2,'web/polecats/Shadow',NULL,'2026-11-20T10:13:12.504Z','overseer','2026-11-20T10:13:12.504Z','overseer','2026-11-20T10:13:12.504Z',NULL,NULL,NULL,NULL,NULL,NULL,1,'{"name": "understand", "position": 1}');
INSERT INTO "beads" VALUES(52,'we-y2i4t.2','427a3857-0fd0-45cb-ad56-8050d4b27c38','web','Build it in small commits','Change what the bead needs and nothing else, in the manner of the code around it.
Commit after every piece that stands by itself, with a message that says what changed and why.
Your session may end at any moment: what is committed is kept.','','All that the bead asks for is there, and it is committed.','','step','open',2,NULL,NULL,'2026-11-20T10:13:12.504Z','overseer','2026-11-20T10:13:12.504Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,'{"name": "build", "position": 2}');
INSERT INTO "beads" VALUES(53,'we-y2i4t.3','4bcab8a0-e858-45c6-9a7f-f588553d96a7','web','Prove it with tests','Add or change tests so that they fail without your work and pass with it.
Run what the queue will run before it lands this: make test
Mend the cause of a failure. Never skip, weaken or delete a test to make it pass.
A failure that main has without your work is not yours to hide: name it when you close this step, and go on.','','The tests ran just now, on what is committed, and passed; you read their output.','','step','open',2,NULL,NULL,'2026-11-20T10:13:12.504Z','overseer','2026-11-20T10:13:12.504Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,'{"name": "prove", "position": 3}');
INSERT INTO "beads" VALUES(54,'we-y2i4t.4','d41b8877-dbde-45b6-90d0-9bc3c762c6ed','web','Review your own diff','Read the whole diff of your branch as a stranger would, line by line, against the acceptance of we-bck22.
Take out what does not belong: prints, dead code, files made by accident, changes to what nobody asked about.
Look for what is missing: edge cases, errors, the documents, callers of what you changed.
If you change something now, run the tests again.','','Every point of the bead''s acceptance is met by something you can point at; git status is clean.','','step','open',2,NULL,NULL,'2026-11-20T10:13:12.504Z','overseer','2026-11-20T10:13:12.504Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,'{"name": "review", "position": 4}');
INSERT INTO "beads" VALUES(55,'we-y2i4t.5','46e260d7-201c-4b5b-a427-2c6519d7c5c1','web','Hand it over','Run gt done, and end your turn. It closes this step too, and the queue lands the branch.
If nothing needed to change: gt done --no-change "why".','','gt done said that the work is in the merge queue.','','step','open',2,NULL,NULL,'2026-11-20T10:13:12.504Z','overseer','2026-11-20T10:13:12.504Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,'{"name": "hand-over", "position": 5}');
INSERT INTO "beads" VALUES(56,'mr-b0fkn','e310cee5-621e-412d-9373-c53fe817f328','web','Sand the table','','','','','merge-request','closed',2,NULL,NULL,'2026-11-20T10:21:20.560Z','web/polecats/Shadow','2026-11-20T10:25:24.588Z','web/refinery',NULL,'2026-11-20T10:25:24.588Z','web/refinery','sent back',NULL,NULL,NULL,0,'{}');
INSERT INTO "beads" VALUES(57,'we-i61kj','7564f9b9-5709-4022-a154-a8ce3cd8c2ae','web','polecat-work: Mend the door','From a bead to a branch that is ready to land.','','','','molecule','open',1,NULL,'overseer','2026-11-20T10:27:26.602Z','overseer','2026-11-20T10:27:26.602Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,'{"formula": "polecat-work", "vars": {"bead": "we-dr03", "target": "main", "gate": "make test"}}');
INSERT INTO "beads" VALUES(58,'we-i61kj.1','0330cac2-eaa4-4679-b1e0-cd992fbc0088','web','Understand what is asked','Read the bead whole: bd show we-dr03. Comments may say why earlier work came back; begin with that.
Find the code, the tests and the documents that it touches, and read them before you change anything.
Close this step with what done means and how you will show it, in two sentences: -r "…". Whoever goes on reads that.
If the bead leaves something open, take the simplest reading that satisfies its acceptance, and say there which one.','','You can name the files you will change, and the check that fails today and will pass.','','step','in_progress',1,'web/polecats/Toast',NULL,'2026-11-20T10:27:26.602Z','overseer','2026-11-20T10:27:26.602Z','overseer','2026-11-20T10:27:26.602Z',NULL,NULL,NULL,NULL,NULL,NULL,1,'{"name": "understand", "position": 1}');
INSERT INTO "beads" VALUES(59,'we-i61kj.2','fdfc712a-c989-4f74-ab15-a193310e6f51','web','Build it in small commits','Change what the bead needs and nothing else, in the manner of the code around it.
Commit after every piece that stands by itself, with a message that says what changed and why.
Your session may end at any moment: what is committed is kept.','','All that the bead asks for is there, and it is committed.','','step','open',1,NULL,NULL,'2026-11-20T10:27:26.602Z','overseer','2026-11-20T10:27:26.602Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,'{"name": "build", "position": 2}');
INSERT INTO "beads" VALUES(60,'we-i61kj.3','b16b425f-384d-4528-9e64-67b7de54a170','web','Prove it with tests','Add or change tests so that they fail without your work and pass with it.
Run what the queue will run before it lands this: make test
Mend the cause of a failure. Never skip, weaken or delete a test to make it pass.
A failure that main has without your work is not yours to hide: name it when you close this step, and go on.','','The tests ran just now, on what is committed, and passed; you read their output.','','step','open',1,NULL,NULL,'2026-11-20T10:27:26.602Z','overseer','2026-11-20T10:27:26.602Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,'{"name": "prove", "position": 3}');
INSERT INTO "beads" VALUES(61,'we-i61kj.4','6de3eaa0-7147-4350-8b54-be5a22eddb27','web','Review your own diff','Read the whole diff of your branch as a stranger would, line by line, against the acceptance of we-dr03.
Take out what does not belong: prints, dead code, files made by accident, changes to what nobody asked about.
Look for what is missing: edge cases, errors, the documents, callers of what you changed.
If you change something now, run the tests again.','','Every point of the bead''s acceptance is met by something you can point at; git status is clean.','','step','open',1,NULL,NULL,'2026-11-20T10:27:26.602Z','overseer','2026-11-20T10:27:26.602Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,'{"name": "review", "position": 4}');
INSERT INTO "beads" VALUES(62,'we-i61kj.5','b955f2d5-97b6-4166-b9e0-ac3dc19dd5da','web','Hand it over','Run gt done, and end your turn. It closes this step too, and the queue lands the branch.
If nothing needed to change: gt done --no-change "why".','','gt done said that the work is in the merge queue.','','step','open',1,NULL,NULL,'2026-11-20T10:27:26.602Z','overseer','2026-11-20T10:27:26.602Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,'{"name": "hand-over", "position": 5}');
INSERT INTO "beads" VALUES(63,'we-e6an8','933654f4-0d99-4d0e-a9d4-684366931219','web','polecat-work: Glaze the window','From a bead to a branch that is ready to land.','','','','molecule','open',1,NULL,'overseer','2026-11-20T10:31:30.630Z','overseer','2026-11-20T10:31:30.630Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,'{"formula": "polecat-work", "vars": {"bead": "we-win04", "target": "main", "gate": "make test"}}');
INSERT INTO "beads" VALUES(64,'we-e6an8.1','1ac73fb8-59ac-4623-bebf-cfa3ebc46646','web','Understand what is asked','Read the bead whole: bd show we-win04. Comments may say why earlier work came back; begin with that.
Find the code, the tests and the documents that it touches, and read them before you change anything.
Close this step with what done means and how you will show it, in two sentences: -r "…". Whoever goes on reads that.
If the bead leaves something open, take the simplest reading that satisfies its acceptance, and say there which one.','','You can name the files you will change, and the check that fails today and will pass.','','step','in_progress',1,'web/polecats/Shadow',NULL,'2026-11-20T10:31:30.630Z','overseer','2026-11-20T10:31:30.630Z','overseer','2026-11-20T10:31:30.630Z',NULL,NULL,NULL,NULL,NULL,NULL,1,'{"name": "understand", "position": 1}');
INSERT INTO "beads" VALUES(65,'we-e6an8.2','9fe32c11-9316-4744-b542-11de6ee9c2be','web','Build it in small commits','Change what the bead needs and nothing else, in the manner of the code around it.
Commit after every piece that stands by itself, with a message that says what changed and why.
Your session may end at any moment: what is committed is kept.','','All that the bead asks for is there, and it is committed.','','step','open',1,NULL,NULL,'2026-11-20T10:31:30.630Z','overseer','2026-11-20T10:31:30.630Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,'{"name": "build", "position": 2}');
INSERT INTO "beads" VALUES(66,'we-e6an8.3','9c39c7bf-f23e-4f9a-87da-44d0c4f538e5','web','Prove it with tests','Add or change tests so that they fail without your work and pass with it.
Run what the queue will run before it lands this: make test
Mend the cause of a failure. Never skip, weaken or delete a test to make it pass.
A failure that main has without your work is not yours to hide: name it when you close this step, and go on.','','The tests ran just now, on what is committed, and passed; you read their output.','','step','open',1,NULL,NULL,'2026-11-20T10:31:30.630Z','overseer','2026-11-20T10:31:30.630Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,'{"name": "prove", "position": 3}');
INSERT INTO "beads" VALUES(67,'we-e6an8.4','4cb14fdf-e5c3-4656-92d9-c61a9cae967a','web','Review your own diff','Read the whole diff of your branch as a stranger would, line by line, against the acceptance of we-win04.
Take out what does not belong: prints, dead code, files made by accident, changes to what nobody asked about.
Look for what is missing: edge cases, errors, the documents, callers of what you changed.
If you change something now, run the tests again.','','Every point of the bead''s acceptance is met by something you can point at; git status is clean.','','step','open',1,NULL,NULL,'2026-11-20T10:31:30.630Z','overseer','2026-11-20T10:31:30.630Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,'{"name": "review", "position": 4}');
INSERT INTO "beads" VALUES(68,'we-e6an8.5','ecfade45-09c0-4503-851e-71e952c289e3','web','Hand it over','Run gt done, and end your turn. It closes this step too, and the queue lands the branch.
If nothing needed to change: gt done --no-change "why".','','gt done said that the work is in the merge queue.','','step','open',1,NULL,NULL,'2026-11-20T10:31:30.630Z','overseer','2026-11-20T10:31:30.630Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,'{"name": "hand-over", "position": 5}');
INSERT INTO "beads" VALUES(69,'ap-mzpz8','3603a4bd-bcec-415b-9f91-03ebbc3c58f0','api','polecat-work: Answer the bell','From a bead to a branch that is ready to land.','','','','molecule','open',2,NULL,'overseer','2026-11-20T10:36:35.665Z','overseer','2026-11-20T10:36:35.665Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,'{"formula": "polecat-work", "vars": {"bead": "ap-ans19", "target": "main", "gate": "make test"}}');
INSERT INTO "beads" VALUES(70,'ap-mzpz8.1','0b6176a5-bd61-4f2d-82cb-e50c09ef2cfc','api','Understand what is asked','Read the bead whole: bd show ap-ans19. Comments may say why earlier work came back; begin with that.
Find the code, the tests and the documents that it touches, and read them before you change anything.
Close this step with what done means and how you will show it, in two sentences: -r "…". Whoever goes on reads that.
If the bead leaves something open, take the simplest reading that satisfies its acceptance, and say there which one.','','You can name the files you will change, and the check that fails today and will pass.','','step','open',2,NULL,NULL,'2026-11-20T10:36:35.665Z','overseer','2026-11-20T10:40:39.693Z','overseer','2026-11-20T10:36:35.665Z',NULL,NULL,NULL,NULL,NULL,NULL,1,'{"name": "understand", "position": 1}');
INSERT INTO "beads" VALUES(71,'ap-mzpz8.2','9486f0ce-41d6-48b3-ae48-c7e99bec6f5f','api','Build it in small commits','Change what the bead needs and nothing else, in the manner of the code around it.
Commit after every piece that stands by itself, with a message that says what changed and why.
Your session may end at any moment: what is committed is kept.','','All that the bead asks for is there, and it is committed.','','step','open',2,NULL,NULL,'2026-11-20T10:36:35.665Z','overseer','2026-11-20T10:36:35.665Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,'{"name": "build", "position": 2}');
INSERT INTO "beads" VALUES(72,'ap-mzpz8.3','4c345c30-130e-44b9-b0ef-111de4db9d68','api','Prove it with tests','Add or change tests so that they fail without your work and pass with it.
Run what the queue will run before it lands this: make test
Mend the cause of a failure. Never skip, weaken or delete a test to make it pass.
A failure that main has without your work is not yours to hide: name it when you close this step, and go on.','','The tests ran just now, on what is committed, and passed; you read their output.','','step','open',2,NULL,NULL,'2026-11-20T10:36:35.665Z','overseer','2026-11-20T10:36:35.665Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,'{"name": "prove", "position": 3}');
INSERT INTO "beads" VALUES(73,'ap-mzpz8.4','746035fb-8a79-48fc-ad4f-3d5fe68a4b49','api','Review your own diff','Read the whole diff of your branch as a stranger would, line by line, against the acceptance of ap-ans19.
Take out what does not belong: prints, dead code, files made by accident, changes to what nobody asked about.
Look for what is missing: edge cases, errors, the documents, callers of what you changed.
If you change something now, run the tests again.','','Every point of the bead''s acceptance is met by something you can point at; git status is clean.','','step','open',2,NULL,NULL,'2026-11-20T10:36:35.665Z','overseer','2026-11-20T10:36:35.665Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,'{"name": "review", "position": 4}');
INSERT INTO "beads" VALUES(74,'ap-mzpz8.5','1b245a78-b409-47dd-b8cf-f3fee54bee27','api','Hand it over','Run gt done, and end your turn. It closes this step too, and the queue lands the branch.
If nothing needed to change: gt done --no-change "why".','','gt done said that the work is in the merge queue.','','step','open',2,NULL,NULL,'2026-11-20T10:36:35.665Z','overseer','2026-11-20T10:36:35.665Z','overseer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,'{"name": "hand-over", "position": 5}');
CREATE TABLE "dependencies" (
    bead TEXT NOT NULL REFERENCES beads (id) ON UPDATE CASCADE,
    depends_on TEXT NOT NULL REFERENCES beads (id) ON UPDATE CASCADE,
    kind TEXT NOT NULL,
    created_at TEXT NOT NULL,
    created_by TEXT NOT NULL,
    PRIMARY KEY (bead, depends_on, kind),
    CHECK (bead <> depends_on)
) STRICT, WITHOUT ROWID;
INSERT INTO "dependencies" VALUES('ap-mzpz8','ap-ans19','parent-child','2026-11-20T10:36:35.665Z','overseer');
INSERT INTO "dependencies" VALUES('ap-mzpz8.1','ap-mzpz8','parent-child','2026-11-20T10:36:35.665Z','overseer');
INSERT INTO "dependencies" VALUES('ap-mzpz8.2','ap-mzpz8','parent-child','2026-11-20T10:36:35.665Z','overseer');
INSERT INTO "dependencies" VALUES('ap-mzpz8.2','ap-mzpz8.1','blocks','2026-11-20T10:36:35.665Z','overseer');
INSERT INTO "dependencies" VALUES('ap-mzpz8.3','ap-mzpz8','parent-child','2026-11-20T10:36:35.665Z','overseer');
INSERT INTO "dependencies" VALUES('ap-mzpz8.3','ap-mzpz8.2','blocks','2026-11-20T10:36:35.665Z','overseer');
INSERT INTO "dependencies" VALUES('ap-mzpz8.4','ap-mzpz8','parent-child','2026-11-20T10:36:35.665Z','overseer');
INSERT INTO "dependencies" VALUES('ap-mzpz8.4','ap-mzpz8.3','blocks','2026-11-20T10:36:35.665Z','overseer');
INSERT INTO "dependencies" VALUES('ap-mzpz8.5','ap-mzpz8','parent-child','2026-11-20T10:36:35.665Z','overseer');
INSERT INTO "dependencies" VALUES('ap-mzpz8.5','ap-mzpz8.4','blocks','2026-11-20T10:36:35.665Z','overseer');
INSERT INTO "dependencies" VALUES('ap-rdy20','we-rdy14','related','2026-11-20T09:29:29.203Z','overseer');
INSERT INTO "dependencies" VALUES('cv-123b7','we-hld21','tracks','2026-11-20T10:02:01.427Z','overseer');
INSERT INTO "dependencies" VALUES('cv-c9in4','we-lnd16','tracks','2026-11-20T09:38:38.266Z','overseer');
INSERT INTO "dependencies" VALUES('cv-hovq6','we-que15','tracks','2026-11-20T09:52:52.364Z','overseer');
INSERT INTO "dependencies" VALUES('cv-i72qx','we-dr03','tracks','2026-11-20T09:35:35.245Z','overseer');
INSERT INTO "dependencies" VALUES('cv-i72qx','we-win04','tracks','2026-11-20T09:35:35.245Z','overseer');
INSERT INTO "dependencies" VALUES('cv-r8t6v','ap-ans19','tracks','2026-11-20T09:36:36.252Z','overseer');
INSERT INTO "dependencies" VALUES('cv-rryj5','we-bck22','tracks','2026-11-20T10:14:13.511Z','overseer');
INSERT INTO "dependencies" VALUES('mr-5hdei','we-lnd16','tracks','2026-11-20T09:45:45.315Z','web/polecats/Toast');
INSERT INTO "dependencies" VALUES('mr-b0fkn','we-bck22','tracks','2026-11-20T10:21:20.560Z','web/polecats/Shadow');
INSERT INTO "dependencies" VALUES('mr-r5fwm','we-hld21','tracks','2026-11-20T10:09:08.476Z','web/polecats/Shadow');
INSERT INTO "dependencies" VALUES('mr-xa89b','we-que15','tracks','2026-11-20T09:59:59.413Z','web/polecats/Toast');
INSERT INTO "dependencies" VALUES('we-748qh','we-hld21','parent-child','2026-11-20T10:01:00.420Z','overseer');
INSERT INTO "dependencies" VALUES('we-748qh.1','we-748qh','parent-child','2026-11-20T10:01:00.420Z','overseer');
INSERT INTO "dependencies" VALUES('we-748qh.2','we-748qh','parent-child','2026-11-20T10:01:00.420Z','overseer');
INSERT INTO "dependencies" VALUES('we-748qh.2','we-748qh.1','blocks','2026-11-20T10:01:00.420Z','overseer');
INSERT INTO "dependencies" VALUES('we-748qh.3','we-748qh','parent-child','2026-11-20T10:01:00.420Z','overseer');
INSERT INTO "dependencies" VALUES('we-748qh.3','we-748qh.2','blocks','2026-11-20T10:01:00.420Z','overseer');
INSERT INTO "dependencies" VALUES('we-748qh.4','we-748qh','parent-child','2026-11-20T10:01:00.420Z','overseer');
INSERT INTO "dependencies" VALUES('we-748qh.4','we-748qh.3','blocks','2026-11-20T10:01:00.420Z','overseer');
INSERT INTO "dependencies" VALUES('we-748qh.5','we-748qh','parent-child','2026-11-20T10:01:00.420Z','overseer');
INSERT INTO "dependencies" VALUES('we-748qh.5','we-748qh.4','blocks','2026-11-20T10:01:00.420Z','overseer');
INSERT INTO "dependencies" VALUES('we-ask09','we-hse01','related','2026-11-20T09:27:27.189Z','overseer');
INSERT INTO "dependencies" VALUES('we-bat08','we-rof06','parent-child','2026-11-20T09:08:08.056Z','overseer');
INSERT INTO "dependencies" VALUES('we-dr03','we-flr02','parent-child','2026-11-20T09:03:03.021Z','overseer');
INSERT INTO "dependencies" VALUES('we-e6an8','we-win04','parent-child','2026-11-20T10:31:30.630Z','overseer');
INSERT INTO "dependencies" VALUES('we-e6an8.1','we-e6an8','parent-child','2026-11-20T10:31:30.630Z','overseer');
INSERT INTO "dependencies" VALUES('we-e6an8.2','we-e6an8','parent-child','2026-11-20T10:31:30.630Z','overseer');
INSERT INTO "dependencies" VALUES('we-e6an8.2','we-e6an8.1','blocks','2026-11-20T10:31:30.630Z','overseer');
INSERT INTO "dependencies" VALUES('we-e6an8.3','we-e6an8','parent-child','2026-11-20T10:31:30.630Z','overseer');
INSERT INTO "dependencies" VALUES('we-e6an8.3','we-e6an8.2','blocks','2026-11-20T10:31:30.630Z','overseer');
INSERT INTO "dependencies" VALUES('we-e6an8.4','we-e6an8','parent-child','2026-11-20T10:31:30.630Z','overseer');
INSERT INTO "dependencies" VALUES('we-e6an8.4','we-e6an8.3','blocks','2026-11-20T10:31:30.630Z','overseer');
INSERT INTO "dependencies" VALUES('we-e6an8.5','we-e6an8','parent-child','2026-11-20T10:31:30.630Z','overseer');
INSERT INTO "dependencies" VALUES('we-e6an8.5','we-e6an8.4','blocks','2026-11-20T10:31:30.630Z','overseer');
INSERT INTO "dependencies" VALUES('we-ese7m','we-lnd16','parent-child','2026-11-20T09:37:37.259Z','overseer');
INSERT INTO "dependencies" VALUES('we-ese7m.1','we-ese7m','parent-child','2026-11-20T09:37:37.259Z','overseer');
INSERT INTO "dependencies" VALUES('we-ese7m.2','we-ese7m','parent-child','2026-11-20T09:37:37.259Z','overseer');
INSERT INTO "dependencies" VALUES('we-ese7m.2','we-ese7m.1','blocks','2026-11-20T09:37:37.259Z','overseer');
INSERT INTO "dependencies" VALUES('we-ese7m.3','we-ese7m','parent-child','2026-11-20T09:37:37.259Z','overseer');
INSERT INTO "dependencies" VALUES('we-ese7m.3','we-ese7m.2','blocks','2026-11-20T09:37:37.259Z','overseer');
INSERT INTO "dependencies" VALUES('we-ese7m.4','we-ese7m','parent-child','2026-11-20T09:37:37.259Z','overseer');
INSERT INTO "dependencies" VALUES('we-ese7m.4','we-ese7m.3','blocks','2026-11-20T09:37:37.259Z','overseer');
INSERT INTO "dependencies" VALUES('we-ese7m.5','we-ese7m','parent-child','2026-11-20T09:37:37.259Z','overseer');
INSERT INTO "dependencies" VALUES('we-ese7m.5','we-ese7m.4','blocks','2026-11-20T09:37:37.259Z','overseer');
INSERT INTO "dependencies" VALUES('we-flr02','we-hse01','parent-child','2026-11-20T09:02:02.014Z','overseer');
INSERT INTO "dependencies" VALUES('we-i61kj','we-dr03','parent-child','2026-11-20T10:27:26.602Z','overseer');
INSERT INTO "dependencies" VALUES('we-i61kj.1','we-i61kj','parent-child','2026-11-20T10:27:26.602Z','overseer');
INSERT INTO "dependencies" VALUES('we-i61kj.2','we-i61kj','parent-child','2026-11-20T10:27:26.602Z','overseer');
INSERT INTO "dependencies" VALUES('we-i61kj.2','we-i61kj.1','blocks','2026-11-20T10:27:26.602Z','overseer');
INSERT INTO "dependencies" VALUES('we-i61kj.3','we-i61kj','parent-child','2026-11-20T10:27:26.602Z','overseer');
INSERT INTO "dependencies" VALUES('we-i61kj.3','we-i61kj.2','blocks','2026-11-20T10:27:26.602Z','overseer');
INSERT INTO "dependencies" VALUES('we-i61kj.4','we-i61kj','parent-child','2026-11-20T10:27:26.602Z','overseer');
INSERT INTO "dependencies" VALUES('we-i61kj.4','we-i61kj.3','blocks','2026-11-20T10:27:26.602Z','overseer');
INSERT INTO "dependencies" VALUES('we-i61kj.5','we-i61kj','parent-child','2026-11-20T10:27:26.602Z','overseer');
INSERT INTO "dependencies" VALUES('we-i61kj.5','we-i61kj.4','blocks','2026-11-20T10:27:26.602Z','overseer');
INSERT INTO "dependencies" VALUES('we-in18','we-stp17','parent-child','2026-11-20T09:18:18.126Z','overseer');
INSERT INTO "dependencies" VALUES('we-pnt05','we-ask09','blocks','2026-11-20T09:24:24.168Z','overseer');
INSERT INTO "dependencies" VALUES('we-pnt05','we-dr03','blocks','2026-11-20T09:23:23.161Z','overseer');
INSERT INTO "dependencies" VALUES('we-pnt05','we-flr02','parent-child','2026-11-20T09:05:05.035Z','overseer');
INSERT INTO "dependencies" VALUES('we-rdy14','we-old11','blocks','2026-11-20T09:28:28.196Z','overseer');
INSERT INTO "dependencies" VALUES('we-rof06','we-flr02','blocks','2026-11-20T09:25:25.175Z','overseer');
INSERT INTO "dependencies" VALUES('we-rof06','we-hse01','parent-child','2026-11-20T09:06:06.042Z','overseer');
INSERT INTO "dependencies" VALUES('we-til07','we-bat08','blocks','2026-11-20T09:26:26.182Z','overseer');
INSERT INTO "dependencies" VALUES('we-til07','we-rof06','parent-child','2026-11-20T09:07:07.049Z','overseer');
INSERT INTO "dependencies" VALUES('we-vzafm','we-que15','parent-child','2026-11-20T09:51:51.357Z','overseer');
INSERT INTO "dependencies" VALUES('we-vzafm.1','we-vzafm','parent-child','2026-11-20T09:51:51.357Z','overseer');
INSERT INTO "dependencies" VALUES('we-vzafm.2','we-vzafm','parent-child','2026-11-20T09:51:51.357Z','overseer');
INSERT INTO "dependencies" VALUES('we-vzafm.2','we-vzafm.1','blocks','2026-11-20T09:51:51.357Z','overseer');
INSERT INTO "dependencies" VALUES('we-vzafm.3','we-vzafm','parent-child','2026-11-20T09:51:51.357Z','overseer');
INSERT INTO "dependencies" VALUES('we-vzafm.3','we-vzafm.2','blocks','2026-11-20T09:51:51.357Z','overseer');
INSERT INTO "dependencies" VALUES('we-vzafm.4','we-vzafm','parent-child','2026-11-20T09:51:51.357Z','overseer');
INSERT INTO "dependencies" VALUES('we-vzafm.4','we-vzafm.3','blocks','2026-11-20T09:51:51.357Z','overseer');
INSERT INTO "dependencies" VALUES('we-vzafm.5','we-vzafm','parent-child','2026-11-20T09:51:51.357Z','overseer');
INSERT INTO "dependencies" VALUES('we-vzafm.5','we-vzafm.4','blocks','2026-11-20T09:51:51.357Z','overseer');
INSERT INTO "dependencies" VALUES('we-win04','we-flr02','parent-child','2026-11-20T09:04:04.028Z','overseer');
INSERT INTO "dependencies" VALUES('we-y2i4t','we-bck22','parent-child','2026-11-20T10:13:12.504Z','overseer');
INSERT INTO "dependencies" VALUES('we-y2i4t.1','we-y2i4t','parent-child','2026-11-20T10:13:12.504Z','overseer');
INSERT INTO "dependencies" VALUES('we-y2i4t.2','we-y2i4t','parent-child','2026-11-20T10:13:12.504Z','overseer');
INSERT INTO "dependencies" VALUES('we-y2i4t.2','we-y2i4t.1','blocks','2026-11-20T10:13:12.504Z','overseer');
INSERT INTO "dependencies" VALUES('we-y2i4t.3','we-y2i4t','parent-child','2026-11-20T10:13:12.504Z','overseer');
INSERT INTO "dependencies" VALUES('we-y2i4t.3','we-y2i4t.2','blocks','2026-11-20T10:13:12.504Z','overseer');
INSERT INTO "dependencies" VALUES('we-y2i4t.4','we-y2i4t','parent-child','2026-11-20T10:13:12.504Z','overseer');
INSERT INTO "dependencies" VALUES('we-y2i4t.4','we-y2i4t.3','blocks','2026-11-20T10:13:12.504Z','overseer');
INSERT INTO "dependencies" VALUES('we-y2i4t.5','we-y2i4t','parent-child','2026-11-20T10:13:12.504Z','overseer');
INSERT INTO "dependencies" VALUES('we-y2i4t.5','we-y2i4t.4','blocks','2026-11-20T10:13:12.504Z','overseer');
CREATE TABLE "labels" (
    bead TEXT NOT NULL REFERENCES beads (id) ON UPDATE CASCADE,
    label TEXT NOT NULL,
    PRIMARY KEY (bead, label)
) STRICT, WITHOUT ROWID;
INSERT INTO "labels" VALUES('we-ask09','people');
INSERT INTO "labels" VALUES('we-dr03','urgent');
INSERT INTO "labels" VALUES('we-dr03','wood');
CREATE TABLE "comments" (
    id INTEGER PRIMARY KEY,
    bead TEXT NOT NULL REFERENCES beads (id) ON UPDATE CASCADE,
    author TEXT NOT NULL,
    body TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT;
INSERT INTO "comments" VALUES(1,'we-dr03','overseer','The frame is warped too.','2026-11-20T09:30:30.210Z');
INSERT INTO "comments" VALUES(2,'we-dr03','overseer','I have seen worse.','2026-11-20T09:31:31.217Z');
CREATE TABLE "agents" (
    address TEXT PRIMARY KEY,
    role TEXT NOT NULL,
    rig TEXT,
    name TEXT NOT NULL,
    hook_bead TEXT UNIQUE REFERENCES beads (id) ON UPDATE CASCADE,   -- if it is set, it runs
    runtime TEXT,                                                    -- NULL: the town's default
    paused TEXT,                                                     -- NULL, or why a person paused it
    created_at TEXT NOT NULL
) STRICT;
INSERT INTO "agents" VALUES('api/polecats/Rictus','polecat','api','Rictus',NULL,NULL,NULL,'2026-11-20T10:36:35.665Z');
INSERT INTO "agents" VALUES('web/polecats/Shadow','polecat','web','Shadow','we-win04',NULL,NULL,'2026-11-20T10:01:00.420Z');
INSERT INTO "agents" VALUES('web/polecats/Toast','polecat','web','Toast','we-dr03',NULL,NULL,'2026-11-20T09:37:37.259Z');
CREATE TABLE "assignments" (
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
INSERT INTO "assignments" VALUES(1,'we-lnd16','web/polecats/Toast','overseer',NULL,'2026-11-20T09:37:37.259Z','polecat/Toast/we-lnd16','ba5eba5eba5eba5eba5eba5eba5eba5eba5eba5e','beefbeefbeefbeefbeefbeefbeefbeefbeefbeef','2026-11-20T09:42:42.294Z',1,NULL,'2026-11-20T09:43:43.301Z','submitted');
INSERT INTO "assignments" VALUES(2,'we-que15','web/polecats/Toast','overseer',NULL,'2026-11-20T09:51:51.357Z','polecat/Toast/we-que15','ba5eba5eba5eba5eba5eba5eba5eba5eba5eba5e','feedfeedfeedfeedfeedfeedfeedfeedfeedfeed','2026-11-20T09:56:56.392Z',2,NULL,'2026-11-20T09:57:57.399Z','submitted');
INSERT INTO "assignments" VALUES(3,'we-hld21','web/polecats/Shadow','overseer',NULL,'2026-11-20T10:01:00.420Z','polecat/Shadow/we-hld21','ba5eba5eba5eba5eba5eba5eba5eba5eba5eba5e','f00df00df00df00df00df00df00df00df00df00d','2026-11-20T10:06:05.455Z',3,NULL,'2026-11-20T10:07:06.462Z','submitted');
INSERT INTO "assignments" VALUES(4,'we-bck22','web/polecats/Shadow','overseer',NULL,'2026-11-20T10:13:12.504Z','polecat/Shadow/we-bck22','ba5eba5eba5eba5eba5eba5eba5eba5eba5eba5e','deaddeaddeaddeaddeaddeaddeaddeaddeaddead','2026-11-20T10:18:17.539Z',4,NULL,'2026-11-20T10:19:18.546Z','submitted');
INSERT INTO "assignments" VALUES(5,'we-dr03','web/polecats/Toast','overseer',NULL,'2026-11-20T10:27:26.602Z','polecat/Toast/we-dr03','ba5eba5eba5eba5eba5eba5eba5eba5eba5eba5e',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "assignments" VALUES(6,'we-win04','web/polecats/Shadow','overseer',NULL,'2026-11-20T10:31:30.630Z','polecat/Shadow/we-win04','ba5eba5eba5eba5eba5eba5eba5eba5eba5eba5e',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "assignments" VALUES(7,'ap-ans19','api/polecats/Rictus','overseer',NULL,'2026-11-20T10:36:35.665Z','polecat/Rictus/ap-ans19','ba5eba5eba5eba5eba5eba5eba5eba5eba5eba5e',NULL,NULL,NULL,NULL,'2026-11-20T10:40:39.693Z','unslung');
CREATE TABLE "incarnations" (
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
INSERT INTO "incarnations" VALUES(1,'web/polecats/Toast',1,'we-lnd16','4822e94ce146abd682de09be5bf0d2be06635e31d3732edb12fd774397f5f948','c-0','we-Toast',NULL,'2026-11-20T09:39:39.273Z',4001,'2026-11-20T09:40:40.280Z',NULL,0,NULL,NULL,NULL,'2026-11-20T09:44:44.308Z','beefbeefbeefbeefbeefbeefbeefbeefbeefbeef','it is done');
INSERT INTO "incarnations" VALUES(2,'web/polecats/Toast',2,'we-que15','8dd0a79b318cd4102ed9a498a40252e83e97a2c62e43c997b44f4b84b33ef26c','c-0','we-Toast',NULL,'2026-11-20T09:53:53.371Z',4002,'2026-11-20T09:54:54.378Z',NULL,0,NULL,NULL,NULL,'2026-11-20T09:58:58.406Z','feedfeedfeedfeedfeedfeedfeedfeedfeedfeed','it is done');
INSERT INTO "incarnations" VALUES(3,'web/polecats/Shadow',3,'we-hld21','6e339a406fb8d0ccb812940d533db38b8c35edf716a32d6d23e236c23816fc74','c-0','we-Toast',NULL,'2026-11-20T10:03:02.434Z',4003,'2026-11-20T10:04:03.441Z',NULL,0,NULL,NULL,NULL,'2026-11-20T10:08:07.469Z','f00df00df00df00df00df00df00df00df00df00d','it is done');
INSERT INTO "incarnations" VALUES(4,'web/polecats/Shadow',4,'we-bck22','2806068d6284ab9502964288bbdffe0c61054830b707c30c2448d823ba06310a','c-0','we-Toast',NULL,'2026-11-20T10:15:14.518Z',4004,'2026-11-20T10:16:15.525Z',NULL,0,NULL,NULL,NULL,'2026-11-20T10:20:19.553Z','deaddeaddeaddeaddeaddeaddeaddeaddeaddead','it is done');
INSERT INTO "incarnations" VALUES(5,'web/polecats/Toast',5,'we-dr03','db0d5469e2c12ae4b6ae764f36e33ed52554bd275389a21a22dc61365a5bcbcc','c-0','we-Toast',NULL,'2026-11-20T10:28:27.609Z',4005,'2026-11-20T10:29:28.616Z',NULL,0,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "incarnations" VALUES(6,'web/polecats/Shadow',6,'we-win04','3c5eb42c109ed174603b5caa69eb1bdab8a8e98268421051002bb28e4d6297d9','c-0','we-Toast',NULL,'2026-11-20T10:32:31.637Z',4006,'2026-11-20T10:33:32.644Z',NULL,0,NULL,NULL,NULL,'2026-11-20T10:35:34.658Z',NULL,'the session ended');
INSERT INTO "incarnations" VALUES(7,'web/polecats/Shadow',6,'we-win04','7a200dd93d99d96b905b93a1a82b849a28a12fa79e7faf3beb10dff7d0d584d1','c-0','we-Toast',NULL,'2026-11-20T10:35:34.658Z',NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "incarnations" VALUES(8,'api/polecats/Rictus',7,'ap-ans19','1cfcbf268acf47aeb813579db199c0cd250311e8316cfdd2a716bb31cbe36043','c-0','we-Toast',NULL,'2026-11-20T10:37:36.672Z',4008,'2026-11-20T10:38:37.679Z',NULL,0,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE "merge_requests" (
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
INSERT INTO "merge_requests" VALUES('mr-5hdei','we-lnd16','web','web/polecats/Toast',1,'beefbeefbeefbeefbeefbeefbeefbeefbeefbeef','polecat/Toast/we-lnd16','main','merged','landed as beefbee',NULL,NULL,0,'2026-11-20T09:45:45.315Z','ba5eba5eba5eba5eba5eba5eba5eba5eba5eba5e','beefbeefbeefbeefbeefbeefbeefbeefbeefbeef','2026-11-20T09:48:48.336Z');
INSERT INTO "merge_requests" VALUES('mr-b0fkn','we-bck22','web','web/polecats/Shadow',4,'deaddeaddeaddeaddeaddeaddeaddeaddeaddead','polecat/Shadow/we-bck22','main','sent_back','the gate failed',NULL,NULL,0,'2026-11-20T10:21:20.560Z',NULL,NULL,'2026-11-20T10:24:23.581Z');
INSERT INTO "merge_requests" VALUES('mr-r5fwm','we-hld21','web','web/polecats/Shadow',3,'f00df00df00df00df00df00df00df00df00df00d','polecat/Shadow/we-hld21','main','held','the gate could not run','c0ffee',NULL,0,'2026-11-20T10:09:08.476Z',NULL,NULL,NULL);
INSERT INTO "merge_requests" VALUES('mr-xa89b','we-que15','web','web/polecats/Toast',2,'feedfeedfeedfeedfeedfeedfeedfeedfeedfeed','polecat/Toast/we-que15','main','queued',NULL,NULL,NULL,0,'2026-11-20T09:59:59.413Z',NULL,NULL,NULL);
CREATE TABLE "gate_runs" (
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
INSERT INTO "gate_runs" VALUES(1,'mr-5hdei',0,'abad1deaabad1deaabad1deaabad1deaabad1dea','make test','logs/gates/mr-5hdei','2026-11-20T09:46:46.322Z','2026-11-20T09:47:47.329Z',0,'passed');
INSERT INTO "gate_runs" VALUES(2,'mr-r5fwm',0,'abad1deaabad1deaabad1deaabad1deaabad1dea','make test','logs/gates/mr-r5fwm','2026-11-20T10:10:09.483Z','2026-11-20T10:11:10.490Z',NULL,'could_not_run');
INSERT INTO "gate_runs" VALUES(3,'mr-b0fkn',0,'abad1deaabad1deaabad1deaabad1deaabad1dea','make test','logs/gates/mr-b0fkn','2026-11-20T10:22:21.567Z','2026-11-20T10:23:22.574Z',1,'failed');
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
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(1,NULL,2,0,0,0,0,0,'web',2,'2026-11-20T09:01:01.007Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(2,1,3,0,0,0,0,0,'web',1,'2026-11-20T09:02:02.014Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(3,2,1,0,0,0,0,0,'web',1,'2026-11-20T09:03:03.021Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(4,2,1,0,0,0,0,0,'web',1,'2026-11-20T09:04:04.028Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(5,2,0,2,0,1,0,0,'web',2,'2026-11-20T09:05:05.035Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(6,1,2,1,0,0,0,0,'web',2,'2026-11-20T09:06:06.042Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(7,6,0,1,1,1,0,0,'web',3,'2026-11-20T09:07:07.049Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(8,6,0,0,1,1,0,0,'web',2,'2026-11-20T09:08:08.056Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(9,NULL,0,0,0,1,0,0,'web',2,'2026-11-20T09:09:09.063Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(10,NULL,0,0,0,1,0,0,'web',2,'2026-11-20T09:10:10.070Z','2027-04-01T06:00:00.000Z');
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(11,NULL,0,0,0,0,0,1,'web',2,'2026-11-20T09:11:11.077Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(12,NULL,0,0,0,1,0,0,'web',2,'2026-11-20T09:12:12.084Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(13,NULL,0,0,0,1,0,0,'web',2,'2026-11-20T09:13:13.091Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(14,NULL,0,0,0,1,0,0,'web',0,'2026-11-20T09:14:14.098Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(15,NULL,1,0,0,0,0,0,'web',2,'2026-11-20T09:15:15.105Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(16,NULL,1,0,0,0,0,1,'web',2,'2026-11-20T09:16:16.112Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(17,NULL,1,0,0,0,1,0,'web',2,'2026-11-20T09:17:17.119Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(18,17,0,0,1,1,0,0,'web',2,'2026-11-20T09:18:18.126Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(19,NULL,1,0,0,1,0,0,'api',2,'2026-11-20T09:19:19.133Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(20,NULL,0,0,0,1,0,0,'api',2,'2026-11-20T09:20:20.140Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(21,NULL,1,0,0,0,0,0,'web',2,'2026-11-20T09:21:21.147Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(22,NULL,1,0,0,1,0,0,'web',2,'2026-11-20T09:22:22.154Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(23,NULL,0,0,0,0,0,0,'',2,'2026-11-20T09:35:35.245Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(24,NULL,0,0,0,0,0,0,'',2,'2026-11-20T09:36:36.252Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(25,NULL,0,0,0,0,0,0,'',2,'2026-11-20T09:38:38.266Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(26,16,5,0,0,0,0,0,'web',2,'2026-11-20T09:37:37.259Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(27,26,0,0,0,0,0,0,'web',2,'2026-11-20T09:37:37.259Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(28,26,0,1,0,0,0,0,'web',2,'2026-11-20T09:37:37.259Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(29,26,0,1,0,0,0,0,'web',2,'2026-11-20T09:37:37.259Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(30,26,0,1,0,0,0,0,'web',2,'2026-11-20T09:37:37.259Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(31,26,0,1,0,0,0,0,'web',2,'2026-11-20T09:37:37.259Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(32,NULL,0,0,0,0,0,1,'web',2,'2026-11-20T09:45:45.315Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(33,NULL,0,0,0,0,0,0,'',2,'2026-11-20T09:52:52.364Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(34,15,5,0,0,0,0,0,'web',2,'2026-11-20T09:51:51.357Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(35,34,0,0,0,0,0,0,'web',2,'2026-11-20T09:51:51.357Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(36,34,0,1,0,0,0,0,'web',2,'2026-11-20T09:51:51.357Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(37,34,0,1,0,0,0,0,'web',2,'2026-11-20T09:51:51.357Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(38,34,0,1,0,0,0,0,'web',2,'2026-11-20T09:51:51.357Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(39,34,0,1,0,0,0,0,'web',2,'2026-11-20T09:51:51.357Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(40,NULL,0,0,0,0,0,0,'web',2,'2026-11-20T09:59:59.413Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(41,NULL,0,0,0,0,0,0,'',2,'2026-11-20T10:02:01.427Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(42,21,5,0,0,0,0,0,'web',2,'2026-11-20T10:01:00.420Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(43,42,0,0,0,0,0,0,'web',2,'2026-11-20T10:01:00.420Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(44,42,0,1,0,0,0,0,'web',2,'2026-11-20T10:01:00.420Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(45,42,0,1,0,0,0,0,'web',2,'2026-11-20T10:01:00.420Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(46,42,0,1,0,0,0,0,'web',2,'2026-11-20T10:01:00.420Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(47,42,0,1,0,0,0,0,'web',2,'2026-11-20T10:01:00.420Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(48,NULL,0,0,0,0,0,0,'web',2,'2026-11-20T10:09:08.476Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(49,NULL,0,0,0,0,0,0,'',2,'2026-11-20T10:14:13.511Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(50,22,5,0,0,0,0,0,'web',2,'2026-11-20T10:13:12.504Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(51,50,0,0,0,0,0,0,'web',2,'2026-11-20T10:13:12.504Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(52,50,0,1,0,0,0,0,'web',2,'2026-11-20T10:13:12.504Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(53,50,0,1,0,0,0,0,'web',2,'2026-11-20T10:13:12.504Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(54,50,0,1,0,0,0,0,'web',2,'2026-11-20T10:13:12.504Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(55,50,0,1,0,0,0,0,'web',2,'2026-11-20T10:13:12.504Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(56,NULL,0,0,0,0,0,1,'web',2,'2026-11-20T10:21:20.560Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(57,3,5,0,0,0,0,0,'web',1,'2026-11-20T10:27:26.602Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(58,57,0,0,0,0,0,0,'web',1,'2026-11-20T10:27:26.602Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(59,57,0,1,0,0,0,0,'web',1,'2026-11-20T10:27:26.602Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(60,57,0,1,0,0,0,0,'web',1,'2026-11-20T10:27:26.602Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(61,57,0,1,0,0,0,0,'web',1,'2026-11-20T10:27:26.602Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(62,57,0,1,0,0,0,0,'web',1,'2026-11-20T10:27:26.602Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(63,4,5,0,0,0,0,0,'web',1,'2026-11-20T10:31:30.630Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(64,63,0,0,0,0,0,0,'web',1,'2026-11-20T10:31:30.630Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(65,63,0,1,0,0,0,0,'web',1,'2026-11-20T10:31:30.630Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(66,63,0,1,0,0,0,0,'web',1,'2026-11-20T10:31:30.630Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(67,63,0,1,0,0,0,0,'web',1,'2026-11-20T10:31:30.630Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(68,63,0,1,0,0,0,0,'web',1,'2026-11-20T10:31:30.630Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(69,19,5,0,0,0,0,0,'api',2,'2026-11-20T10:36:35.665Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(70,69,0,0,0,0,0,0,'api',2,'2026-11-20T10:36:35.665Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(71,69,0,1,0,0,0,0,'api',2,'2026-11-20T10:36:35.665Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(72,69,0,1,0,0,0,0,'api',2,'2026-11-20T10:36:35.665Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(73,69,0,1,0,0,0,0,'api',2,'2026-11-20T10:36:35.665Z',NULL);
INSERT INTO "readiness" (key, parent, kids, blockers, held, open, stops, closed, rig, priority, created_at, defer_until) VALUES(74,69,0,1,0,0,0,0,'api',2,'2026-11-20T10:36:35.665Z',NULL);
CREATE TABLE changes (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    by TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('bead', 'agent', 'assignment', 'merge')),
    subject TEXT NOT NULL,                   -- a bead's key, an agent's address, a generation, a merge request's id
    what TEXT NOT NULL CHECK (json_valid(what))   -- {"is": {…}} or {field: [old, new]}
) STRICT;
INSERT INTO "changes" VALUES(1,'2026-11-20T09:01:01.007Z','overseer','bead','1','{"is":{"id":"we-hse01","uid":"6a711ffb-4621-4e32-babf-e1ec5aa7a7fc","rig":"web","title":"A house","description":"All of it stands on sand.","type":"epic","status":"open","priority":2,"owner":"overseer","created_at":"2026-11-20T09:01:01.007Z","created_by":"overseer"}}');
INSERT INTO "changes" VALUES(2,'2026-11-20T09:02:02.014Z','overseer','bead','2','{"is":{"id":"we-flr02","uid":"a3c43121-9dbf-4de2-8d02-4966d4acb577","rig":"web","title":"A floor","type":"epic","status":"open","priority":1,"owner":"overseer","created_at":"2026-11-20T09:02:02.014Z","created_by":"overseer"}}');
INSERT INTO "changes" VALUES(3,'2026-11-20T09:02:02.014Z','overseer','bead','2','{"dependency":[null,{"on":"we-hse01","key":1,"kind":"parent-child","at":"2026-11-20T09:02:02.014Z","by":"overseer"}]}');
INSERT INTO "changes" VALUES(4,'2026-11-20T09:03:03.021Z','overseer','bead','3','{"is":{"id":"we-dr03","uid":"a7e9c1c2-3566-4f17-a352-4af6c600ff01","rig":"web","title":"Mend the door","description":"It hangs on one of its hinges.","design":"New hinges.","acceptance":"It closes.","type":"task","status":"open","priority":1,"owner":"overseer","created_at":"2026-11-20T09:03:03.021Z","created_by":"overseer"}}');
INSERT INTO "changes" VALUES(5,'2026-11-20T09:03:03.021Z','overseer','bead','3','{"label":[null,"urgent"]}');
INSERT INTO "changes" VALUES(6,'2026-11-20T09:03:03.021Z','overseer','bead','3','{"label":[null,"wood"]}');
INSERT INTO "changes" VALUES(7,'2026-11-20T09:03:03.021Z','overseer','bead','3','{"dependency":[null,{"on":"we-flr02","key":2,"kind":"parent-child","at":"2026-11-20T09:03:03.021Z","by":"overseer"}]}');
INSERT INTO "changes" VALUES(8,'2026-11-20T09:04:04.028Z','overseer','bead','4','{"is":{"id":"we-win04","uid":"99fb08a5-2c5a-45d7-99e4-5f7530339cc8","rig":"web","title":"Glaze the window","type":"bug","status":"open","priority":0,"owner":"overseer","created_at":"2026-11-20T09:04:04.028Z","created_by":"overseer"}}');
INSERT INTO "changes" VALUES(9,'2026-11-20T09:04:04.028Z','overseer','bead','4','{"dependency":[null,{"on":"we-flr02","key":2,"kind":"parent-child","at":"2026-11-20T09:04:04.028Z","by":"overseer"}]}');
INSERT INTO "changes" VALUES(10,'2026-11-20T09:05:05.035Z','overseer','bead','5','{"is":{"id":"we-pnt05","uid":"fae1756a-1aea-4cbe-b2fb-0f0b8ee1c03e","rig":"web","title":"Paint the door","type":"chore","status":"open","priority":2,"owner":"overseer","created_at":"2026-11-20T09:05:05.035Z","created_by":"overseer"}}');
INSERT INTO "changes" VALUES(11,'2026-11-20T09:05:05.035Z','overseer','bead','5','{"dependency":[null,{"on":"we-flr02","key":2,"kind":"parent-child","at":"2026-11-20T09:05:05.035Z","by":"overseer"}]}');
INSERT INTO "changes" VALUES(12,'2026-11-20T09:06:06.042Z','overseer','bead','6','{"is":{"id":"we-rof06","uid":"3b57e75d-738c-4266-adc0-8871a6221c3e","rig":"web","title":"A roof","type":"epic","status":"open","priority":2,"owner":"overseer","created_at":"2026-11-20T09:06:06.042Z","created_by":"overseer"}}');
INSERT INTO "changes" VALUES(13,'2026-11-20T09:06:06.042Z','overseer','bead','6','{"dependency":[null,{"on":"we-hse01","key":1,"kind":"parent-child","at":"2026-11-20T09:06:06.042Z","by":"overseer"}]}');
INSERT INTO "changes" VALUES(14,'2026-11-20T09:07:07.049Z','overseer','bead','7','{"is":{"id":"we-til07","uid":"560c1d33-a163-44e1-9c76-da9506566af8","rig":"web","title":"Lay the tiles","type":"task","status":"open","priority":3,"owner":"overseer","created_at":"2026-11-20T09:07:07.049Z","created_by":"overseer"}}');
INSERT INTO "changes" VALUES(15,'2026-11-20T09:07:07.049Z','overseer','bead','7','{"dependency":[null,{"on":"we-rof06","key":6,"kind":"parent-child","at":"2026-11-20T09:07:07.049Z","by":"overseer"}]}');
INSERT INTO "changes" VALUES(16,'2026-11-20T09:08:08.056Z','overseer','bead','8','{"is":{"id":"we-bat08","uid":"b3140626-1a3f-4184-a99e-153c9eeafe87","rig":"web","title":"Nail the battens","type":"task","status":"open","priority":2,"owner":"overseer","created_at":"2026-11-20T09:08:08.056Z","created_by":"overseer"}}');
INSERT INTO "changes" VALUES(17,'2026-11-20T09:08:08.056Z','overseer','bead','8','{"dependency":[null,{"on":"we-rof06","key":6,"kind":"parent-child","at":"2026-11-20T09:08:08.056Z","by":"overseer"}]}');
INSERT INTO "changes" VALUES(18,'2026-11-20T09:09:09.063Z','overseer','bead','9','{"is":{"id":"we-ask09","uid":"ced02391-37c9-47c9-b495-e119f7cc12e0","rig":"web","title":"Which colour?","type":"decision","status":"open","priority":2,"owner":"overseer","created_at":"2026-11-20T09:09:09.063Z","created_by":"overseer"}}');
INSERT INTO "changes" VALUES(19,'2026-11-20T09:09:09.063Z','overseer','bead','9','{"label":[null,"people"]}');
INSERT INTO "changes" VALUES(20,'2026-11-20T09:10:10.070Z','overseer','bead','10','{"is":{"id":"we-spr10","uid":"5a30fc6b-b47e-43c2-b467-07ffb3f32640","rig":"web","title":"Oil the gate in spring","type":"task","status":"open","priority":2,"owner":"overseer","created_at":"2026-11-20T09:10:10.070Z","created_by":"overseer","defer_until":"2027-04-01T06:00:00.000Z"}}');
INSERT INTO "changes" VALUES(21,'2026-11-20T09:11:11.077Z','overseer','bead','11','{"is":{"id":"we-old11","uid":"7c9eaeba-1f75-4052-b7fa-e2ddf472a41c","rig":"web","title":"Sweep the yard","type":"task","status":"open","priority":2,"owner":"overseer","created_at":"2026-11-20T09:11:11.077Z","created_by":"overseer"}}');
INSERT INTO "changes" VALUES(22,'2026-11-20T09:13:13.091Z','overseer','bead','13','{"is":{"id":"we-gon13","uid":"f724e5eb-5e5f-413e-9d99-bc2297ac28d1","rig":"web","title":"A mistake","type":"task","status":"open","priority":2,"owner":"overseer","created_at":"2026-11-20T09:13:13.091Z","created_by":"overseer"}}');
INSERT INTO "changes" VALUES(23,'2026-11-20T09:14:14.098Z','overseer','bead','14','{"is":{"id":"we-rdy14","uid":"30bc4650-fb3c-455b-a052-76340d68027b","rig":"web","title":"Hang a lamp","type":"task","status":"open","priority":0,"assignee":"ann","owner":"overseer","created_at":"2026-11-20T09:14:14.098Z","created_by":"overseer","due":"2026-12-24T12:00:00.000Z","external_ref":"gh-14"}}');
INSERT INTO "changes" VALUES(24,'2026-11-20T09:15:15.105Z','overseer','bead','15','{"is":{"id":"we-que15","uid":"3dfa7745-519d-4585-b865-4bb91ddfee47","rig":"web","title":"Put up a shelf","type":"task","status":"open","priority":2,"owner":"overseer","created_at":"2026-11-20T09:15:15.105Z","created_by":"overseer"}}');
INSERT INTO "changes" VALUES(25,'2026-11-20T09:16:16.112Z','overseer','bead','16','{"is":{"id":"we-lnd16","uid":"9d032a1a-39a6-435e-a8da-97b8c1f0a61a","rig":"web","title":"Fix the stairs","type":"task","status":"open","priority":2,"owner":"overseer","created_at":"2026-11-20T09:16:16.112Z","created_by":"overseer"}}');
INSERT INTO "changes" VALUES(26,'2026-11-20T09:17:17.119Z','overseer','bead','17','{"is":{"id":"we-stp17","uid":"b45ca7df-6779-40fc-91c9-ae0f1eff8eed","rig":"web","title":"Wait for the mayor","type":"task","status":"open","priority":2,"owner":"overseer","created_at":"2026-11-20T09:17:17.119Z","created_by":"overseer"}}');
INSERT INTO "changes" VALUES(27,'2026-11-20T09:18:18.126Z','overseer','bead','18','{"is":{"id":"we-in18","uid":"0b5bfe3e-6103-45fa-b586-c7aa946b7583","rig":"web","title":"Carry the wood in","type":"task","status":"open","priority":2,"owner":"overseer","created_at":"2026-11-20T09:18:18.126Z","created_by":"overseer"}}');
INSERT INTO "changes" VALUES(28,'2026-11-20T09:18:18.126Z','overseer','bead','18','{"dependency":[null,{"on":"we-stp17","key":17,"kind":"parent-child","at":"2026-11-20T09:18:18.126Z","by":"overseer"}]}');
INSERT INTO "changes" VALUES(29,'2026-11-20T09:19:19.133Z','overseer','bead','19','{"is":{"id":"ap-ans19","uid":"b8cd5bf4-9fc1-4ced-91c9-7f8eee4a2209","rig":"api","title":"Answer the bell","type":"task","status":"open","priority":2,"owner":"overseer","created_at":"2026-11-20T09:19:19.133Z","created_by":"overseer"}}');
INSERT INTO "changes" VALUES(30,'2026-11-20T09:20:20.140Z','overseer','bead','20','{"is":{"id":"ap-rdy20","uid":"bcad14be-b0eb-4c25-bead-0fd5c684c576","rig":"api","title":"Name the route","type":"feature","status":"open","priority":2,"owner":"overseer","created_at":"2026-11-20T09:20:20.140Z","created_by":"overseer"}}');
INSERT INTO "changes" VALUES(31,'2026-11-20T09:21:21.147Z','overseer','bead','21','{"is":{"id":"we-hld21","uid":"ffb4a6a9-2fc1-48e3-8d8e-3609e717f67b","rig":"web","title":"Saw the beam","type":"task","status":"open","priority":2,"owner":"overseer","created_at":"2026-11-20T09:21:21.147Z","created_by":"overseer"}}');
INSERT INTO "changes" VALUES(32,'2026-11-20T09:22:22.154Z','overseer','bead','22','{"is":{"id":"we-bck22","uid":"8c49289d-a735-4331-af7a-1c070eb7f23b","rig":"web","title":"Sand the table","type":"task","status":"open","priority":2,"owner":"overseer","created_at":"2026-11-20T09:22:22.154Z","created_by":"overseer"}}');
INSERT INTO "changes" VALUES(33,'2026-11-20T09:23:23.161Z','overseer','bead','5','{"dependency":[null,{"on":"we-dr03","key":3,"kind":"blocks","at":"2026-11-20T09:23:23.161Z","by":"overseer"}]}');
INSERT INTO "changes" VALUES(34,'2026-11-20T09:24:24.168Z','overseer','bead','5','{"dependency":[null,{"on":"we-ask09","key":9,"kind":"blocks","at":"2026-11-20T09:24:24.168Z","by":"overseer"}]}');
INSERT INTO "changes" VALUES(35,'2026-11-20T09:25:25.175Z','overseer','bead','6','{"dependency":[null,{"on":"we-flr02","key":2,"kind":"blocks","at":"2026-11-20T09:25:25.175Z","by":"overseer"}]}');
INSERT INTO "changes" VALUES(36,'2026-11-20T09:26:26.182Z','overseer','bead','7','{"dependency":[null,{"on":"we-bat08","key":8,"kind":"blocks","at":"2026-11-20T09:26:26.182Z","by":"overseer"}]}');
INSERT INTO "changes" VALUES(37,'2026-11-20T09:27:27.189Z','overseer','bead','9','{"dependency":[null,{"on":"we-hse01","key":1,"kind":"related","at":"2026-11-20T09:27:27.189Z","by":"overseer"}]}');
INSERT INTO "changes" VALUES(38,'2026-11-20T09:28:28.196Z','overseer','bead','14','{"dependency":[null,{"on":"we-old11","key":11,"kind":"blocks","at":"2026-11-20T09:28:28.196Z","by":"overseer"}]}');
INSERT INTO "changes" VALUES(39,'2026-11-20T09:29:29.203Z','overseer','bead','20','{"dependency":[null,{"on":"we-rdy14","key":14,"kind":"related","at":"2026-11-20T09:29:29.203Z","by":"overseer"}]}');
INSERT INTO "changes" VALUES(40,'2026-11-20T09:30:30.210Z','overseer','bead','3','{"comment":[null,{"author":"overseer","text":"The frame is warped too.","at":"2026-11-20T09:30:30.210Z"}]}');
INSERT INTO "changes" VALUES(41,'2026-11-20T09:31:31.217Z','overseer','bead','3','{"comment":[null,{"author":"overseer","text":"I have seen worse.","at":"2026-11-20T09:31:31.217Z"}]}');
INSERT INTO "changes" VALUES(42,'2026-11-20T09:32:32.224Z','overseer','bead','11','{"status":["open","closed"],"closed_at":[null,"2026-11-20T09:32:32.224Z"],"closed_by":[null,"overseer"],"close_reason":[null,"swept"]}');
INSERT INTO "changes" VALUES(43,'2026-11-20T09:33:33.231Z','overseer','bead','17','{"status":["open","blocked"]}');
INSERT INTO "changes" VALUES(44,'2026-11-20T09:34:34.238Z','overseer','bead','4','{"notes":["","Two panes."],"priority":[0,1]}');
INSERT INTO "changes" VALUES(45,'2026-11-20T09:35:35.245Z','overseer','bead','23','{"is":{"id":"cv-i72qx","uid":"c13d69c8-489a-4e41-ba32-02c1e2c8cbf8","title":"Door and window","type":"convoy","status":"open","priority":2,"owner":"overseer","created_at":"2026-11-20T09:35:35.245Z","created_by":"overseer"}}');
INSERT INTO "changes" VALUES(46,'2026-11-20T09:35:35.245Z','overseer','bead','23','{"dependency":[null,{"on":"we-dr03","key":3,"kind":"tracks","at":"2026-11-20T09:35:35.245Z","by":"overseer"}]}');
INSERT INTO "changes" VALUES(47,'2026-11-20T09:35:35.245Z','overseer','bead','23','{"dependency":[null,{"on":"we-win04","key":4,"kind":"tracks","at":"2026-11-20T09:35:35.245Z","by":"overseer"}]}');
INSERT INTO "changes" VALUES(48,'2026-11-20T09:36:36.252Z','overseer','bead','24','{"is":{"id":"cv-r8t6v","uid":"58794694-8c53-4283-83aa-e1e5b3ff902a","title":"The bell","type":"convoy","status":"open","priority":2,"owner":"overseer","created_at":"2026-11-20T09:36:36.252Z","created_by":"overseer"}}');
INSERT INTO "changes" VALUES(49,'2026-11-20T09:36:36.252Z','overseer','bead','24','{"dependency":[null,{"on":"ap-ans19","key":19,"kind":"tracks","at":"2026-11-20T09:36:36.252Z","by":"overseer"}]}');
INSERT INTO "changes" VALUES(50,'2026-11-20T09:37:37.259Z','','agent','web/polecats/Toast','{}');
INSERT INTO "changes" VALUES(51,'2026-11-20T16:57:49.775Z','','agent','web/polecats/Toast','{"hook_bead":[null,"we-lnd16"],"runtime":[null,null],"paused":[null,null]}');
INSERT INTO "changes" VALUES(52,'2026-11-20T09:37:37.259Z','overseer','bead','16','{"status":["open","hooked"],"assignee":[null,"web/polecats/Toast"],"started_at":[null,"2026-11-20T09:37:37.259Z"]}');
INSERT INTO "changes" VALUES(53,'2026-11-20T09:37:37.259Z','overseer','assignment','1','{}');
INSERT INTO "changes" VALUES(54,'2026-11-20T09:38:38.266Z','overseer','bead','25','{"is":{"id":"cv-c9in4","uid":"76e75049-4a36-4f0f-9903-9db34e5c5c16","title":"Fix the stairs","type":"convoy","status":"open","priority":2,"owner":"overseer","created_at":"2026-11-20T09:38:38.266Z","created_by":"overseer","metadata":"{\"lone\": true}"}}');
INSERT INTO "changes" VALUES(55,'2026-11-20T09:38:38.266Z','overseer','bead','25','{"dependency":[null,{"on":"we-lnd16","key":16,"kind":"tracks","at":"2026-11-20T09:38:38.266Z","by":"overseer"}]}');
INSERT INTO "changes" VALUES(56,'2026-11-20T16:57:49.800Z','','assignment','1','{}');
INSERT INTO "changes" VALUES(57,'2026-11-20T16:57:49.801Z','','assignment','1','{}');
INSERT INTO "changes" VALUES(58,'2026-11-20T16:57:49.801Z','','agent','web/polecats/Toast','{"hook_bead":["we-lnd16",null],"runtime":[null,null],"paused":[null,null]}');
INSERT INTO "changes" VALUES(59,'2026-11-20T16:57:49.801Z','','assignment','1','{}');
INSERT INTO "changes" VALUES(60,'2026-11-20T09:45:45.315Z','web/polecats/Toast','bead','32','{"is":{"id":"mr-5hdei","uid":"a32585cb-a01c-4b27-965b-e797bac95044","rig":"web","title":"Fix the stairs","type":"merge-request","status":"open","priority":2,"created_at":"2026-11-20T09:45:45.315Z","created_by":"web/polecats/Toast"}}');
INSERT INTO "changes" VALUES(61,'2026-11-20T09:45:45.315Z','web/polecats/Toast','bead','32','{"dependency":[null,{"on":"we-lnd16","key":16,"kind":"tracks","at":"2026-11-20T09:45:45.315Z","by":"web/polecats/Toast"}]}');
INSERT INTO "changes" VALUES(62,'2026-11-20T09:45:45.315Z','','merge','mr-5hdei','{}');
INSERT INTO "changes" VALUES(63,'2026-11-20T09:45:45.315Z','web/polecats/Toast','bead','16','{"status":["hooked","in_progress"]}');
INSERT INTO "changes" VALUES(64,'2026-11-20T09:46:46.322Z','','merge','mr-5hdei','{}');
INSERT INTO "changes" VALUES(65,'2026-11-20T16:57:49.804Z','','merge','mr-5hdei','{}');
INSERT INTO "changes" VALUES(66,'2026-11-20T16:57:49.804Z','','merge','mr-5hdei','{}');
INSERT INTO "changes" VALUES(67,'2026-11-20T16:57:49.805Z','','merge','mr-5hdei','{}');
INSERT INTO "changes" VALUES(68,'2026-11-20T09:49:49.343Z','web/refinery','bead','32','{"status":["open","closed"],"closed_at":[null,"2026-11-20T09:49:49.343Z"],"closed_by":[null,"web/refinery"],"close_reason":[null,"merged"]}');
INSERT INTO "changes" VALUES(69,'2026-11-20T09:50:50.350Z','web/refinery','bead','16','{"status":["in_progress","closed"],"closed_at":[null,"2026-11-20T09:50:50.350Z"],"closed_by":[null,"web/refinery"],"close_reason":[null,"merged"]}');
INSERT INTO "changes" VALUES(70,'2026-11-20T16:57:49.808Z','','agent','web/polecats/Toast','{"hook_bead":[null,"we-que15"],"runtime":[null,null],"paused":[null,null]}');
INSERT INTO "changes" VALUES(71,'2026-11-20T09:51:51.357Z','overseer','bead','15','{"status":["open","hooked"],"assignee":[null,"web/polecats/Toast"],"started_at":[null,"2026-11-20T09:51:51.357Z"]}');
INSERT INTO "changes" VALUES(72,'2026-11-20T09:51:51.357Z','overseer','assignment','2','{}');
INSERT INTO "changes" VALUES(73,'2026-11-20T09:52:52.364Z','overseer','bead','33','{"is":{"id":"cv-hovq6","uid":"5247cb3f-4159-4d24-a0e2-aeb4b520de76","title":"Put up a shelf","type":"convoy","status":"open","priority":2,"owner":"overseer","created_at":"2026-11-20T09:52:52.364Z","created_by":"overseer","metadata":"{\"lone\": true}"}}');
INSERT INTO "changes" VALUES(74,'2026-11-20T09:52:52.364Z','overseer','bead','33','{"dependency":[null,{"on":"we-que15","key":15,"kind":"tracks","at":"2026-11-20T09:52:52.364Z","by":"overseer"}]}');
INSERT INTO "changes" VALUES(75,'2026-11-20T16:57:49.816Z','','assignment','2','{}');
INSERT INTO "changes" VALUES(76,'2026-11-20T16:57:49.817Z','','assignment','2','{}');
INSERT INTO "changes" VALUES(77,'2026-11-20T16:57:49.817Z','','agent','web/polecats/Toast','{"hook_bead":["we-que15",null],"runtime":[null,null],"paused":[null,null]}');
INSERT INTO "changes" VALUES(78,'2026-11-20T16:57:49.817Z','','assignment','2','{}');
INSERT INTO "changes" VALUES(79,'2026-11-20T09:59:59.413Z','web/polecats/Toast','bead','40','{"is":{"id":"mr-xa89b","uid":"35cd1d65-89c7-4ec8-a187-717602a9fe71","rig":"web","title":"Put up a shelf","type":"merge-request","status":"open","priority":2,"created_at":"2026-11-20T09:59:59.413Z","created_by":"web/polecats/Toast"}}');
INSERT INTO "changes" VALUES(80,'2026-11-20T09:59:59.413Z','web/polecats/Toast','bead','40','{"dependency":[null,{"on":"we-que15","key":15,"kind":"tracks","at":"2026-11-20T09:59:59.413Z","by":"web/polecats/Toast"}]}');
INSERT INTO "changes" VALUES(81,'2026-11-20T09:59:59.413Z','','merge','mr-xa89b','{}');
INSERT INTO "changes" VALUES(82,'2026-11-20T09:59:59.413Z','web/polecats/Toast','bead','15','{"status":["hooked","in_progress"]}');
INSERT INTO "changes" VALUES(83,'2026-11-20T10:01:00.420Z','','agent','web/polecats/Shadow','{}');
INSERT INTO "changes" VALUES(84,'2026-11-20T16:57:49.823Z','','agent','web/polecats/Shadow','{"hook_bead":[null,"we-hld21"],"runtime":[null,null],"paused":[null,null]}');
INSERT INTO "changes" VALUES(85,'2026-11-20T10:01:00.420Z','overseer','bead','21','{"status":["open","hooked"],"assignee":[null,"web/polecats/Shadow"],"started_at":[null,"2026-11-20T10:01:00.420Z"]}');
INSERT INTO "changes" VALUES(86,'2026-11-20T10:01:00.420Z','overseer','assignment','3','{}');
INSERT INTO "changes" VALUES(87,'2026-11-20T10:02:01.427Z','overseer','bead','41','{"is":{"id":"cv-123b7","uid":"06ff43ff-db98-4e5b-a5d5-3a2aa623ae04","title":"Saw the beam","type":"convoy","status":"open","priority":2,"owner":"overseer","created_at":"2026-11-20T10:02:01.427Z","created_by":"overseer","metadata":"{\"lone\": true}"}}');
INSERT INTO "changes" VALUES(88,'2026-11-20T10:02:01.427Z','overseer','bead','41','{"dependency":[null,{"on":"we-hld21","key":21,"kind":"tracks","at":"2026-11-20T10:02:01.427Z","by":"overseer"}]}');
INSERT INTO "changes" VALUES(89,'2026-11-20T16:57:49.830Z','','assignment','3','{}');
INSERT INTO "changes" VALUES(90,'2026-11-20T16:57:49.831Z','','assignment','3','{}');
INSERT INTO "changes" VALUES(91,'2026-11-20T16:57:49.831Z','','agent','web/polecats/Shadow','{"hook_bead":["we-hld21",null],"runtime":[null,null],"paused":[null,null]}');
INSERT INTO "changes" VALUES(92,'2026-11-20T16:57:49.831Z','','assignment','3','{}');
INSERT INTO "changes" VALUES(93,'2026-11-20T10:09:08.476Z','web/polecats/Shadow','bead','48','{"is":{"id":"mr-r5fwm","uid":"4da6e4c5-fe1e-46e6-af71-4e4a6bb7ef78","rig":"web","title":"Saw the beam","type":"merge-request","status":"open","priority":2,"created_at":"2026-11-20T10:09:08.476Z","created_by":"web/polecats/Shadow"}}');
INSERT INTO "changes" VALUES(94,'2026-11-20T10:09:08.476Z','web/polecats/Shadow','bead','48','{"dependency":[null,{"on":"we-hld21","key":21,"kind":"tracks","at":"2026-11-20T10:09:08.476Z","by":"web/polecats/Shadow"}]}');
INSERT INTO "changes" VALUES(95,'2026-11-20T10:09:08.476Z','','merge','mr-r5fwm','{}');
INSERT INTO "changes" VALUES(96,'2026-11-20T10:09:08.476Z','web/polecats/Shadow','bead','21','{"status":["hooked","in_progress"]}');
INSERT INTO "changes" VALUES(97,'2026-11-20T10:10:09.483Z','','merge','mr-r5fwm','{}');
INSERT INTO "changes" VALUES(98,'2026-11-20T16:57:49.837Z','','merge','mr-r5fwm','{}');
INSERT INTO "changes" VALUES(99,'2026-11-20T16:57:49.841Z','','merge','mr-r5fwm','{}');
INSERT INTO "changes" VALUES(100,'2026-11-20T16:57:49.844Z','','agent','web/polecats/Shadow','{"hook_bead":[null,"we-bck22"],"runtime":[null,null],"paused":[null,null]}');
INSERT INTO "changes" VALUES(101,'2026-11-20T10:13:12.504Z','overseer','bead','22','{"status":["open","hooked"],"assignee":[null,"web/polecats/Shadow"],"started_at":[null,"2026-11-20T10:13:12.504Z"]}');
INSERT INTO "changes" VALUES(102,'2026-11-20T10:13:12.504Z','overseer','assignment','4','{}');
INSERT INTO "changes" VALUES(103,'2026-11-20T10:14:13.511Z','overseer','bead','49','{"is":{"id":"cv-rryj5","uid":"82fd43d0-4a1d-415f-999e-021820d3b5d5","title":"Sand the table","type":"convoy","status":"open","priority":2,"owner":"overseer","created_at":"2026-11-20T10:14:13.511Z","created_by":"overseer","metadata":"{\"lone\": true}"}}');
INSERT INTO "changes" VALUES(104,'2026-11-20T10:14:13.511Z','overseer','bead','49','{"dependency":[null,{"on":"we-bck22","key":22,"kind":"tracks","at":"2026-11-20T10:14:13.511Z","by":"overseer"}]}');
INSERT INTO "changes" VALUES(105,'2026-11-20T16:57:49.852Z','','assignment','4','{}');
INSERT INTO "changes" VALUES(106,'2026-11-20T16:57:49.853Z','','assignment','4','{}');
INSERT INTO "changes" VALUES(107,'2026-11-20T16:57:49.853Z','','agent','web/polecats/Shadow','{"hook_bead":["we-bck22",null],"runtime":[null,null],"paused":[null,null]}');
INSERT INTO "changes" VALUES(108,'2026-11-20T16:57:49.853Z','','assignment','4','{}');
INSERT INTO "changes" VALUES(109,'2026-11-20T10:21:20.560Z','web/polecats/Shadow','bead','56','{"is":{"id":"mr-b0fkn","uid":"e310cee5-621e-412d-9373-c53fe817f328","rig":"web","title":"Sand the table","type":"merge-request","status":"open","priority":2,"created_at":"2026-11-20T10:21:20.560Z","created_by":"web/polecats/Shadow"}}');
INSERT INTO "changes" VALUES(110,'2026-11-20T10:21:20.560Z','web/polecats/Shadow','bead','56','{"dependency":[null,{"on":"we-bck22","key":22,"kind":"tracks","at":"2026-11-20T10:21:20.560Z","by":"web/polecats/Shadow"}]}');
INSERT INTO "changes" VALUES(111,'2026-11-20T10:21:20.560Z','','merge','mr-b0fkn','{}');
INSERT INTO "changes" VALUES(112,'2026-11-20T10:21:20.560Z','web/polecats/Shadow','bead','22','{"status":["hooked","in_progress"]}');
INSERT INTO "changes" VALUES(113,'2026-11-20T10:22:21.567Z','','merge','mr-b0fkn','{}');
INSERT INTO "changes" VALUES(114,'2026-11-20T16:57:49.857Z','','merge','mr-b0fkn','{}');
INSERT INTO "changes" VALUES(115,'2026-11-20T16:57:49.857Z','','merge','mr-b0fkn','{}');
INSERT INTO "changes" VALUES(116,'2026-11-20T10:25:24.588Z','web/refinery','bead','56','{"status":["open","closed"],"closed_at":[null,"2026-11-20T10:25:24.588Z"],"closed_by":[null,"web/refinery"],"close_reason":[null,"sent back"]}');
INSERT INTO "changes" VALUES(117,'2026-11-20T10:26:25.595Z','web/refinery','bead','22','{"status":["in_progress","open"],"assignee":["web/polecats/Shadow",null]}');
INSERT INTO "changes" VALUES(118,'2026-11-20T16:57:49.861Z','','agent','web/polecats/Toast','{"hook_bead":[null,"we-dr03"],"runtime":[null,null],"paused":[null,null]}');
INSERT INTO "changes" VALUES(119,'2026-11-20T10:27:26.602Z','overseer','bead','3','{"status":["open","hooked"],"assignee":[null,"web/polecats/Toast"],"started_at":[null,"2026-11-20T10:27:26.602Z"]}');
INSERT INTO "changes" VALUES(120,'2026-11-20T10:27:26.602Z','overseer','assignment','5','{}');
INSERT INTO "changes" VALUES(121,'2026-11-20T16:57:49.868Z','','assignment','5','{}');
INSERT INTO "changes" VALUES(122,'2026-11-20T16:57:49.872Z','','agent','web/polecats/Shadow','{"hook_bead":[null,"we-win04"],"runtime":[null,null],"paused":[null,null]}');
INSERT INTO "changes" VALUES(123,'2026-11-20T10:31:30.630Z','overseer','bead','4','{"status":["open","hooked"],"assignee":[null,"web/polecats/Shadow"],"started_at":[null,"2026-11-20T10:31:30.630Z"]}');
INSERT INTO "changes" VALUES(124,'2026-11-20T10:31:30.630Z','overseer','assignment','6','{}');
INSERT INTO "changes" VALUES(125,'2026-11-20T16:57:49.878Z','','assignment','6','{}');
INSERT INTO "changes" VALUES(126,'2026-11-20T10:36:35.665Z','','agent','api/polecats/Rictus','{}');
INSERT INTO "changes" VALUES(127,'2026-11-20T16:57:49.882Z','','agent','api/polecats/Rictus','{"hook_bead":[null,"ap-ans19"],"runtime":[null,null],"paused":[null,null]}');
INSERT INTO "changes" VALUES(128,'2026-11-20T10:36:35.665Z','overseer','bead','19','{"status":["open","hooked"],"assignee":[null,"api/polecats/Rictus"],"started_at":[null,"2026-11-20T10:36:35.665Z"]}');
INSERT INTO "changes" VALUES(129,'2026-11-20T10:36:35.665Z','overseer','assignment','7','{}');
INSERT INTO "changes" VALUES(130,'2026-11-20T16:57:49.890Z','','assignment','7','{}');
INSERT INTO "changes" VALUES(131,'2026-11-20T16:57:49.891Z','','assignment','7','{}');
INSERT INTO "changes" VALUES(132,'2026-11-20T16:57:49.891Z','','agent','api/polecats/Rictus','{"hook_bead":["ap-ans19",null],"runtime":[null,null],"paused":[null,null]}');
INSERT INTO "changes" VALUES(133,'2026-11-20T10:40:39.693Z','overseer','bead','19','{"status":["hooked","open"],"assignee":["api/polecats/Rictus",null]}');
CREATE VIRTUAL TABLE beads_text USING fts5 (
    title, description, design, acceptance, notes,
    content = 'beads', content_rowid = 'key', tokenize = 'porter unicode61'
);
CREATE VIRTUAL TABLE comments_text USING fts5 (
    body, content = 'comments', content_rowid = 'id', tokenize = 'porter unicode61'
);
INSERT INTO beads_text (beads_text) VALUES ('rebuild');
INSERT INTO comments_text (comments_text) VALUES ('rebuild');
CREATE INDEX events_by_subject ON events (subject, seq);
CREATE INDEX events_by_subject_and_type ON events (subject, type, seq);
CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER events_are_never_replaced BEFORE INSERT ON events
WHEN EXISTS (SELECT 1 FROM events WHERE seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER events_are_never_removed BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE INDEX beads_by_status ON beads (status, priority, created_at);
CREATE INDEX beads_by_id_in_any_case ON beads (id COLLATE NOCASE);
CREATE INDEX beads_by_update ON beads (updated_at) WHERE status <> 'closed';
CREATE INDEX beads_by_assignee ON beads (assignee, status) WHERE assignee IS NOT NULL;
CREATE INDEX beads_by_type ON beads (type, status) WHERE type NOT IN ('task', 'bug', 'feature', 'chore');
CREATE INDEX beads_by_rig ON beads (rig, status, priority, created_at);
CREATE INDEX beads_elsewhere ON beads (external_ref) WHERE external_ref IS NOT NULL;
CREATE INDEX dependents ON dependencies (depends_on, kind);
CREATE UNIQUE INDEX one_parent_a_bead ON dependencies (bead) WHERE kind = 'parent-child';
CREATE INDEX beads_by_label ON labels (label, bead);
CREATE INDEX comments_by_bead ON comments (bead);
CREATE UNIQUE INDEX one_open_assignment_an_agent ON assignments (agent) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX one_open_assignment_a_bead ON assignments (bead) WHERE ended_at IS NULL;
CREATE INDEX assignments_by_bead ON assignments (bead);
CREATE INDEX incarnations_by_agent ON incarnations (agent, id);
CREATE INDEX incarnations_by_bead ON incarnations (bead, id);
CREATE UNIQUE INDEX one_live_request_a_bead ON merge_requests (bead) WHERE state IN ('queued', 'held');
CREATE UNIQUE INDEX one_request_a_generation ON merge_requests (generation);
CREATE INDEX requests_by_bead ON merge_requests (bead);
CREATE INDEX queue ON merge_requests (rig, state, submitted_at);
CREATE INDEX gate_runs_by_request ON gate_runs (merge_request);
CREATE INDEX kids ON readiness (parent) WHERE parent IS NOT NULL;
CREATE INDEX parents ON readiness (parent) WHERE kids > 0;
CREATE INDEX ready ON readiness (rig, priority, created_at, key) WHERE open = 1 AND waits = 0 AND defer_until IS NULL;
CREATE INDEX ready_later ON readiness (defer_until) WHERE open = 1 AND waits = 0 AND defer_until IS NOT NULL;
CREATE INDEX changes_by_subject ON changes (kind, subject, seq);
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
CREATE TRIGGER changes_are_never_changed BEFORE UPDATE ON changes
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER changes_are_never_removed BEFORE DELETE ON changes
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('changes',133);
INSERT INTO sqlite_sequence VALUES('events',59);
INSERT INTO sqlite_sequence VALUES('assignments',41);
INSERT INTO sqlite_sequence VALUES('incarnations',97);
COMMIT;
