# SPDX-License-Identifier: MIT
"""What the figures were measured on."""

import os
import platform
import re
import subprocess
import time


def _read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as f:
            return f.read().strip()
    except OSError:
        return ""


def _first_line(command):
    try:
        out = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return out.splitlines()[0] if out else ""


def describe():
    """The machine, the system and its settings, as a dict of words and numbers."""
    cpuinfo = _read("/proc/cpuinfo")
    model = re.search(r"^(?:model name|Model|Hardware|cpu model)\s*:\s*(.*)$", cpuinfo, re.M)
    flags = re.search(r"^flags\s*:\s*(.*)$", cpuinfo, re.M)
    mem = re.search(r"^MemTotal:\s*(\d+)", _read("/proc/meminfo"), re.M)
    system = re.search(r'^PRETTY_NAME="?(.*?)"?$', _read("/etc/os-release"), re.M)
    thp = re.search(r"\[(\w+)\]", _read("/sys/kernel/mm/transparent_hugepage/enabled"))
    return {
        "cpu": model.group(1) if model else platform.processor(),
        "arch": platform.machine(),
        "cpus": len(os.sched_getaffinity(0)),
        "virtual": bool(flags and "hypervisor" in flags.group(1).split()),
        "memory_mib": int(mem.group(1)) // 1024 if mem else 0,
        "kernel": platform.release(),
        "system": system.group(1) if system else "",
        "libc": " ".join(platform.libc_ver()),
        "cc": _first_line(["cc", "--version"]),
        "os_page": os.sysconf("SC_PAGESIZE"),
        "huge_pages": thp.group(1) if thp else "",
        "overcommit": _read("/proc/sys/vm/overcommit_memory"),
        "governor": _read("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
        "load": _read("/proc/loadavg").split(" ")[0],
        "nice": os.nice(0),
        "date": time.strftime("%Y-%m-%d %H:%M:%S %z"),
    }


def differences(old, new):
    """What about two machines differs and matters for their figures, in words."""
    out = []
    for key in ("cpu", "arch", "cpus", "kernel", "system", "libc", "cc", "huge_pages", "governor"):
        if old.get(key) != new.get(key):
            out.append(f"{key}: {old.get(key)} then, {new.get(key)} now")
    return out
