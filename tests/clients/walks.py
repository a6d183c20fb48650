"""Runs both programs, each against a fresh demo. Called by `run`, which generated the clients in WORK.

Usage: walks.py BINARY WORK
"""

import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "contract"))

from demo import demo, enterprise_number  # noqa: E402

WILG, LINDE = enterprise_number(9_990_003), enterprise_number(9_990_001)


def main(binary, work):
    programs = [
        (["node", f"{work}/typescript/build/walk.js"], {}),
        ([f"{work}/venv/bin/python", str(HERE / "python" / "walk.py")], {"PYTHONPATH": work}),
    ]
    for command, more in programs:
        with demo(binary) as service:
            environment = {
                **os.environ,
                **more,
                "KINDREFLEX": service.address,
                "NEW_TOKEN": service.token("facility", WILG),
                "NEW_FACILITY": "0190a000-0000-7000-8000-000000000015",
                "KNOWN_TOKEN": service.token("facility", LINDE),
                "KNOWN_FACILITY": "0190a000-0000-7000-8000-000000000011",
                "CYCLE": "0190a000-0000-7000-8000-000000000042",
            }
            if subprocess.run(command, env=environment, check=False).returncode != 0:
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
