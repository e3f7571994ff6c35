"""What the guard lets through and what it refuses, command by command, in a town with three agents."""

import json
from pathlib import Path

import pytest

from gastown.callbacks.glance import worth_a_look
from gastown.callbacks.guard import refusal
from gastown.callbacks.report import denied, read
from tests.towns import a_town

TOAST = "web/polecats/Toast"

HOMES = (TOAST, "web/polecats/Shadow", "web/crew/ann", "web/queue", "web/refinery")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A town whose worktrees are linked to the rig's repository as git links them; and other repositories."""
    folder = tmp_path_factory.mktemp("guarded")
    town = a_town(folder, ["web", "api"]).root
    for home in HOMES:
        admin = town / "web" / "repo.git" / "worktrees" / home.rpartition("/")[2]
        admin.mkdir(parents=True)
        (admin / "HEAD").write_text(f"ref: refs/heads/polecat/{admin.name}/we-1\n")
        (admin / "gitdir").write_text(f"{town / home}/.git\n")
        (town / home / "src").mkdir(parents=True)
        (town / home / ".git").write_text(f"gitdir: {admin}\n")
    (town / "web" / "repo.git" / "objects").mkdir()
    (town / "web" / "repo.git" / "HEAD").write_text("ref: refs/heads/main\n")
    (town / "mayor").mkdir()
    mine = town / "web" / "repo.git" / "worktrees" / "mine"
    mine.mkdir()
    (mine / "gitdir").write_text(f"{folder}/mine/.git\n")
    clone(folder / "scratch", "/somewhere/else.git")
    clone(folder / "again", "git@example.org:web.git")
    (town / TOAST / "shadow").symlink_to(town / "web" / "polecats" / "Shadow")
    return town


def clone(folder: Path, url: str) -> None:
    """A repository of its own, that came from `url`."""
    (folder / ".git").mkdir(parents=True)
    (folder / ".git" / "config").write_text(f'[remote "origin"]\n\turl = {url}\n')
    (folder / ".git" / "HEAD").write_text("ref: refs/heads/main\n")


def why(root: Path, command: str, address: str = TOAST) -> str:
    """Why the agent may not run it in its worktree."""
    environment = {
        "GT_TOWN": str(root),
        "GT_ADDRESS": address,
        "TMUX": f"{root}/run/tmux.sock,1,0",
        "HOME": "/home/ann",
    }
    said = {"tool_name": "Bash", "tool_input": {"command": command}, "cwd": str(root / address)}
    report = json.dumps(said)
    because = refusal(read(report), environment)[0]
    assert not because or worth_a_look(report, environment)
    return because


