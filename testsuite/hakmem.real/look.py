# SPDX-License-Identifier: MIT
"""look.py SESSION: what every thread of a session waits for, a line each.

The line of one that waits inside libhakmem, or computes without end, says STUCK.
"""
import glob
import os
import struct
import sys
import time

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
    """Where a sleeping thread is, and where its last call returns to, if that has no frame, as syscall(2)."""
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
    is_ours = any("libhakmem" in place for place in places)
    return is_ours or words == [b"running"], f"{task} {name}: {b' '.join(words).decode()} {places}"


def main():
    # Who was at every look where it might be stuck, is.
    suspects = None
    for _ in range(N_LOOKS):
        states = {task: state_of(task) for task in tasks_of(int(sys.argv[1]))}
        found = {task for task, (may_be, _) in states.items() if may_be}
        suspects = found if suspects is None else suspects & found
        time.sleep(0.1)
    for task, (_, line) in states.items():
        print("look:", "STUCK" if task in suspects else "waits", line)


main()
