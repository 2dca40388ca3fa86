# SPDX-License-Identifier: MIT
"""leash.py SECONDS COMMAND [ARGUMENT]...: runs a command that may hang for reasons of its own.

Exit code: the command's; or, when it does not end in time, after all that it started was killed, STUCK if a thread
of it waits inside libhakmem or computes without end, ELSEWHERE if all of them wait for something else. What each
thread waited for goes to the standard output.
"""
import glob
import os
import signal
import struct
import subprocess
import sys
import time

ELSEWHERE, STUCK = 97, 98
N_LOOKS = 20


def read(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:  # it has ended
        return b""


def fields_of(stat):
    """Of /proc/.../stat, from the third on: what stands before, the name, may contain anything."""
    return stat.rpartition(b")")[2].split()


def tasks_of(session):
    for stat in glob.glob("/proc/[0-9]*/stat"):
        fields = fields_of(read(stat))
        if fields and int(fields[3]) == session:
            yield from glob.glob(os.path.dirname(stat) + "/task/*")


def file_at(maps, address):
    for line in maps.decode(errors="replace").splitlines():
        words = line.split(None, 5)
        low, high = (int(n, 16) for n in words[0].split("-"))
        if low <= address < high:
            return words[5] if len(words) > 5 else "memory without a name"
    return "nowhere"


def places_of(task):
    """Where a sleeping thread is, and where its last call returns to: it sits in syscall(2), which has no frame."""
    process = task.partition("/task/")[0]
    words = read(task + "/syscall").split()
    if len(words) < 3:
        return [], words
    sp, pc = int(words[-2], 16), int(words[-1], 16)
    try:
        with open(process + "/mem", "rb") as memory:
            memory.seek(sp)
            back = struct.unpack("N", memory.read(struct.calcsize("N")))[0]
    except OSError:
        back = 0
    maps = read(process + "/maps")
    return [file_at(maps, pc), file_at(maps, back)], words


def state_of(task):
    """Whether the thread may be stuck, and a line about it."""
    name = read(task + "/comm").decode(errors="replace").strip()
    places, words = places_of(task)
    is_ours = name != "hakmem-purge" and any("libhakmem" in place for place in places)
    return is_ours or words == [b"running"], f"{task} {name}: {b' '.join(words).decode()} {places}"


def look(session):
    """Who was at every look where it might be stuck, is."""
    suspects = None
    for _ in range(N_LOOKS):
        states = {task: state_of(task) for task in tasks_of(session)}
        found = {task for task, (may_be, _) in states.items() if may_be}
        suspects = found if suspects is None else suspects & found
        time.sleep(0.1)
    for task, (_, line) in states.items():
        print("leash:", "STUCK" if task in suspects else "waits", line)
    return bool(suspects)


def main():
    process = subprocess.Popen(sys.argv[2:], start_new_session=True)
    try:
        return process.wait(float(sys.argv[1]))
    except subprocess.TimeoutExpired:
        pass
    is_stuck = look(process.pid)
    for task in list(tasks_of(process.pid)):
        try:
            os.kill(int(task.split("/")[2]), signal.SIGKILL)
        except ProcessLookupError:
            pass
    process.wait()
    return STUCK if is_stuck else ELSEWHERE


code = main()
sys.exit(code if code >= 0 else 128 - code)