ALLOWED = [
    "ls -la",
    "git status",
    "git add -A && git commit -m 'Mend the door'",
    "git commit -am 'never git push origin main'",
    'git commit -m "git stash is forbidden; so is git push"',
    "git commit -F - <<'EOF'\nHow it was: git push origin main\nrm -rf ../Shadow\nEOF",
    "git commit -m \"$(cat <<'EOF'\nDon't run git push --force (or git stash)\nEOF\n)\"",
    "cat > notes.md <<EOF\ngit push origin main\ngit worktree remove ../Shadow\nEOF",
    "echo 'git push origin main' >> README.md",
    "grep -rn 'git stash' docs | head",
    "git log --oneline origin/main..HEAD",
    "git log --grep=push",
    "git fetch origin main",
    "git rebase origin/main",
    "git merge origin/main",
    "git diff main...HEAD -- src",
    "git checkout -b polecat/Toast/try",
    "git switch -c try",
    "git branch",
    "git branch -a --list 'polecat/*'",
    "git branch -D polecat/Toast/try",
    "git branch -d try-1",
    "git branch -m polecat/Toast/try polecat/Toast/better",
    "git branch --show-current",
    "git push --dry-run origin main",
    "git push origin HEAD:refs/heads/feature",
    "git push",
    "git push -u origin polecat/Toast/we-1",
    "cd ../../../../scratch && git push origin main",
    "git -C ../../../../scratch push origin HEAD:main",
    "git push https://example.org/other.git main",
    "git stash list",
    "git stash show -p stash@{0}",
    "git stash apply --index refs/gastown/rescue/Toast/20260102T030405-006/worktree",
    "cd ../../../../scratch; git stash; git stash pop",
    "git worktree list",
    "git worktree add ../../../../other main",
    "git worktree remove ../../../../other",
    "git worktree add /tmp/mine HEAD && git worktree remove /tmp/mine",
    "git reset --hard HEAD~1",
    "git clean -fd",
    "git restore src/app.py",
    "git cherry-pick abc123",
    "git update-ref refs/heads/polecat/Toast/keep HEAD",
    "git config user.name",
    "git config core.hooksPath",
    "git config --get remote.origin.pushurl",
    "git config --local diff.tool vimdiff",
    "git reflog",
    "git gc",
    "git -C ../Shadow log -1",
    "git -C ../Shadow diff",
    "git show main:README.md > /tmp/readme",
    "cat ../Shadow/README.md",
    "cp ../Shadow/a.txt .",
    "rm -rf build node_modules ./dist",
    "rm -rf /tmp/somewhere",
    'rm -rf "$TMPDIR/x" "$(mktemp -d)"',
    "rm shadow",
    "rm -f *.pyc",
    "mv src/a.py src/b.py",
    "mv old.toml pyproject.toml",
    "sed -i s/a/b/ pyproject.toml",
    "echo x > town.toml",
    "find . -name '*.pyc' -delete",
    "find .. -name README.md",
    "tmux ls",
    "tmux -L mine kill-server",
    "tmux -L mine new -d 'npm start' && tmux -L mine send-keys -t 0 q",
    "tmux capture-pane -p -t we-Shadow",
    "tmux -S /tmp/mine.sock kill-session -t x",
    "sqlite3 $GT_TOWN/gastown.db 'SELECT hook_bead FROM agents'",
    "gt done",
    "gt mail send mayor -m 'please git push'",
    "bd create 'Forbid git stash' -d 'git stash pop; rm -rf ..'",
    "python3 - <<'EOF'\nimport os\nprint('git push origin main')\nEOF",
    'for f in *.py; do sed -i s/push/pull/ "$f"; done',
    "npm run push:stage && make branch",
    "pytest -k 'push or stash' 2>&1 | tail -5",
    "echo $((1 << 3)); case $x in a) echo b;; esac",
    "git tag -d v1",
    "git push origin v1.0",
    "echo 'unbalanced",
    "rm -rf $UNKNOWN/polecats",
    "chmod +x scripts/push.sh",
    "git worktree remove mine",
    "git worktree add --detach /tmp/try-$$ && cd /tmp/try-$$ && make; git worktree remove --force /tmp/try-$$",
    'T=$(mktemp -d) && git worktree add $T/x HEAD && git worktree remove "$T/x"',
    "cd $UNKNOWN/x && git worktree remove /tmp/other",
    "pushd ../Shadow && git log -1; popd && git commit -am x",
    "cd ../Shadow && git log -1; cd - && git reset --hard",
    "cd src && git add . && rm -rf $PWD/build",
    "git update-ref refs/remotes/fork/main HEAD",
    "git worktree remove --force ../../../../mine",
    "git worktree add --force /tmp/again HEAD",
    "git worktree add -b try-2 build/tree",
    "git worktree lock /tmp/mine",
    "git --work-tree=. status",
    "git --work-tree=src checkout -- .",
    "git --work-tree=../Shadow diff --stat",
    "git --work-tree ../Shadow log -1",
    "GIT_WORK_TREE=. git checkout -- .",
    "export GIT_WORK_TREE=/tmp/elsewhere; git --git-dir=/tmp/elsewhere/.git reset --hard",
    "export GIT_WORK_TREE=../Shadow; unset GIT_WORK_TREE; git reset --hard",
    "git -c core.worktree=. status",
    "git checkout-index -a -f --prefix=build/",
    "git symbolic-ref HEAD",
    "git symbolic-ref --short HEAD",
    "git pull",
    "git pull --rebase origin main",
    "git pull --rebase --no-autostash",
    "git rebase --autosquash -i HEAD~3",
    "git -c rebase.autoStash=false rebase origin/main",
    "git config rebase.autoStash",
    "git config rebase.autoStash false",
    "cd ../../../../scratch && git rebase --autostash main && git config rebase.autostash true",
    "git fetch --all --prune",
    "git fetch origin main:refs/remotes/origin/main",
    "git fetch origin '+refs/heads/*:refs/remotes/origin/*'",
    "git fetch origin feature:refs/remotes/origin/feature",
    "git fetch origin feature:feature",
    "git fetch --depth 5 origin main",
    "git branch -r --list 'origin/*'",
    "git branch -d -r origin/feature",
    "git branch --set-upstream-to=origin/main",
    "git rev-parse refs/remotes/origin/main",
    "git log refs/remotes/origin/main..HEAD",
    "git remote -v; git remote show origin; git remote get-url origin",
    "git remote add upstream https://example.org/up.git && git remote remove upstream",
    "git config --get remote.origin.url",
    "git push --no-verify origin HEAD:feature",
    "git push --no-verify",
    "B=feature; git push --no-verify origin HEAD:$B",
    'git push origin "HEAD:$(git branch --show-current)"',
    "git push origin HEAD:${BRANCH:-feature}",
    "git push origin HEAD:$BRANCH",
    "for b in one two; do git push --no-verify origin HEAD:$b; done",
    'for f in *.py src/*.py; do mv "$f" "$f.bak" && rm -f $f.bak; done',
    'for d in src build; do (cd "$d" && git clean -fd); done',
    "for n in 1 2 3; do pytest -x; done; for w in ../Shadow ../Nova; do git -C $w log -1; done",
    "echo ${X:-git stash} ${Y:+git stash} ${Z#git stash} ${#X} ${X:?git stash}",
    "OPTIONS='-x -q --maxfail 1'; pytest $OPTIONS | xargs echo 'git push origin main'",
    "git diff --name-only | xargs git add",
    "git ls-files -o | xargs rm -f",
    "find . -name '*.orig' | xargs -I{} rm {}",
    "git branch --merged | grep try | xargs git branch -d",
    "git subtree pull --prefix=lib lib main",
    "tar -C ../Shadow -cf /tmp/shadow.tar . && tar -xf /tmp/shadow.tar -C build",
    "patch -p1 < ../Shadow/fix.patch",
    "perl -i -pe 's/a/b/' src/app.py",
    "perl -ne 'print if /x/' ../Shadow/src/app.py",
]


