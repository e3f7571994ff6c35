"""A town in which agents of any role are wanted, have work, run and end, as a test says."""

from gastown.domain.beads import BeadStatus
from gastown.domain.identity import OVERSEER, TOWN_PREFIX, parse_address, session_name
from gastown.domain.terminal import Session
from gastown.ledger import agents, bead_writes, beads, incarnations
from tests.component.view_town import ViewTown

MAYOR, DEACON, WITNESS = "mayor", "deacon", "web/witness"
TOAST, ANN, REX = "web/polecats/Toast", "web/crew/ann", "deacon/dogs/rex"


class RolesTown(ViewTown):
    """One town whose agents have other roles than polecats' too."""

    def known(self, address: str) -> str:
        with self.ledger.transaction() as ledger:
            agents.add(ledger, parse_address(address), self.clock.now())
        return address

    def want(self, address: str) -> str:
        self.known(address)
        with self.ledger.transaction() as ledger:
            assert agents.want(ledger, address, by=OVERSEER, now=self.clock.now())
        return address

    def hook(self, address: str, title: str = "Look into it", *, deferred: bool = False) -> str:
        """Put a new bead on the agent's hook; its id."""
        self.known(address)
        bead, now = self.bead(title), self.clock.now()
        with self.ledger.transaction() as ledger:
            assert agents.hook(ledger, address, bead)
            was = beads.get(ledger, bead).status
            bead_writes.set_status(
                ledger, bead, was, BeadStatus.HOOKED, assignee=address, by=OVERSEER, now=now
            )
            agents.assign(ledger, bead, address, by=OVERSEER, runtime=None, now=now, deferred=deferred)
        return bead

    def begin(
        self, address: str, *, activity: str = "idle", lasting: bool = True, primed: bool = True
    ) -> Session:
        """Let the agent's session run, for what is on its hook."""
        where, now = parse_address(address), self.clock.now()
        prefix = self.town.rig(where.rig).prefix if where.rig is not None else TOWN_PREFIX
        name = session_name(prefix, where.handle)
        with self.ledger.transaction() as ledger:
            number = incarnations.mint(
                ledger, address, agents.open_assignment(ledger, address), credential_hash=f"{address}{now}",
                conversation="c", session=name, head=None, why_older="replaced", now=now, runtime="scripted",
                lasting=lasting,
            )  # fmt: skip
            if primed:
                incarnations.primed(ledger, number, now)
        seen = self.terminal.start(name, ["x"], cwd=self.town.root, env={}, options={}, incarnation=number)
        if activity:
            self.says(seen.pane_pid, activity)
        return seen

    def role_file(self, name: str, text: str, folder: str = "") -> None:
        """Let the town, or a rig, say something of a role."""
        file = self.town.root / folder / "roles" / f"{name}.toml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
