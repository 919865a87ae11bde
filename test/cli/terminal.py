"""Runs a command on a pseudo-terminal and prints what came of it as one JSON object.

Usage: terminal.py '{"command": [...], "cwd": ..., "env": {...}, "answers": [[pattern, text], ...], "stdout": "pipe"}'
stdin and stderr are the terminal; stdout is too, unless it is "pipe". Each answer is typed once its pattern shows.
"""
import json
import os
import pty
import re
import select
import subprocess
import sys
import time

told = json.loads(sys.argv[1])
master, slave = pty.openpty()
piped = told.get("stdout") == "pipe"
child = subprocess.Popen(
    told["command"],
    cwd=told["cwd"],
    env=told["env"],
    stdin=slave,
    stderr=slave,
    stdout=subprocess.PIPE if piped else slave,
    start_new_session=True,
    preexec_fn=lambda: __import__("fcntl").ioctl(0, __import__("termios").TIOCSCTTY, 0),
)
os.close(slave)
answers = [(re.compile(pattern), text) for pattern, text in told.get("answers", [])]
seen = {"terminal": b"", "stdout": b""}
sources = {master: "terminal"}
if piped:
    sources[child.stdout.fileno()] = "stdout"
end = time.monotonic() + 15
while sources and time.monotonic() < end:
    for source in select.select(list(sources), [], [], 0.1)[0]:
        try:
            chunk = os.read(source, 65536)
        except OSError:
            chunk = b""
        if not chunk:
            del sources[source]
            continue
        seen[sources[source]] += chunk
    if answers and answers[0][0].search(seen["terminal"].decode("utf8", "replace")):
        os.write(master, answers.pop(0)[1].encode())
child.kill() if child.poll() is None and time.monotonic() >= end else None
print(json.dumps({"code": child.wait(), **{name: text.decode("utf8", "replace") for name, text in seen.items()}}))
