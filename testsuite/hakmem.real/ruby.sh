#!/bin/sh
# SPDX-License-Identifier: MIT
# A Ruby program with threads, garbage collection, compaction and forks: the same output.
. "${srcdir:?}/testsuite/hakmem.real/real.inc"
need ruby

cat >work.rb <<'END'
require 'json'
require 'digest'
require 'zlib'
def work(seed)
  x = seed
  h = {}
  40000.times do |i|
    x = (x * 1103515245 + 12345) % 2147483648
    h[x % 5000] = ['r' * (x % 400), i, { i => x }]
    h.delete((x >> 8) % 5000) if i % 3 == 0
  end
  text = JSON.generate(h.sort.to_h)
  "#{seed} #{text.size} #{Digest::SHA256.hexdigest(Zlib.inflate(Zlib.deflate(text)))}"
end
4.times.map { |i| Thread.new { work(i) } }.each { |t| puts t.value }
GC.start
GC.compact if GC.respond_to?(:compact)
$stdout.sync = true
(5..8).each do |i|
  pid = fork { puts work(i) }
  Process.wait(pid)
  exit 1 unless $?.success?
end
END
same_good ruby work.rb
