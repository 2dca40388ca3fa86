# SPDX-License-Identifier: MIT
"""Allocators: where they are, what they are, how a program is made to use one."""

import glob
import hashlib
import os
import re
import shutil
import subprocess

# Names and the files they go by; the first that exists is taken.
BUILT_IN = {
    "glibc": ["libc.so.6"],
    "hakmem": ["libhakmem.so.1"],
    "jemalloc": ["libjemalloc.so.2"],
    "mimalloc": ["libmimalloc.so.3", "libmimalloc.so.2"],
    "tcmalloc-minimal": ["libtcmalloc_minimal.so.4"],
    "tcmalloc": ["libtcmalloc.so.4"],
    "scudo": [
        "/usr/lib/llvm-*/lib/clang/*/lib/linux/libclang_rt.scudo_standalone-*.so",
        "/usr/lib/llvm-*/lib/clang/*/lib/linux/libclang_rt.scudo-x86_64.so",
    ],
}

# Where hakmem-bench lies: hakmem-run beside it knows the library that both were installed with.
BESIDE = ""

# Settings of these would reach the programs measured.
_FOREIGN = re.compile(
    r"^(LD_PRELOAD|LD_DEBUG.*|GLIBC_TUNABLES|HAKMEM_CONF|MALLOC_.*|MIMALLOC_.*|TCMALLOC_.*|"
    r"SCUDO_OPTIONS|PYTHONMALLOC|JE_MALLOC_CONF)$"
)


class Allocator:
    """One allocator under test."""

    def __init__(self, name, path, env=None):
        self.name = name
        self.path = path
        self.env = dict(env or {})
        self.version = ""
        self.problem = ""
        base = os.path.basename(path)
        if "tcmalloc" in name + base and "minimal" not in base:
            # glibc registers rseq for itself, and the per-CPU caches of Google's tcmalloc need it.
            self.env.setdefault("GLIBC_TUNABLES", "glibc.pthread.rseq=0")

    def words(self):
        """The environment it needs, as NAME=VALUE words."""
        return ["LD_PRELOAD=" + self.path] + [f"{k}={v}" for k, v in sorted(self.env.items())]

    def is_file(self, path):
        """True if a program that says its malloc is from path uses this allocator."""
        return bool(path) and os.path.realpath(path) == os.path.realpath(self.path)

    def describe(self):
        """What is known of it, for the result file."""
        real = os.path.realpath(self.path)
        with open(real, "rb") as f:
            digest = hashlib.sha256(f.read()).hexdigest()
        return {
            "path": self.path,
            "file": os.path.basename(real),
            "bytes": os.path.getsize(real),
            "sha256": digest,
            "version": self.version,
            "package": _package(real),
            "env": self.env,
        }


def clean_env():
    """The environment without what would change an allocator's behaviour."""
    env = {k: v for k, v in os.environ.items() if not _FOREIGN.match(k)}
    env["LC_ALL"] = "C"
    return env


def _package(path):
    """The distribution's package and version of a file, or ''."""
    if not shutil.which("dpkg-query"):
        return ""
    for name in (path, path.replace("/usr/lib/", "/lib/", 1)):
        who = subprocess.run(["dpkg-query", "-S", name], capture_output=True, text=True, check=False)
        if who.returncode == 0:
            package = who.stdout.split(": ")[0].split(",")[0]
            out = subprocess.run(
                ["dpkg-query", "-W", "-f", "${Package} ${Version}", package],
                capture_output=True,
                text=True,
                check=False,
            )
            return out.stdout.strip()
    return ""


def _library_cache():
    """Sonames to paths, as the dynamic linker has them."""
    ldconfig = shutil.which("ldconfig") or "/sbin/ldconfig"
    found = {}
    try:
        out = subprocess.run([ldconfig, "-p"], capture_output=True, text=True, check=False).stdout
    except OSError:
        out = ""
    bits = "x86-64" if os.uname().machine == "x86_64" else ""
    for line in out.splitlines():
        m = re.match(r"\s*(\S+) \((.*?)\) => (\S+)", line)
        if m and bits in m.group(2):
            found.setdefault(m.group(1), m.group(3))
    return found


def _beside():
    """The library that hakmem-run beside hakmem-bench preloads, or ''."""
    run = os.path.join(BESIDE, "hakmem-run")
    if not BESIDE or not os.access(run, os.X_OK):
        return ""
    told = subprocess.run([run, "--library"], capture_output=True, text=True, check=False)
    return told.stdout.strip() if told.returncode == 0 else ""


def _find_built_in(name, cache):
    if name == "hakmem":
        # In a build directory, the library just built is meant.
        for place in (".libs", "lib/.libs"):
            path = os.path.join(os.getcwd(), place, "libhakmem.so.1")
            if os.path.exists(path):
                return path
        path = _beside()
        if path:
            return path
    for pattern in BUILT_IN[name]:
        if "/" in pattern:
            paths = sorted(glob.glob(pattern))
            if paths:
                return paths[-1]
        elif pattern in cache:
            return cache[pattern]
    return ""


def parse(word, cache):
    """
    An allocator from `name=path [VAR=value...]`, or from a built-in name. Returns None for a built-in
    one that is not installed. Raises ValueError for what it cannot understand.
    """
    parts = word.split()
    if not parts:
        raise ValueError("an empty allocator")
    name, eq, path = parts[0].partition("=")
    env = {}
    for part in parts[1:]:
        var, has_value, value = part.partition("=")
        if not has_value:
            raise ValueError(f"{part!r} in {word!r} is not VAR=value")
        env[var] = value
    if eq and not path and name != "glibc":
        raise ValueError(f"{word!r} names no file")
    if not path:
        if name not in BUILT_IN:
            raise ValueError(f"unknown allocator {name!r}: give name=path, or one of {', '.join(BUILT_IN)}")
        path = _find_built_in(name, cache)
        if not path:
            return None
    elif not os.path.exists(path):
        raise ValueError(f"{name}: no such file: {path}")
    return Allocator(name, os.path.abspath(path), env)


def choose(names, list_files, warn):
    """
    The allocators to measure, and the names of those that are not installed. names: words of -a, or None for
    all there are; list_files: files of name=path lines, which also give names to choose from.
    """
    cache = _library_cache()
    listed = {}
    for file in list_files:
        with open(file, encoding="utf-8") as f:
            for line in f:
                line = line.split("#")[0].strip()
                if line:
                    listed[line.split()[0].partition("=")[0]] = line
    if names is None:
        names = ["hakmem"] + [n for n in listed if n != "hakmem"] if listed else list(BUILT_IN)
        wanted_all = True
    else:
        wanted_all = False
    out, missing, seen = [], [], {}
    for word in names:
        alloc = parse(listed.get(word, word), cache)
        if alloc is None:
            missing.append(word)
            if not wanted_all:
                warn(f"{word} is not installed: left out")
            continue
        key = (os.path.realpath(alloc.path), tuple(sorted(alloc.env.items())))
        if key in seen or any(a.name == alloc.name for a in out):
            warn(f"{alloc.name} is the same as {seen.get(key, alloc.name)}: left out")
            continue
        seen[key] = alloc.name
        out.append(alloc)
    return out, missing
