# SPDX-License-Identifier: MIT
"""The heap in gdb: "hakmem heap", "hakmem block ADDRESS", "hakmem check", "hakmem leaks", "hakmem fault"; see hakmem(7).

It needs no symbols and calls nothing in the program: it follows the ELF note of the library (lib/watch/inside.h), and so
works on core files, too.
"""

import bisect
import re
import struct

import gdb

LAYOUT = 1

# As in HAK_INSIDE_OBJECTS and in struct hak_inside of lib/watch/inside.h; a test compares them.
OBJECTS = """
    hak_inside hak_group_slabs hak_cache_none hak_heap_none hak_superslabs hak_run_n_bytes hak_large_all hak_large_n_live
    hak_kept_slots hak_thread_sums hak_heaps_all hak_heaps_n hak_os_counts hak_report_n hak_limit_sums hak_peaks
    hak_meta_ranges hak_registry_front hak_registry_root hak_profile_sums hak_run_n_takes hak_large_n_takes
    hak_large_n_kept_takes hak_sentries
""".split()
FIELDS = """
    layout size version pointer_size slice_shift leaf_shift root_size front_size n_classes
    span_kind span_class span_n_slices span_base span_size
    slab_owner slab_live slab_n_blocks slab_n_words slab_n_free slab_next slab_bits slab_remote
    cache_top cache_array cache_slot cache_most cache_next cache_n_refills cache_n_flushes cache_n_remote cache_heap
    cache_generation
    superslabs_all superslabs_n_mapped superslabs_n_used superslabs_n_dirty superslabs_n_lazy superslab_next superslab_base
    superslab_n_slices superslab_used superslab_dirty superslab_lazy superslab_words
    large_mapped large_next kept_base kept_size kept_stride kept_slots range_next range_base range_size
    heap_id heap_next heap_n_threads
    os_n_map os_n_purge os_purged os_n_mapped thread_n_threads thread_n_reused
    limit_held limit_soft limit_hard limit_from limit_n_refused limit_n_pressed peak_active peak_held peak_large
    profile_n_samples profile_n_lost
    cache_n_misses cache_ring ring_n_slots ring_event ring_size slab_aside aside_held
    sentries_base sentries_all sentries_places sentries_stride sentry_stride sentry_base sentry_size sentry_taken sentry_given
    sentry_depth
""".split()

KIND_SLAB, KIND_RUN, KIND_LARGE = 1, 2, 3
LIVE = 1 | 2  # of a live byte


def fail(text):
    """Ends a command with a message."""
    raise gdb.GdbError("hakmem: " + text)


def show_size(n_bytes):
    """1536: 1.5 KiB."""
    for unit in ("B", "KiB", "MiB", "GiB", "TiB"):
        if n_bytes < 1024 or unit == "TiB":
            return "%d B" % n_bytes if unit == "B" else "%.1f %s" % (n_bytes, unit)
        n_bytes /= 1024.0
    return ""


class Memory:
    """The program's, live or of a core."""

    def __init__(self):
        self.inferior = gdb.selected_inferior()
        self.order = "big" if "big endian" in gdb.execute("show endian", to_string=True) else "little"

    def read(self, address, size):
        """Bytes; gdb.MemoryError where there are none."""
        return bytes(self.inferior.read_memory(address, size))

    def number(self, address, size):
        """Of so many bytes."""
        return int.from_bytes(self.read(address, size), self.order)


