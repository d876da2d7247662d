"""A real S3 server, Ceph's radosgw on loopback over memory, for one run of the tests.

The first test that needs it starts `python -m tests.fakes.objects FOLDER PID`, which runs the
server until the process PID, the test run, is gone. Tests share the one server and one bucket; each
has a prefix of its own. Without radosgw on the machine its tests are skipped by name.
"""

import ctypes
import fcntl
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import obstore
from obstore.store import S3Store

HOME = "TESTS_OBJECTS"
PROGRAMS = ("ceph-authtool", "ceph-mon", "ceph-osd", "monmaptool", "radosgw", "radosgw-admin")
KEY, SECRET = "objects-key", "correct-horse/battery+staple"  # with what an address must escape
BUCKET = "strongroom"
PATIENCE = 120.0  # seconds; a busy machine takes a minute
_DIES_WITH_PARENT = 1  # PR_SET_PDEATHSIG
_CONF = """
[global]
fsid = {fsid}
mon host = v2:127.0.0.1:{mon}
ms bind msgr1 = false
public addr = 127.0.0.1
cluster addr = 127.0.0.1
keyring = {folder}/keyring
mon data = {folder}/mon
osd data = {folder}/osd
rgw data = {folder}/rgw
run dir = {folder}
admin socket = {folder}/$name.$pid.asok
log file = {folder}/$name.log
pid file = {folder}/$name.pid
crash dir = {folder}/crash
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pg autoscale mode = off
mon allow pool size one = true
mon pg warn min per osd = 0
mon data avail crit = 1
osd objectstore = memstore
memstore device bytes = 4294967296
osd crush chooseleaf type = 0
rgw frontends = beast endpoint=127.0.0.1:{port}
rgw thread pool size = 32
rgw enable gc threads = false
rgw enable lc threads = false
rgw enable quota threads = false
rgw run sync thread = false
debug ms = 0
"""


def missing() -> str:
    """Name the programs that this machine has not; empty if the server can run."""
    return ", ".join(name for name in PROGRAMS if shutil.which(name) is None)


def endpoint() -> str:
    """Return the address of the run's server, which is started if no test has needed it yet."""
    home = Path(os.environ[HOME])
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        told, log = home / "endpoint", home / "supervisor.log"
        if not told.exists():
            _supervise(home, log)
            _until(lambda: told.exists() or (home / "failed").exists())
            assert told.exists(), log.read_text()
    return told.read_text()


def _supervise(home: Path, log: Path) -> None:
    """Start the server's supervisor as a process that nobody waits for."""
    command = [sys.executable, "-m", __name__, str(home), os.environ[f"{HOME}_RUN"]]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    os.posix_spawn(
        sys.executable,
        command,
        environment,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 1, str(log), os.O_WRONLY | os.O_CREAT, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
    )


def address(endpoint: str, prefix: str, **options: str) -> str:
    """Return a place in the bucket as the setting has it."""
    host, secret = endpoint.removeprefix("http://"), SECRET.replace("/", "%2F").replace("+", "%2B")
    query = "&".join(f"{name}={value}" for name, value in {"tls": "no", **options}.items())
    return f"s3://{KEY}:{secret}@{host}/{BUCKET}/{prefix}?{query}"


def store(endpoint: str, prefix: str = "") -> S3Store:
    """Return a client of the bucket that looks at it past the code under test."""
    return S3Store(
        BUCKET,
        prefix=prefix or None,
        config={"endpoint": endpoint, "access_key_id": KEY, "secret_access_key": SECRET},
        client_options={"allow_http": True, "timeout": "60s"},
    )


def prepare_home() -> None:
    """Name the folder of this run's server, before the run's own processes are started."""
    os.environ[HOME] = tempfile.mkdtemp(prefix="strongroom-objects-")
    os.environ[f"{HOME}_RUN"] = str(os.getpid())


def remove_home() -> None:
    """Remove the folder of this run's server, if no server uses it."""
    home = Path(os.environ.pop(HOME))
    del os.environ[f"{HOME}_RUN"]
    if not (home / "lock").exists():
        shutil.rmtree(home, ignore_errors=True)


def _until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < end, "the object store did not start"
        time.sleep(0.05)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


