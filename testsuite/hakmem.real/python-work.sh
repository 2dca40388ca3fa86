#!/bin/sh
# SPDX-License-Identifier: MIT
# A Python program with threads, processes and much garbage: the same output.
. "${srcdir:?}/testsuite/hakmem.real/real.inc"
need /usr/bin/python3

cat >work.py <<'END'
import concurrent.futures, ctypes, hashlib, json, random, re, zlib

def work(seed):
    r = random.Random(seed)
    tree = {}
    for i in range(8000):
        tree[r.randrange(10**6)] = [r.random(), 'x' * r.randrange(300), {i: (i, str(i))}]
        if i % 3 == 0 and len(tree) > 1000:
            tree.pop(next(iter(tree)))
    text = json.dumps(tree, sort_keys=True)
    words = re.findall(r'x+', text)
    packed = zlib.compress(text.encode())
    buffer = ctypes.create_string_buffer(5000000)
    del buffer
    return hashlib.sha256(packed).hexdigest(), len(words), len(json.loads(text))

if __name__ == '__main__':
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for line in pool.map(work, range(8)):
            print(line)
    with concurrent.futures.ProcessPoolExecutor(3) as pool:
        for line in pool.map(work, range(8, 14)):
            print(line)
END
same_good /usr/bin/python3 work.py