class Slab:
    """Equal blocks, and their states."""

    def __init__(self, heap, address):
        self.address = address
        number, at = heap.memory.number, heap.at
        self.owner = heap.word(address + at["slab_owner"])
        self.base = heap.word(address + at["span_base"])
        self.size = heap.word(address + at["span_size"])
        self.sc = number(address + at["span_class"], 1)
        self.n_blocks = number(address + at["slab_n_blocks"], 2)
        self.n_words = number(address + at["slab_n_words"], 2)
        self.n_free = number(address + at["slab_n_free"], 4)
        self.next = heap.word(address + at["slab_next"])
        self.heap = heap

    def read_states(self):
        """Reads bitmaps and live bytes."""
        h = self.heap
        self.free = h.bits(h.word(self.address + h.at["slab_bits"]), self.n_words)
        self.remote = h.bits(h.word(self.address + h.at["slab_remote"]), self.n_words)
        aside = h.word(self.address + h.at["slab_aside"])
        if aside:
            self.remote |= h.bits(aside + h.at["aside_held"], self.n_words)
        self.live = h.memory.read(h.word(self.address + h.at["slab_live"]), self.n_blocks)
        return self

    def is_live(self, i):
        """Block number i."""
        return self.live[i] & LIVE != 0

    def states(self, i, cached):
        """All that block number i is; of a sound heap, one."""
        address = self.base + i * self.size
        return [
            word
            for word, holds in (
                ("live", self.is_live(i)),
                ("free", self.free >> i & 1),
                ("in flight", self.remote >> i & 1),
                ("in a cache", address in cached),
            )
            if holds
        ]


