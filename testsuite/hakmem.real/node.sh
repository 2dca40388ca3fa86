#!/bin/sh
# SPDX-License-Identifier: MIT
# A Node.js program with workers, buffers, compression and children: the same output.
. "${srcdir:?}/testsuite/hakmem.real/real.inc"
need node

cat >work.js <<'END'
const { Worker, isMainThread, parentPort, workerData } = require('worker_threads');
const crypto = require('crypto'), zlib = require('zlib'), { execFileSync } = require('child_process');
function work(seed) {
	let x = seed, parts = [];
	for (let i = 0; i < 30000; i++) {
		x = (x * 1103515245 + 12345) & 0x7fffffff;
		parts.push({ i, s: 'y'.repeat(x % 200), b: Buffer.alloc(x % 5000, x & 255) });
		if (parts.length > 500)
			parts.splice(0, 250);
	}
	const text = JSON.stringify(parts);
	const packed = zlib.gzipSync(text);
	return crypto.createHash('sha256').update(zlib.gunzipSync(packed)).digest('hex') + ' ' + text.length;
}
if (isMainThread) {
	const results = [];
	let n = 0;
	for (let i = 0; i < 4; i++) {
		const worker = new Worker(__filename, { workerData: i });
		worker.on('message', m => { results[i] = m; });
		worker.on('exit', () => {
			if (++n === 4) {
				results.forEach(r => console.log(r));
				console.log(work(77));
				console.log(execFileSync('echo', ['child']).toString());
			}
		});
	}
} else {
	parentPort.postMessage(work(workerData));
}
END
same_good node work.js
