"""Runs schemathesis for each role with its token, and for nobody without one, each against a demo of its own, two at a time.

Usage: roles.py BINARY SCHEMATHESIS
"""

import concurrent.futures
import os
import pathlib
import subprocess
import sys
import tempfile
import time

from demo import ROLES, demo

HERE = pathlib.Path(__file__).parent
# The coverage phase walks the document's boundaries, the same for each role: it runs for those who write, and for nobody. The others read,
# and are refused the rest.
WHOLE = ("facility", "inspector", "planner", "admin", "integration", None)


def check(binary, schemathesis, role):
    """The exit status and what was said, for one role; None is nobody."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="kindreflex-") as directory, demo(binary) as service:
        command = [schemathesis, "--config-file", str(HERE / "schemathesis.toml"), "run", "--no-color"]
        if role:
            command += ["--header", f"Authorization: Bearer {service.tokens[role]}"]
        if role not in WHOLE:
            command += ["--phases", "examples,fuzzing", "--max-examples", "5"]
        command.append(f"{service.address}/v1/doc/openapi.json")
        done = subprocess.run(command, capture_output=True, text=True, cwd=directory, env={**os.environ, "COLUMNS": "120", "SCHEMATHESIS_HOOKS": str(HERE / "hooks.py")}, timeout=900)
    return done.returncode, done.stdout + done.stderr, time.monotonic() - started


def main(binary, schemathesis, *roles):
    failed = False
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        asked = roles or (*ROLES, "nobody")
        runs = {role: pool.submit(check, binary, schemathesis, role if role in ROLES else None) for role in asked}
        for role, run in runs.items():
            status, said, seconds = run.result()
            count = [line.strip() for line in said.splitlines() if " generated" in line]
            print(f"{role}: {'as documented' if status == 0 else 'FAILED'}, {seconds:.0f} s, {' '.join(count)}", flush=True)
            if status != 0:
                failed = True
                print(said[-20000:])
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