class Heap:
    """All that libhakmem has in the program."""

    def __init__(self):
        self.memory = Memory()
        self.at, self.object = {}, {}
        self.find()

    def find(self):
        """Follows the note."""
        found = re.search(r"(0x[0-9a-f]+) - 0x[0-9a-f]+ is \.note\.hakmem", gdb.execute("info files", to_string=True))
        if not found:
            fail("no libhakmem 1.1 or later in the program, or it is not running yet")
        number = self.memory.number
        try:
            begin = int(found.group(1), 16)
            at = begin + 12 + (number(begin, 4) + 3) // 4 * 4
            n = number(at + 4, 4)
            pointer = (number(begin + 4, 4) - 8) // n
            if number(at, 4) != LAYOUT or n < len(OBJECTS):
                fail("the program's libhakmem is of another version than this script")
            for i, name in enumerate(OBJECTS):
                place = at + 8 + i * pointer
                distance = int.from_bytes(self.memory.read(place, pointer), self.memory.order, signed=True)
                self.object[name] = (place + distance) % (1 << 8 * pointer)
            place = self.object["hak_inside"]
            for name in FIELDS:
                size = 16 if name == "version" else 4
                data = self.memory.read(place, size)
                self.at[name] = data.rstrip(b"\0").decode() if size == 16 else int.from_bytes(data, self.memory.order)
                place += size
        except gdb.MemoryError:
            fail("the program is not running yet, or its memory is not in the core")
        if self.at["pointer_size"] != pointer:
            fail("the note makes no sense")

    def word(self, address):
        """As wide as a pointer."""
        return self.memory.number(address, self.at["pointer_size"])

    def bits(self, address, n_words):
        """A bitmap as one number."""
        data = self.memory.read(address, 8 * n_words)
        return sum(int.from_bytes(data[8 * i : 8 * i + 8], self.memory.order) << 64 * i for i in range(n_words))

    def walk(self, first, next_at):
        """A list's addresses."""
        seen = set()
        while first:
            if first in seen:
                fail("a list runs in a circle at 0x%x" % first)
            seen.add(first)
            yield first
            first = self.word(first + next_at)

    def slabs(self):
        """Those in use."""
        for address in self.walk(self.word(self.object["hak_group_slabs"]), self.at["slab_next"]):
            slab = Slab(self, address)
            if slab.owner != self.object["hak_heap_none"]:
                yield slab

    def caches(self):
        """Addresses; the first is nobody's."""
        return self.walk(self.object["hak_cache_none"], self.at["cache_next"])

    def cached(self):
        """Blocks in caches: their cache, and how often each stands there."""
        at, pointer = self.at, self.at["pointer_size"]
        blocks, twice = {}, []
        for cache in self.caches():
            for sc in range(at["n_classes"]):
                array = self.word(cache + at["cache_array"] + sc * pointer)
                top = self.word(cache + at["cache_top"] + sc * pointer)
                n = (top - array) // at["cache_slot"] if array and top > array else 0
                if not 0 < n <= at["cache_most"]:
                    continue
                data = self.memory.read(array, n * at["cache_slot"])
                for i in range(n):
                    block = int.from_bytes(data[i * at["cache_slot"] :][:pointer], self.memory.order)
                    if block in blocks:
                        twice.append(block)
                    blocks[block] = cache
        return blocks, twice

    def superslabs(self):
        """(address, base, slices, used, dirty, lazy), of those that are there."""
        at = self.at
        first = self.word(self.object["hak_superslabs"] + at["superslabs_all"])
        for s in self.walk(first, at["superslab_next"]):
            n = self.memory.number(s + at["superslab_n_slices"], 4)
            if n:
                maps = [self.bits(s + at["superslab_" + name], at["superslab_words"]) for name in ("used", "dirty", "lazy")]
                yield (s, self.word(s + at["superslab_base"]), n, *maps)

    def find_span(self, address):
        """What the registry has there; 0: nothing."""
        at, pointer = self.at, self.at["pointer_size"]
        n = address >> at["slice_shift"]
        if (n >> at["leaf_shift"]) >= at["root_size"] // pointer:
            return 0
        leaf = self.word(self.object["hak_registry_root"] + (n >> at["leaf_shift"]) * pointer)
        return self.word(leaf + (n & (1 << at["leaf_shift"]) - 1) * pointer) if leaf else 0

    def kind(self, span):
        """enum hak_kind."""
        return self.memory.number(span + self.at["span_kind"], 1)

    def runs(self):
        """(base, size) of each."""
        for _, base, n, used, _, _ in self.superslabs():
            for i in range(n):
                address = base + (i << self.at["slice_shift"])
                span = self.find_span(address) if used >> i & 1 else 0
                if span and self.kind(span) == KIND_RUN and self.word(span + self.at["span_base"]) == address:
                    yield address, self.word(span + self.at["span_size"])

    def large(self):
        """(base, size) of each."""
        for large in self.walk(self.word(self.object["hak_large_all"]), self.at["large_next"]):
            if self.word(large + self.at["large_mapped"]):
                yield self.word(large + self.at["span_base"]), self.word(large + self.at["span_size"])

    def heaps(self):
        """Address: (number, threads)."""
        number, at = self.memory.number, self.at
        return {
            h: (number(h + at["heap_id"], 4), number(h + at["heap_n_threads"], 4))
            for h in self.walk(self.word(self.object["hak_heaps_all"]), at["heap_next"])
        }

    def u64(self, name, field):
        """A counter."""
        return self.memory.number(self.object[name] + self.at[field], 8)


class HakmemCommand(gdb.Command):
    """The heap of libhakmem in the program, running or a core."""

    def __init__(self):
        super().__init__("hakmem", gdb.COMMAND_DATA, gdb.COMPLETE_NONE, True)