@pytest.mark.parametrize("command", ALLOWED)
def test_ordinary_commands_pass(root: Path, command: str) -> None:
    assert why(root, command) == ""


PUSHES = [
    "git push origin main",
    "git push origin HEAD:main",
    "git push origin +main",
    "git push origin HEAD:refs/heads/main",
    "git push origin polecat/Toast/we-1:main",
    "git push --force origin HEAD:main",
    "git push --no-verify origin main",
    "git push origin --delete main",
    "git push origin :main",
    "git push origin :",
    "git push --all",
    "git push --mirror origin",
    "git push origin 'refs/heads/*:refs/heads/*'",
    "git push https://example.org/web.git HEAD:main",
    "git push https://ann:secret@example.org/web HEAD:main",
    "git push git@example.org:web.git main",
    "git push $GT_TOWN/web/repo.git HEAD:main",
    "git push ../../repo.git HEAD:main",
    "git push --repo=origin origin main",
    "git push -o ci.skip origin main",
    "git -C . push origin main",
    "git -C ../Shadow push origin main",
    "git --git-dir=../../repo.git push origin main",
    "git --git-dir ../../repo.git push origin main",
    "git -c user.name=x push origin main",
    "GIT_DIR=../../repo.git git push origin main",
    "cd src && git push origin main",
    "cd /nowhere/$X && git push origin main",
    "git status && git push origin main",
    "git commit -qm x; git push origin main",
    "true || git push origin main",
    "git fetch & git push origin main",
    "(git push origin main)",
    "{ git push origin main; }",
    "if true; then git push origin main; fi",
    "for b in main; do git push origin main; done",
    "! git push origin main",
    "X=$(git push origin main 2>&1); echo $X",
    'echo "`git push origin main`"',
    "git push origin main 2>&1 | tail -3",
    "yes | git push origin main",
    "sh -c 'git push origin main'",
    'bash -lc "cd src && git push origin HEAD:main"',
    "bash <<'EOF'\ngit push origin main\nEOF",
    "eval 'git push origin main'",
    "FOO=1 git push origin main",
    "env FOO=1 git push origin main",
    "env -i git push origin main",
    "command git push origin main",
    "\\git push origin main",
    "/usr/bin/git push origin main",
    "timeout 60 git push origin main",
    "nohup nice -n 5 git push origin main &",
    "sudo -u ann git push origin main",
    "echo main | xargs git push origin main",
    'git "push" origin "main"',
    "git push \\\n  origin \\\n  main",
    "TARGET=main; git push origin $TARGET",
    "export TARGET=main && git push origin HEAD:${TARGET}",
    "cd ../../../../again && git push origin main",
    "git push -C x origin main",
    "git send-pack git@example.org:web.git main",
    "for b in main; do git push origin HEAD:$b; done",
    "for b in feature main; do git push --no-verify origin HEAD:$b; done",
    'for b in feature main; do bash -c "git push --no-verify origin HEAD:$b"; done',
    "for a in 1 2; do for b in feature main; do git push --no-verify origin HEAD:$b; done; done",
    "for b in $(git branch --format='%(refname:short)'); do git push --no-verify origin HEAD:$b; done",
    "while read -r b; do git push --no-verify origin HEAD:$b; done < branches",
    "git push origin HEAD:${TARGET:-main}",
    "git push --no-verify origin HEAD:${TARGET:-main}",
    "git push origin HEAD:${TARGET-main}",
    "git push origin HEAD:${TARGET:=main}",
    'git push origin "HEAD:${TARGET:-"main"}"',
    "git push origin HEAD:${ONE:-${TWO:-main}}",
    "git push origin HEAD:${HOME:+main}",
    "B=main; git push origin HEAD:${B:?}",
    "echo ${X:-$(git push origin main)}",
    "WHERE='origin HEAD:main'; git push $WHERE",
    "git push --no-verify origin $(git branch --show-current):$TARGET",
    "git push --no-veri origin $WHAT",
    "git push --no-verify $REMOTE",
    "git push --no-verify origin HEAD:{main,feature}",
    "echo HEAD:main | xargs git push --no-verify origin",
    "echo main | xargs -I{} git push --no-verify origin HEAD:{}",
    "git -c push.default=upstream push --no-verify",
    "git subtree push --prefix=lib origin main",
    "git subtree push --prefix lib origin main",
]

