"""Starts the real binary and reads the line that it prints once it answers."""

import json
import os
import selectors
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

TOP = Path(__file__).resolve().parents[3]
BINARY = os.environ.get("SALVER", str(TOP / "target/debug/salver"))


class Salver:
    """A running salver: `with Salver("demo") as facts: …`."""

    def __init__(self, *arguments: str, config: str | None = None):
        self.arguments, self.config = arguments, config
        self.folder = tempfile.TemporaryDirectory(prefix="salver-interop-")
        self.log = Path(self.folder.name) / "stderr.log"
        self.facts: dict = {}

    def __enter__(self) -> "Salver":
        home = Path(self.folder.name)
        command = [BINARY, *self.arguments, "--listen", "127.0.0.1:0", "--data", str(home / "data"), "--json"]
        if self.config is not None:
            (home / "salver.toml").write_text(self.config)
            command += ["--config", str(home / "salver.toml")]
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.log.open("wb"), env=bare_environment()
        )
        try:
            self.facts = json.loads(self._first_line(20))
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def admin(self, *arguments: str) -> list[str]:
        """A command of whoever runs it, for the store that it works on."""
        return [BINARY, "admin", *arguments, "--data", str(Path(self.folder.name) / "data")]

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process.stdout.close()
        self.said = self.log.read_text(errors="replace")
        self.folder.cleanup()

    def _first_line(self, seconds: float) -> str:
        waiting = selectors.DefaultSelector()
        waiting.register(self.process.stdout, selectors.EVENT_READ)
        line, until = b"", time.monotonic() + seconds
        while not line.endswith(b"\n"):
            if not waiting.select(max(0, until - time.monotonic())):
                raise AssertionError(f"salver said nothing for {seconds} s; its log:\n{self.log.read_text()}")
            more = os.read(self.process.stdout.fileno(), 65536)
            if not more:
                raise AssertionError(f"salver ended before it answered; its log:\n{self.log.read_text()}")
            line += more
        return line.decode()


def bare_environment() -> dict[str, str]:
    """What a program needs to run, and no settings of whoever runs the tests."""
    kept = ("PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH", "LLVM_PROFILE_FILE", "RUST_BACKTRACE")
    return {name: os.environ[name] for name in kept if name in os.environ}


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
