"""Every command by its name: where it lives and what it does in one line; nothing is imported to know that."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Command(NamedTuple):
    """One command: `place` is `module:function` under `gastown.cli`."""

    place: str
    about: str


GROUPS: Mapping[str, Mapping[str, Command]] = {
    "Work": {
        "bead create": Command("bead_create:create", "file a bead (a work item), or many from a file"),
        "bead update": Command("bead_change:update", "change beads; --claim makes one your own work"),
        "bead close": Command("bead_end:close", "close beads that were never slung; --continue for steps"),
        "bead reopen": Command("bead_end:reopen", "open closed beads again"),
        "bead delete": Command("bead_end:delete", "delete beads; says how to bring them back"),
        "bead undelete": Command("bead_end:undelete", "bring a deleted bead back"),
        "bead comment": Command("bead_change:comment", "write a comment beneath a bead"),
        "bead label add": Command("bead_links:label_add", "put labels on beads"),
        "bead label remove": Command("bead_links:label_remove", "take labels off beads"),
        "bead label list": Command("bead_links:label_list", "list a bead's labels, or all with their counts"),
        "bead dep add": Command("bead_links:dep_add", "make one bead wait for another"),
        "bead dep remove": Command("bead_links:dep_remove", "let it wait no more"),
        "bead dep tree": Command("bead_graph:dep_tree", "show what a bead leans on, or what leans on it"),
        "bead dep cycles": Command("bead_graph:dep_cycles", "look for beads that wait for each other"),
        "bead ready": Command("bead_read:ready", "list what can be worked on at once"),
        "bead show": Command("bead_read:show", "show one bead with all that is known of it"),
        "bead list": Command("bead_list:list_beads", "list beads by status, type, label, dates, …"),
        "bead children": Command("bead_list:children", "list the parts of a bead"),
        "bead blocked": Command("bead_list:blocked", "list work that waits, and what for"),
        "bead stale": Command("bead_list:stale", "list what nobody has changed for long"),
        "bead search": Command("bead_list:search", "find beads by words in their texts and comments"),
        "bead history": Command("bead_past:history", "show who changed what of a bead, and when"),
        "bead stats": Command("bead_past:stats", "count beads, what is ready, how long work takes"),
        "bead epic status": Command("bead_graph:epic_status", "show how far epics have come"),
        "bead files": Command("bead_past:files", "show which beads touched a file"),
        "bead import": Command("interchange:import_beads", "take in a file of Beads (.beads/issues.jsonl)"),
        "bead export": Command("interchange:export_beads", "write beads as Beads writes them"),
        "sling": Command("work:sling", "dispatch: put a bead, new or not, or a convoy's, on hooks"),
        "undo": Command("undo:undo", "undo what was set aside, unslung, nuked or deleted lately"),
        "rescue restore": Command("rescue:restore", "bring back what was set aside; nothing is written over"),
        "unsling": Command("work:unsling", "take work back from a hook; nothing of it is lost"),
        "done": Command("work:done", "hand finished work to the merge queue"),
        "convoy create": Command(
            "convoy:create", "make a convoy: a batch that tracks beads until all have landed"
        ),
        "convoy add": Command("convoy:add", "put beads into a convoy"),
        "convoy remove": Command("convoy:remove", "take beads out of a convoy"),
        "convoy close": Command("convoy:close", "give a convoy up; by itself it closes when all in it has"),
        "bead cook": Command("molecule:cook", "show the steps that a formula (a template) would pour"),
        "bead mol pour": Command("molecule:pour", "make a molecule of a formula: a bead with ordered steps"),
        "bead mol wisp": Command("molecule:wisp", "the same without a record"),
        "bead mol current": Command("molecule:current", "show steps done, the one to do now, and the next"),
        "bead mol burn": Command("molecule:burn", "throw a wisp away"),
        "bead mol squash": Command("molecule:squash", "turn a molecule into its digest"),
    },
    "Agents": {
        "hook": Command("work:hook", "show what is on the hook (the assignment slot)"),
        "prime": Command("sessions:prime", "tell an agent who it is and what it must be doing"),
        "peek": Command("sessions:peek", "show the last lines of an agent's screen"),
        "attach": Command("sessions:attach", "go into an agent's session, or pick one"),
        "mayor": Command("mayor:mayor", "go to the mayor (the coordinator), started if it is not there"),
        "whoami": Command("agents:whoami", "who asks: address, hook, and what its role may do"),
        "agents": Command("agents:list_agents", "list all agents and what they do"),
        "agents show": Command("agents:show", "one agent with its record: work, outcomes, time, cost"),
        "agent pause": Command("agents:pause", "start no session for an agent until it is resumed"),
        "agent runtime": Command("agents:runtime", "choose the runtime (the agent CLI) of an agent"),
        "agent resume": Command("agents:resume", "let a paused agent go on"),
        "session list": Command("session:list_sessions", "list sessions that run, or are wanted and missing"),
        "session start": Command("session:start", "have an agent's session run, with work or without"),
        "session stop": Command("session:stop", "end an agent's session with all that it started"),
        "session restart": Command("session:restart", "put a fresh session in the place of an agent's"),
        "crew add": Command("crew:add", "add crew: a worker of your own, with a lasting worktree"),
        "crew list": Command("crew:list_crew", "list your own workers"),
        "crew remove": Command("crew:remove", "let one go; its folder is moved aside whole"),
        "polecat list": Command("polecat:list_polecats", "list polecats: the rigs' workers"),
        "polecat nuke": Command("polecat:nuke", "take polecats out of the town; nothing of theirs is lost"),
        "handoff": Command("handoff:handoff", "session rollover: a fresh session takes this one's place"),
        "seance": Command("seance:seance", "list former conversations, or ask a predecessor"),
    },
    "Mail": {
        "mail send": Command("mail:send", "send a message (mail) to an agent or the human"),
        "mail inbox": Command("mail:inbox", "list the mail that was not read yet"),
        "mail read": Command("mail:read", "show a message whole"),
    },
    "Looking": {
        "status": Command("status:status", "the one page: who works, what waits, the queue"),
        "trail": Command("trail:trail", "the story of an agent or a bead, in order"),
        "log": Command("log:log", "what happened, newest last; --follow goes on"),
        "convoy list": Command("convoy_read:list_convoys", "the convoys (batches) and how far each has come"),
        "convoy status": Command("convoy_read:status", "one convoy with all that it tracks"),
        "convoy watch": Command("convoy_read:watch", "follow a convoy until it has landed"),
        "mq list": Command("queue:list_queue", "merge requests that wait, and what landed lately"),
        "mq show": Command("queue:show", "one merge request with its gate runs"),
        "ledger log": Command("ledger:log", "the commits of the ledger's git history, or of one bead"),
        "ledger verify": Command("ledger:verify", "whether the ledger is whole and agrees with its history"),
        "worktree list": Command(
            "worktree:list_worktrees", "every worktree: whose it is, and what is unsaved"
        ),
        "rescue list": Command("rescue:list_rescues", "what was set aside of worktrees, newest first"),
        "rescue show": Command("rescue:show", "what is in one of them: files, commits, whose, why"),
        "doctor": Command("doctor:doctor", "look at tools, ledger and supervisor; changes nothing"),
    },
    "Town": {
        "install": Command("town:install", "make a town (a workspace) in a folder"),
        "uninstall": Command("town:uninstall", "move a town aside; says how to bring it back"),
        "rig add": Command("rig:add", "add a rig (a project) from a git repository"),
        "rig list": Command("rig:list_rigs", "list the rigs"),
        "rig remove": Command("rig:remove", "move a rig aside; says how to bring it back"),
        "role list": Command("role:list_roles", "list the roles: what each is for, and when its agents run"),
        "role show": Command("role:show", "show a role with its prompt and orders, and which file won"),
        "role check": Command("role:check", "check every role, prompt and standing order"),
        "runtime list": Command("runtime:list_runtimes", "list the agent CLIs, and what each can do"),
        "runtime check": Command("runtime:check", "start an agent CLI for nothing: what of it works"),
        "up": Command("town:up", "start the supervisor"),
        "down": Command("town:down", "stop the supervisor, and with --agents the sessions"),
        "ledger backup": Command("ledger:backup", "copy the ledger's file while everybody goes on"),
        "ledger restore": Command("ledger:restore", "make the ledger anew from its history, or a backup"),
        "ledger push": Command("ledger_remote:push", "push the ledger's git history, for other towns"),
        "ledger pull": Command("ledger_remote:pull", "bring in what other towns pushed; both sides stay"),
        "ledger share": Command("ledger_remote:share", "let a rig's beads travel with its code"),
        "ledger unshare": Command("ledger_remote:unshare", "keep a rig's beads here from now on"),
        "mq run": Command("queue:run", "work through one rig's queue; the supervisor calls it"),
        "mq retry": Command("queue:retry", "put a held merge request back into the queue"),
        "mq reject": Command("queue:reject", "send a merge request back: its bead is open again"),
    },
}

COMMANDS: Mapping[str, Command] = {
    name: command for group in GROUPS.values() for name, command in group.items()
}

LONGEST_NAME = 3
"""Words of the longest command name."""


def find(words: Sequence[str]) -> tuple[str, Sequence[str]] | None:
    """The command that `words` begin with, and what is left for it."""
    for size in range(min(LONGEST_NAME, len(words)), 0, -1):
        name = " ".join(words[:size])
        if name in COMMANDS:
            return name, words[size:]
    return None


def beneath(words: Sequence[str]) -> Mapping[str, Command]:
    """The commands whose names begin with these words; all of them for none."""
    start = "".join(f"{word} " for word in words)
    return {name: command for name, command in COMMANDS.items() if name.startswith(start)}


def stem(words: Sequence[str]) -> Sequence[str]:
    """The longest beginning of `words` that some command's name begins with: what a person has right so far."""
    for size in range(min(LONGEST_NAME, len(words)), 0, -1):
        if beneath(words[:size]):
            return words[:size]
    return ()


def nearest(words: Sequence[str]) -> Sequence[str]:
    """Names of commands that somebody who typed `words` may have meant, the likeliest first."""
    from difflib import get_close_matches

    family = stem(words)
    typed = " ".join(words[: len(family) + 1])
    alike = get_close_matches(typed, COMMANDS, n=3, cutoff=0.6)
    tails = [name for name in COMMANDS if name.split()[-1] == words[-1]] if words else []
    return list(dict.fromkeys([*alike, *tails, *(beneath(family) if family else ())]))[:4]