class Cluster:
    """One monitor, one store in memory, one gateway: all that radosgw needs."""

    def __init__(self, folder: Path) -> None:
        """Use an empty folder."""
        self._folder = folder
        self._mon, self._port = _free_port(), _free_port()
        self._environ = {**os.environ, "CEPH_CONF": str(folder / "ceph.conf")}
        self._processes: list[subprocess.Popen[bytes]] = []
        self.endpoint = f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start the three and make the account and the bucket."""
        folder, fsid = self._folder, "5d2b1c5e-0f10-4a43-8c2f-3d7d0d5a9a01"
        conf = _CONF.format(folder=folder, fsid=fsid, mon=self._mon, port=self._port)
        (folder / "ceph.conf").write_text(conf)
        for name in ("mon", "osd", "rgw", "crash"):
            (folder / name).mkdir()
        self._make_keys()
        monmap, where = folder / "monmap", f"[v2:127.0.0.1:{self._mon}]"
        self._run("monmaptool", "--create", "--addv", "a", where, "--fsid", fsid, str(monmap))
        self._run(
            *("ceph-mon", "--mkfs", "-i", "a", "--monmap", str(monmap)),
            *("--keyring", str(folder / "keyring")),
        )
        self._spawn("ceph-mon", "-f", "-i", "a")
        self._ceph("osd", "create")
        self._ceph("auth", "import", "-i", str(folder / "keyring"))
        self._run("ceph-osd", "-i", "0", "--mkfs")
        self._ceph("osd", "crush", "add", "osd.0", "1", "root=default", "host=local")
        self._spawn("ceph-osd", "-f", "-i", "0")
        self._spawn("radosgw", "-f", "-n", "client.admin")
        self._run(
            *("radosgw-admin", "user", "create", "--uid=tests", "--display-name=tests"),
            *(f"--access-key={KEY}", f"--secret-key={SECRET}"),
        )
        _until(self._answers)
        self._make_bucket()

    def stop(self) -> None:
        """End everything at once; it all stood in memory."""
        for process in reversed(self._processes):
            process.kill()
            process.wait()

    def _make_keys(self) -> None:
        keyring = str(self._folder / "keyring")
        everything = [word for kind in ("mon", "osd", "mgr") for word in ("--cap", kind, "allow *")]
        names = {"mon.": ["--cap", "mon", "allow *"], "client.admin": everything}
        osd = ["--cap", "mon", "allow profile osd", "--cap", "osd", "allow *"]
        for name, caps in {**names, "osd.0": osd}.items():
            create = [] if Path(keyring).exists() else ["--create-keyring"]
            self._run("ceph-authtool", keyring, *create, "--gen-key", "-n", name, *caps)

    def _make_bucket(self) -> None:
        # An address that is signed for it: the client that we use makes no buckets.
        url = obstore.sign(store(self.endpoint), "PUT", "", timedelta(minutes=5))
        request = urllib.request.Request(url, method="PUT")  # noqa: S310 - our own server
        with urllib.request.urlopen(request, timeout=PATIENCE):  # noqa: S310 - likewise
            pass

    def _answers(self) -> bool:
        assert all(process.poll() is None for process in self._processes), "a part has ended"
        try:
            with socket.create_connection(("127.0.0.1", self._port), timeout=1):
                return True
        except OSError:
            return False

    def _ceph(self, *words: str) -> None:
        self._run("ceph", "--connect-timeout", "60", *words)

    def _run(self, *command: str) -> None:
        subprocess.run(command, env=self._environ, check=True, timeout=PATIENCE)

    def _spawn(self, *command: str) -> None:
        self._processes.append(
            subprocess.Popen(command, env=self._environ, preexec_fn=_die_with_parent)  # noqa: PLW1509 - one thread
        )


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_DIES_WITH_PARENT, signal.SIGKILL)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def main(home: Path, run: int) -> None:
    """Run the server in a folder until the process `run` is gone."""
    cluster = Cluster(home)
    try:
        cluster.start()
        aside = home / secrets.token_hex(4)
        aside.write_text(cluster.endpoint)
        aside.rename(home / "endpoint")
        while _is_alive(run):
            time.sleep(0.2)
    except BaseException:
        (home / "failed").touch()
        while _is_alive(run):  # its log is to be read
            time.sleep(0.2)
        raise
    finally:
        cluster.stop()
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