OTHERS = [
    "git stash",
    "git stash -u",
    "git stash push -m x",
    "git stash save x",
    "git stash pop",
    "git stash apply",
    "git stash apply stash@{1}",
    "git stash drop",
    "git stash clear",
    "git add -A; git stash --keep-index && make",
    "git worktree remove ../Shadow",
    "git worktree remove --force $GT_TOWN/web/crew/ann",
    "git worktree move ../Shadow ../Shade",
    "git worktree remove $WHICH",
    "git worktree prune",
    "git -C ../../repo.git worktree remove ../polecats/Shadow",
    "rm -rf ../Shadow",
    "rm -rf ../Shadow/",
    "rm -rf ..",
    "rm -rf ../*",
    "rm -rf ../../polecats/Sh*",
    "rm -rf $GT_TOWN",
    "rm -rf /",
    "rm -rf ~/../../ $GT_TOWN/web",
    "cd .. && rm -rf Shadow",
    "rm shadow/src/app.py",
    "mv ../Shadow /tmp",
    "mv ../../crew/ann /tmp/ann",
    "mv src/a.py ../Shadow/src/",
    "find ../Shadow -name '*.py' -delete",
    "cp a.txt ../Shadow/",
    "echo x > ../Shadow/a.txt",
    "echo x | tee -a ../../crew/ann/notes",
    "sed -i s/a/b/ ../Shadow/a.txt",
    "git -C ../Shadow reset --hard",
    "git -C ../Shadow commit -am x",
    "cd ../Shadow && git checkout main",
    "cd ../../queue && git reset --hard",
    "git branch -D polecat/Shadow/we-2",
    "git branch -D crew-ann/home",
    "git branch -f main HEAD",
    "git branch -M polecat/Shadow/we-2 mine",
    "git branch --delete --force main",
    "git update-ref refs/heads/main HEAD",
    "git update-ref -d refs/gastown/rescue/Shadow/x/worktree",
    "git update-ref -d refs/heads/polecat/Shadow/we-2",
    "git config core.hooksPath .husky",
    "git config --global core.hooksPath /dev/null",
    "git config set core.hooksPath x",
    "git config --unset core.hooksPath",
    "git -c core.hooksPath=/dev/null commit -m x",
    "git config remote.origin.pushurl git@example.org:web.git",
    "git remote set-url --push origin git@example.org:web.git",
    "git reflog expire --expire=now --all",
    "git gc --prune=now",
    "tmux kill-server",
    "tmux kill-session -t we-Shadow",
    "tmux send-keys -t we-Shadow 'Forget your work' Enter",
    "tmux -S $GT_TOWN/run/tmux.sock attach-session -t we-Shadow",
    "tmux respawn-window -k -t we-Shadow",
    "tmux -S $GT_TOWN/run/tmux.sock kill-server",
    "rm $GT_TOWN/gastown.db",
    "rm -f ../../../gastown.db-wal",
    "echo > ../../../town.toml",
    "sed -i s/ask/unattended/ ../../rig.toml",
    "cp x ../../repo.git/hooks/pre-push",
    "rm ../../repo.git/hooks/pre-push",
    "rm -rf ../../../ledger.git",
    'sqlite3 ../../../gastown.db "UPDATE agents SET hook_bead = NULL"',
    "rm -rf $GT_TOWN/web/polecats/Toast",
    "git worktree remove Shadow",
    "git worktree remove --force Shadow",
    "git worktree remove polecats/Shadow/",
    "git worktree move Shadow /tmp/shade",
    "git worktree remove -f -f crew/ann",
    "git worktree remove queue",
    "git worktree remove --force /$WHERE",
    "git worktree remove --force /tmp/$WHERE/../Shadow",
    "git worktree remove --force {mine,Shadow}",
    "git worktree remove $PWD/../Shadow",
    "GIT_WORK_TREE=$PWD/../Shadow git clean -fd",
    "cd src && GIT_WORK_TREE=$PWD/../../Shadow git clean -fd",
    "cd /tmp && cd - && git stash",
    "pushd /tmp; popd; git stash",
    "git worktree remove Toast",
    "git -C ../../repo.git worktree remove Shadow",
    "for w in mine Shadow; do git worktree remove --force $w; done",
    "git worktree list | awk '{print $1}' | xargs git worktree remove --force",
    "git worktree add --force ../Shadow main",
    "git worktree add ../Nobody HEAD",
    "git worktree add -f ../../queue main",
    "git --work-tree=../Shadow reset --hard",
    "git --work-tree ../Shadow checkout -f -- .",
    "git --work-tree=../Shadow clean -fdx",
    "git --work-tree=.. clean -fdx",
    "git --work-tree=shadow checkout -- .",
    "git -C shadow reset --hard",
    "git --work-tree=../../Shadow -C src reset --hard",
    "git -C src --work-tree=../../Shadow reset --hard",
    "git --git-dir=.git --work-tree=../Shadow checkout -f",
    "cd ../Shadow && git --git-dir=$GT_TOWN/web/polecats/Toast/.git checkout -f",
    "GIT_WORK_TREE=../Shadow git checkout -- .",
    "env GIT_WORK_TREE=../Shadow git checkout -- .",
    "export GIT_WORK_TREE=../Shadow; git reset --hard",
    "export GIT_WORK_TREE=../../Shadow && (cd src && git clean -fd)",
    "GIT_WORK_TREE=../Shadow; export GIT_WORK_TREE; git reset --hard",
    "GIT_WORK_TREE=../Shadow bash -c 'git clean -fd'",
    "git -c core.worktree=../Shadow reset --hard",
    "git config core.worktree ../Shadow",
    "git checkout-index -a -f --prefix=../Shadow/",
    "git -C ../Shadow symbolic-ref HEAD refs/heads/mine",
    "git symbolic-ref HEAD refs/heads/polecat/Shadow/we-2",
    "git -C ../Shadow update-ref --no-deref HEAD abc123",
    "git -C ../Shadow bisect start",
    "git pull --autostash",
    "git pull --rebase --autostash origin main",
    "git rebase --autostash origin/main",
    "git rebase --no-autostash --autostash origin/main",
    "git merge --autostash origin/main",
    "git -c rebase.autoStash=true rebase origin/main",
    "git -c rebase.autostash pull --rebase",
    "git -c merge.autoStash=1 merge origin/main",
    "GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=rebase.autoStash GIT_CONFIG_VALUE_0=true git rebase origin/main",
    "git config rebase.autoStash true",
    "git config --global rebase.autoStash true",
    "git config set --global merge.autostash on",
    "git --config-env=core.hooksPath=NOWHERE commit -m x",
    "GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=core.hooksPath GIT_CONFIG_VALUE_0=/dev/null git commit -m x",
    "git update-ref refs/remotes/origin/main HEAD",
    "git update-ref -d refs/remotes/origin/main",
    "git branch -d -r origin/main",
    "git branch -rd origin/main",
    "git fetch origin HEAD:refs/remotes/origin/main",
    "git fetch . +HEAD:refs/remotes/origin/main",
    "git fetch . HEAD:remotes/origin/main",
    "git fetch origin feature:refs/remotes/origin/main",
    "git fetch . '+refs/heads/*:refs/remotes/origin/*'",
    "git fetch origin '+refs/heads/old-*:refs/remotes/origin/*'",
    "git pull . HEAD:refs/remotes/origin/main",
    "git fetch origin main:refs/heads/main",
    "git remote remove origin",
    "git remote rename origin upstream",
    "git remote set-url origin /tmp/mine.git",
    "git config remote.origin.url /tmp/mine.git",
    "tar -C ../Shadow -xf a.tar",
    "tar xzf a.tar --directory=../Shadow",
    "patch -d ../Shadow < fix.patch",
    "perl -i -pe s/a/b/ ../Shadow/src/app.py",
    "for d in src ../Shadow; do rm -rf $d; done",
    "EXTRA='src ../Shadow'; rm -rf $EXTRA",
]


