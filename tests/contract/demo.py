"""A demo of its own for whoever asks: in a directory that goes, on a port that was free, ended by its process."""

import contextlib
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

# Whoever ends this program ends its demo too.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))

ROLES = (
    "facility",
    "facilityContributor",
    "inspector",
    "planner",
    "authority",
    "expert",
    "policy",
    "admin",
    "integration",
)


class Demo:
    """A running demo: its address, a token for each role, and tokens for other organisations."""

    def __init__(self, binary, data, address, tokens):
        self.binary = binary
        self.data = data
        self.address = address
        self.tokens = tokens

    def token(self, role, organisation=None):
        if organisation is None:
            return self.tokens[role]
        command = [self.binary, "token", "--role", role, "--organisation", organisation, "--data", self.data]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def enterprise_number(base):
    """As the demo makes them: eight digits and their check number."""
    return f"{base:08}{97 - base % 97:02}"


@contextlib.contextmanager
def demo(binary):
    """A fresh demo, healthy; a port that somebody else took meanwhile is tried again."""
    with tempfile.TemporaryDirectory(prefix="kindreflex-") as directory:
        for attempt in range(5):
            data = os.path.join(directory, f"data{attempt}")
            log = pathlib.Path(directory, f"log{attempt}")
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                port = free.getsockname()[1]
            with log.open("w") as out:
                process = subprocess.Popen(
                    [binary, "demo", "--listen", f"127.0.0.1:{port}", "--data", data],
                    stdout=out,
                    stderr=subprocess.STDOUT,
                    env={**os.environ, "RUST_LOG": "error"},
                )
            try:
                address = f"http://127.0.0.1:{port}"
                if not healthy(process, address):
                    print(log.read_text())
                    continue
                yield Demo(binary, data, address, tokens(log.read_text()))
                said = [line for line in log.read_text().splitlines() if "ERROR kindreflex" in line]
                if process.poll() is not None or said:
                    raise SystemExit("the demo failed:\n" + "\n".join(said[:20]))
                return
            finally:
                process.terminate()
                process.wait(timeout=30)
    raise SystemExit("the demo did not start")


def healthy(process, address):
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/v1/health", timeout=2) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    return False


def tokens(text):
    """The lines `role: token` of the greeting."""
    pairs = (line.split(": ", 1) for line in text.splitlines() if ": " in line)
    return {role: token for role, token in pairs if role in ROLES}
