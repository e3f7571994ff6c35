"""The environment in which a gate runs: what builds need, and the marks by which its processes are found."""

from collections.abc import Mapping
from pathlib import Path

from gastown.operations.sessions.marks import GATE, QUEUE, TOWN_OF_GATE
from gastown.town import Town

NAMES = frozenset({
    # who and where we are
    "HOME", "LANG", "LANGUAGE", "LOGNAME", "PATH", "SHELL", "TEMP", "TMP", "TMPDIR", "TZ", "USER",
    # proxies and certificates
    "ALL_PROXY", "FTP_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "all_proxy", "ftp_proxy",
    "http_proxy", "https_proxy", "no_proxy", "AWS_CA_BUNDLE", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO",
    "GIT_SSL_CAPATH", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "SSL_CERT_DIR", "SSL_CERT_FILE",
    # where tools and their caches live
    "ANDROID_HOME", "ANDROID_SDK_ROOT", "CCACHE_DIR", "CONDA_PREFIX", "DENO_DIR", "DEVELOPER_DIR",
    "DOCKER_CONFIG", "DOCKER_HOST", "DOTNET_ROOT", "DYLD_LIBRARY_PATH", "GEM_HOME", "GEM_PATH", "GOARCH",
    "GOBIN", "GOCACHE", "GOENV", "GOFLAGS", "GOMODCACHE", "GONOPROXY", "GONOSUMDB", "GOOS", "GOPATH",
    "GOPRIVATE", "GOPROXY", "GOROOT", "GOSUMDB", "GOTOOLCHAIN", "GRADLE_USER_HOME", "HOMEBREW_PREFIX",
    "JAVA_HOME", "LD_LIBRARY_PATH", "MAVEN_OPTS", "NIX_PATH", "NIX_PROFILES", "NODE_OPTIONS", "NVM_DIR",
    "PKG_CONFIG_PATH", "PLAYWRIGHT_BROWSERS_PATH", "PNPM_HOME", "PYENV_ROOT", "SDKROOT", "SSH_AUTH_SOCK",
    "VOLTA_HOME",
    # how to compile
    "AR", "CC", "CFLAGS", "CPPFLAGS", "CXX", "CXXFLAGS", "LDFLAGS", "LIBRARY_PATH",
    "RUSTFLAGS",
})  # fmt: skip
FAMILIES = (
    "BUNDLE_", "CARGO_", "LC_", "NPM_CONFIG_", "PIP_", "POETRY_", "RUSTUP_", "UV_", "XDG_", "YARN_",
    "npm_config_",
)  # fmt: skip
SECRET = ("AUTH", "CREDENTIAL", "KEY", "PASSWORD", "SECRET", "TOKEN")
"""A name of a family that holds one of these words stays outside: a gate runs what agents wrote."""
GATES_OWN = {"CI": "true", "TERM": "dumb"}
"""Nobody watches: tools must neither ask nor draw. `true` is the spelling that every tool understands."""

USUAL_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"


def marks(town: Town, rig: str) -> Mapping[str, str]:
    """What the environment of everything that a rig's gate starts holds, and nobody else's."""
    return {GATE: rig, TOWN_OF_GATE: str(town.root.resolve())}


def queue_mark(town: Town, rig: str) -> Mapping[str, str]:
    """What the environment of everything that a rig's queue starts holds, its gates aside."""
    return {QUEUE: str(town.rig_places(rig).root.resolve())}


def gate_environment(town: Town, rig: str, outside: Mapping[str, str]) -> dict[str, str]:
    """The allowed part of `outside`, without the town's launchers on PATH, and with the gate's marks.

    No credential, no agent's name, no git identity, no GT_TOWN: what a gate runs is nobody in this town.
    """
    allowed = {name: value for name, value in outside.items() if name in NAMES or _of_a_family(name)}
    path = _without(town.places.bin, allowed.get("PATH", "")) or USUAL_PATH
    return {**allowed, "PATH": path, **GATES_OWN, **marks(town, rig)}


def _of_a_family(name: str) -> bool:
    return name.startswith(FAMILIES) and not any(word in name.upper() for word in SECRET)


def _without(folder: Path, path: str) -> str:
    ours = {folder, folder.resolve()}
    return ":".join(
        part for part in path.split(":") if part and not ours & {Path(part), Path(part).resolve()}
    )
