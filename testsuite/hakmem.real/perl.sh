#!/bin/sh
# SPDX-License-Identifier: MIT
# A Perl program with hashes, regular expressions, sorting and forks: the same output.
. "${srcdir:?}/testsuite/hakmem.real/real.inc"
need perl

cat >work.pl <<'END'
use strict; use warnings;
sub work {
	my ($seed) = @_;
	my (%h, $x); $x = $seed;
	for my $i (1 .. 60000) {
		$x = ($x * 1103515245 + 12345) % 2147483648;
		$h{$x % 20000} = ('z' x ($x % 300)) . $i;
		delete $h{($x >> 8) % 20000} if $i % 3 == 0;
	}
	my $text = join ',', map { "$_=$h{$_}" } sort { $a <=> $b } keys %h;
	my $n = () = $text =~ /z{3,}(\d+)/g;
	my $sum = unpack '%32C*', $text;
	return "$seed " . length($text) . " $n $sum\n";
}
print work($_) for 1 .. 3;
$| = 1;
for my $i (4 .. 8) {
	my $pid = fork;
	if (!$pid) { print work($i); exit 0; }
	waitpid $pid, 0;
	die if $?;
}
END
same_good perl work.pl