@pytest.mark.parametrize("command", [*PUSHES, *OTHERS])
def test_what_hurts_others_is_refused_with_what_to_do_instead(root: Path, command: str) -> None:
    because = why(root, command)
    assert because
    assert because.isprintable()


@pytest.mark.parametrize(
    "tool, field, path, free",
    [
        ("Write", "file_path", "src/new.py", True),
        ("Edit", "file_path", "pyproject.toml", True),
        ("Write", "file_path", "/somewhere/else.txt", True),
        ("Edit", "file_path", "../Shadow/src/app.py", False),
        ("Edit", "file_path", "shadow/src/app.py", False),
        ("NotebookEdit", "notebook_path", "../../crew/ann/a.ipynb", False),
        ("Write", "file_path", "../../rig.toml", False),
        ("Write", "file_path", "../../../town.toml", False),
        ("Write", "file_path", "../../../roles/polecat.toml", False),
        ("Write", "file_path", "../../repo.git/hooks/pre-push", False),
        ("Edit", "file_path", "../../repo.git/worktrees/Toast/HEAD", False),
        ("Write", "file_path", "../../../gastown.db", False),
        ("Write", "file_path", "../../../mayor/notes.md", False),
    ],
)
def test_files_of_others_and_of_the_town_are_not_written(
    root: Path,
    tool: str,
    field: str,
    path: str,
    free: bool,  # noqa: FBT001
) -> None:
    given = {field: path if path.startswith("/") else f"{root / TOAST}/{path}"}
    said = {"tool_name": tool, "tool_input": given, "cwd": str(root / TOAST)}
    environment = {"GT_TOWN": str(root), "GT_ADDRESS": TOAST}
    because, _ = refusal(read(json.dumps(said)), environment)
    assert (because == "") is free
    assert free or worth_a_look(json.dumps(said), environment)