class HeapCommand(gdb.Command):
    """What the heap holds: hakmem heap

Blocks by size class, and what they are: live, in caches of threads, in flight to their slabs, free."""

    def __init__(self):
        super().__init__("hakmem heap", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        """Prints it."""
        h = Heap()
        cached, _ = h.cached()
        rows, live = {}, 0
        by_slab = Blocks(h)
        for slab in by_slab.slabs:
            slab.read_states()
            row = rows.setdefault(slab.size, [0, 0, 0, 0, 0])
            n_live = sum(1 for byte in slab.live if byte & LIVE)
            row[0] += n_live
            row[2] += bin(slab.remote).count("1")
            row[3] += slab.n_free
            row[4] += 1
            live += n_live * slab.size
        for block in cached:
            slab = by_slab.slab_of(block)
            if slab:
                rows[slab.size][1] += 1
        runs, large = list(h.runs()), list(h.large())
        live += sum(size for _, size in runs) + sum(size for _, size in large)
        print("libhakmem %s: %s live" % (h.at["version"], show_size(live)))
        print("  %10s %9s %9s %9s %9s %7s" % ("class", "live", "cached", "in flight", "free", "slabs"))
        for size in sorted(rows):
            print("  %10d %9d %9d %9d %9d %7d" % (size, *rows[size]))
        print("  %d runs, %s; %d large blocks, %s" % (
            len(runs), show_size(sum(size for _, size in runs)), len(large), show_size(sum(size for _, size in large))))
        for _, base, n, used, dirty, lazy in h.superslabs():
            counts = tuple(bin(m).count("1") for m in (used, dirty, lazy))
            print("  superslab 0x%x: %d slices, %d used, %d dirty, %d lazy" % ((base, n) + counts))
        for address, (number, n_threads) in h.heaps().items():
            print("  heap %d at 0x%x, used by %d threads" % (number, address, n_threads))
        print("  %s held, at most %s so far" % (
            show_size(h.u64("hak_limit_sums", "limit_held")), show_size(h.u64("hak_peaks", "peak_held"))))


class Blocks:
    """Slabs by address."""

    def __init__(self, heap):
        self.slabs = sorted(heap.slabs(), key=lambda s: s.base)
        self.bases = [s.base for s in self.slabs]

    def slab_of(self, address):
        """The one around it, or None."""
        i = bisect.bisect_right(self.bases, address) - 1
        slab = self.slabs[i] if i >= 0 else None
        return slab if slab and address < slab.base + slab.size * slab.n_blocks else None


class BlockCommand(gdb.Command):
    """What stands at an address: hakmem block ADDRESS

ADDRESS is any expression. Tells the block that it lies in, where that begins, whether it is live, and its slab."""

    def __init__(self):
        super().__init__("hakmem block", gdb.COMMAND_DATA, gdb.COMPLETE_EXPRESSION)

    def invoke(self, argument, from_tty):
        """Prints it."""
        if not argument.strip():
            fail("hakmem block takes an address")
        h = Heap()
        mask = (1 << 8 * h.at["pointer_size"]) - 1
        address = int(gdb.parse_and_eval("(unsigned long)(%s)" % argument)) & mask
        span = h.find_span(address)
        kind = h.kind(span) if span else 0
        if kind == KIND_SLAB:
            self.print_slab(h, Slab(h, span).read_states(), address)
        elif kind == KIND_RUN:
            base, size = h.word(span + h.at["span_base"]), h.word(span + h.at["span_size"])
            self.print_one(address, base, size, "a run of its own")
        elif kind:
            self.print_large(h, address)
        elif not self.print_large(h, address):
            print("0x%x: %s" % (address, "in free slices" if span else "not libhakmem's"))

    def print_large(self, h, address):
        """False: in none."""
        for base, size in h.large():
            if base <= address < base + size:
                self.print_one(address, base, size, "large: a mapping of its own")
                return True
        return False

    @staticmethod
    def print_one(address, base, size, what):
        """A block that is alone."""
        print("0x%x: %s 0x%x of %d bytes, live; %s" % (
            address, "the block" if address == base else "%d bytes into the block" % (address - base), base, size, what))

    @staticmethod
    def print_slab(h, slab, address):
        """A block among equals."""
        i, off = divmod(address - slab.base, slab.size)
        if i >= slab.n_blocks:
            print("0x%x: in the rest of a slab, behind its last block" % address)
        else:
            cached, _ = h.cached()
            states = slab.states(i, cached)
            begin = slab.base + i * slab.size
            print("0x%x: %s 0x%x of %d bytes, %s" % (
                address, "the block" if off == 0 else "%d bytes into the block" % off, begin, slab.size,
                " and ".join(states) if states else "about to change hands"))
            if begin in cached:
                print("  the cache: 0x%x" % cached[begin])
        number, n_threads = h.heaps().get(slab.owner, (0, 0))
        print("  block %d of %d in the slab at 0x%x (its descriptor: 0x%x), class %d" % (
            i, slab.n_blocks, slab.base, slab.address, slab.sc))
        print("  live %d, in flight %d, free %d" % (
            sum(1 for byte in slab.live if byte & LIVE), bin(slab.remote).count("1"), slab.n_free))
        print("  heap %d at 0x%x, used by %d threads" % (number, slab.owner, n_threads))


class CheckCommand(gdb.Command):
    """Checks the heap: hakmem check

Each block is live, or in one cache, or in flight, or free; counts and bitmaps agree. A thread that stopped in the
middle of malloc or free may have a few blocks in its hands; they are counted apart."""

    def __init__(self):
        super().__init__("hakmem check", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        """Prints the faults."""
        h = Heap()
        cached, twice = h.cached()
        faults = ["block 0x%x is in caches twice" % block for block in twice]
        blocks = Blocks(h)
        n_blocks = n_held = 0
        for slab in blocks.slabs:
            slab.read_states()
            n_blocks += slab.n_blocks
            n_held += self.check_slab(slab, cached, faults)
        for block in cached:
            slab = blocks.slab_of(block)
            if not slab or (block - slab.base) % slab.size:
                faults.append("0x%x is in a cache, but no block" % block)
        for address, base, n, used, dirty, lazy in h.superslabs():
            if used & dirty or used & lazy or dirty & lazy or (used | dirty | lazy) >> n:
                faults.append("superslab 0x%x (descriptor 0x%x): its bitmaps contradict each other" % (base, address))
        for fault in faults[:100]:
            print("fault: " + fault)
        print("%d faults in %d blocks of %d slabs; %d blocks in the hands of threads" % (
            len(faults), n_blocks, len(blocks.slabs), n_held))

    @staticmethod
    def check_slab(slab, cached, faults):
        """Returns how many blocks are in nobody's account."""
        where = "slab 0x%x (descriptor 0x%x): " % (slab.base, slab.address)
        n_free, n_held = bin(slab.free).count("1"), 0
        if n_free != slab.n_free:
            faults.append(where + "%d blocks free, but %d counted" % (n_free, slab.n_free))
        if (slab.free | slab.remote) >> slab.n_blocks:
            faults.append(where + "a bit beyond its last block")
        for i in range(slab.n_blocks):
            states = slab.states(i, cached)
            if len(states) > 1:
                faults.append(where + "block 0x%x is %s" % (slab.base + i * slab.size, " and ".join(states)))
            n_held += not states
        return n_held


class LeaksCommand(gdb.Command):
    """Blocks that nothing leads to: hakmem leaks [N]

Looks for addresses of blocks, also of places inside them, in static data, stacks, registers and all other memory of the
program that is not the heap's, and from there on in the blocks themselves. What is left nobody can free any more. Something
that looks like an address by chance keeps a block out of the list; N addresses of each size are shown, 5 without it."""

    def __init__(self):
        super().__init__("hakmem leaks", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        """Prints them by size."""
        n_shown = int(argument) if argument.strip() else 5
        h = Heap()
        begins, sizes = self.list_blocks(h)
        lost = self.find_lost(h, begins, sizes)
        by_size = {}
        for i in lost:
            by_size.setdefault(sizes[i], []).append(begins[i])
        for size in sorted(by_size, key=lambda s: -s * len(by_size[s])):
            addresses = by_size[size]
            print("%d of %d bytes: %s%s" % (len(addresses), size, " ".join("0x%x" % a for a in addresses[:n_shown]),
                                            " ..." if len(addresses) > n_shown else ""))
        print("%d blocks lost, %s, of %d live" % (len(lost), show_size(sum(sizes[i] for i in lost)), len(begins)))

    @staticmethod
    def list_blocks(h):
        """All that are live, by address."""
        found = list(h.runs()) + list(h.large())
        for slab in h.slabs():
            slab.read_states()
            found.extend((slab.base + i * slab.size, slab.size) for i in range(slab.n_blocks) if slab.is_live(i))
        found.sort()
        return [base for base, _ in found], [size for _, size in found]

    @staticmethod
    def list_own(h):
        """Where the heap and its tables are: nothing there is a reference."""
        shift = h.at["slice_shift"]
        own = [(base, base + (n << shift)) for _, base, n, _, _, _ in h.superslabs()]
        own += [(base, base + size) for base, size in h.large()]
        for i in range(h.at["kept_slots"]):
            slot = h.object["hak_kept_slots"] + i * h.at["kept_stride"]
            base = h.word(slot + h.at["kept_base"])
            own.append((base, base + h.word(slot + h.at["kept_size"])))
        for r in h.walk(h.word(h.object["hak_meta_ranges"]), h.at["range_next"]):
            base = h.word(r + h.at["range_base"])
            own.append((base, base + h.word(r + h.at["range_size"])))
        front, root = h.object["hak_registry_front"], h.object["hak_registry_root"]
        own += [(front, front + h.at["front_size"]), (root, root + h.at["root_size"])]
        return sorted(own)

    @staticmethod
    def list_memory():
        """All that the program can write to."""
        pid = gdb.selected_inferior().pid
        try:
            with open("/proc/%d/maps" % pid, encoding="utf-8", errors="replace") as file:
                lines = file.read() if "core dump file" not in gdb.execute("info files", to_string=True) else ""
        except OSError:
            lines = ""
        if lines:
            found = re.findall(r"^([0-9a-f]+)-([0-9a-f]+) rw\S+ .*?$", lines, re.M)
        else:
            found = re.findall(r"0x([0-9a-f]+) - 0x([0-9a-f]+) is (?:load\d|\.data|\.bss)", gdb.execute("info files", to_string=True))
        return sorted((int(a, 16), int(b, 16)) for a, b in found)

    @staticmethod
    def without(areas, own):
        """What of the areas is not the heap's."""
        for begin, end in areas:
            for low, high in own:
                if high <= begin or low >= end:
                    continue
                if low > begin:
                    yield begin, low
                begin = max(begin, high)
            if begin < end:
                yield begin, end

    def find_lost(self, h, begins, sizes):
        """Indices of blocks that are not reached."""
        if not begins:
            return []
        pointer = h.at["pointer_size"]
        low, high = begins[0], begins[-1] + sizes[-1]
        form = (">" if h.memory.order == "big" else "<") + "%d" + ("Q" if pointer == 8 else "I")
        is_reached, to_do = bytearray(len(begins)), []

        def look(data):
            n = len(data) // pointer
            for word in struct.unpack(form % n, data[: n * pointer]):
                if low <= word < high:
                    i = bisect.bisect_right(begins, word) - 1
                    # One behind the end is an address that a program may have of it.
                    if not is_reached[i] and word <= begins[i] + sizes[i]:
                        is_reached[i] = 1
                        to_do.append(i)

        for begin, end in self.without(self.list_memory(), self.list_own(h)):
            for at in range(begin, end, 1 << 20):
                try:
                    look(h.memory.read(at, min(1 << 20, end - at)))
                except gdb.MemoryError:
                    pass
        look(self.registers(pointer, h.memory.order))
        while to_do:
            i = to_do.pop()
            try:
                look(h.memory.read(begins[i], sizes[i]))
            except gdb.MemoryError:
                pass
        return [i for i in range(len(begins)) if not is_reached[i]]

    @staticmethod
    def registers(pointer, order):
        """Of all threads, as they are in memory."""
        words, before = [], gdb.selected_thread()
        for thread in gdb.selected_inferior().threads():
            thread.switch()
            text = gdb.execute("info registers", to_string=True)
            words += [int(n, 16) for n in re.findall(r"^\S+\s+(0x[0-9a-f]+)", text, re.M)]
        if before:
            before.switch()
        return b"".join((word % (1 << 8 * pointer)).to_bytes(pointer, order) for word in words)


class FaultCommand(gdb.Command):
    """Which block a SIGSEGV is about: hakmem fault [ADDRESS]

ADDRESS is where the program stopped, unless it is given. If that is in, or next to, a block that guard_sample has chosen, tells
what went wrong, and who allocated and freed the block."""

    def __init__(self):
        super().__init__("hakmem fault", gdb.COMMAND_DATA, gdb.COMPLETE_EXPRESSION)

    def invoke(self, argument, from_tty):
        """Prints it."""
        h = Heap()
        try:
            value = gdb.parse_and_eval("(unsigned long)(%s)" % (argument.strip() or "$_siginfo._sifields._sigfault.si_addr"))
        except gdb.error:
            fail("the program has not stopped by a signal; hakmem fault takes an address, too")
        address = int(value) & (1 << 8 * h.at["pointer_size"]) - 1
        sentry = self.find(h, address)
        if not sentry:
            fail("0x%x is not at a block that guard_sample has chosen" % address)
        base, size = (h.word(sentry + h.at["sentry_" + name]) for name in ("base", "size"))
        giver = h.word(sentry + h.at["sentry_given"])
        if address < base:
            where, what = "%d bytes before" % (base - address), "underflow"
        elif address >= base + size:
            where, what = "%d bytes past the end of" % (address - base - size + 1), "overflow"
        else:
            where, what = "%d bytes into" % (address - base), "no fault"
        print("0x%x: %s\n  %s the block 0x%x of %d bytes, %s" % (
            address, "use after free" if giver else what, where, base, size, "freed" if giver else "live"))
        self.print_stack(h, "allocated", sentry + h.at["sentry_taken"])
        if giver:
            self.print_stack(h, "freed", sentry + h.at["sentry_given"])

    @staticmethod
    def find(h, address):
        """The descriptor of the nearest one, or 0."""
        at = h.at
        first, descriptors = (h.word(h.object["hak_sentries"] + at["sentries_" + name]) for name in ("base", "all"))
        stride = at["sentries_stride"]
        if not first or not first <= address < first + at["sentries_places"] * stride + stride // 2:
            return 0
        i = (address - first - stride // 2) // stride
        found = {}
        for k in (i, i + 1):
            if 0 <= k < at["sentries_places"]:
                sentry = descriptors + k * at["sentry_stride"]
                base = h.word(sentry + at["sentry_base"])
                if base:
                    found[max(base - address, address - base - h.word(sentry + at["sentry_size"]), 0)] = sentry
        return found[min(found)] if found else 0

    @staticmethod
    def print_stack(h, what, at):
        """What is known of who did it."""
        thread = h.word(at)
        named = re.search(r"^[* ]*(\d+) .*\b0x%x\b" % thread, gdb.execute("info threads", to_string=True), re.M)
        print("  %s by thread %s" % (what, "%s (0x%x)" % (named.group(1), thread) if named else "0x%x" % thread))
        for i in range(h.at["sentry_depth"]):
            place = h.word(at + (i + 1) * h.at["pointer_size"])
            if not place:
                break
            name = gdb.execute("info symbol 0x%x" % (place - 1), to_string=True).split(" in section")[0]
            line = gdb.find_pc_line(place - 1)
            known = " at %s:%d" % (line.symtab.filename, line.line) if line.symtab else ""
            print("    0x%x %s%s" % (place, name.strip() if "No symbol" not in name else "", known))


for command in (HakmemCommand, HeapCommand, BlockCommand, CheckCommand, LeaksCommand, FaultCommand):
    command()