@pytest.mark.parametrize(
    "given",
    [
        {"command": "make test"},
        {"command": "cd {home} && python3 -m pytest -q tests"},
        {"command": "git add -A && git commit -m 'Mend the door'"},
        {"file_path": "{home}/src/new.py", "content": "git push origin main; rm -rf .."},
    ],
    ids=str,
)
def test_most_calls_are_not_even_read(root: Path, given: dict[str, str]) -> None:
    home = str(root / TOAST)
    told = {name: value.replace("{home}", home) for name, value in given.items()}
    said = {"session_id": "x", "cwd": home, "tool_name": "Bash", "tool_input": told}
    assert not worth_a_look(json.dumps(said), {"GT_TOWN": str(root), "GT_ADDRESS": TOAST})


def test_each_agent_is_at_home_in_its_own_place(root: Path) -> None:
    assert why(root, "rm -rf notes && echo x > ../mayor/notes.md", "mayor") == ""
    assert why(root, "git -C ../web/crew/ann reset --hard", "mayor")
    assert why(root, "git reset --hard; git branch -D crew-ann/old; rm -rf build", "web/crew/ann") == ""
    assert why(root, "rm -rf ../../polecats/Toast", "web/crew/ann")
    assert why(root, "git branch -D polecat/Toast/we-1", "web/refinery")
    assert why(root, "git branch -D refinery/we-1", "web/refinery") == ""


def test_what_is_no_report_at_all_is_let_through_or_said_to_be_none(root: Path) -> None:
    assert refusal(read('{"tool_name": "Read", "tool_input": []}'), {"GT_TOWN": str(root)})[0] == ""
    with pytest.raises(ValueError, match="Expecting value"):
        read("git push origin main")


def test_commands_given_word_by_word_or_in_broken_text_are_read_too(root: Path) -> None:
    environment = {"GT_TOWN": str(root), "GT_ADDRESS": TOAST}
    for command in (["git", "stash"], "echo \ud800; git stash", "echo 'a\0b'; git stash"):
        report = read(json.dumps({"tool_input": {"command": command}, "cwd": str(root / TOAST)}))
        because, said = refusal(report, environment)
        told, answer = denied(report, said, because)
        assert json.loads(told)["reason"] == because != ""
        assert because in json.loads(answer)["hookSpecificOutput"]["permissionDecisionReason"]
