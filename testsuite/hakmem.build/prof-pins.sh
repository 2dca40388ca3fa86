#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 240
# Who pins memory: of a hundred floods of short-lived blocks, each time with a survivor in twenty or so that another place
# allocates, hakmem-prof names that place first, though another one holds ten times as much; the profile's pinned_space
# is what the statistics say, within 5 %; the classes' sum is the whole.
. "$srcdir/testsuite/lib/build.sh"
need python3

prof=$builddir/tools/hakmem-prof
cat >pins.c <<'END'
#include <fcntl.h>
#include <hakmem.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
enum { N = 60000, N_SEEDS = 100 };
static void *blocks[N], *held[N / 5];
static char survives[N];
__attribute__((noinline)) void *plant_flood(size_t n)
{
	void *p = malloc(n);
	__asm__ volatile("" : "+r"(p));
	return p;
}
__attribute__((noinline)) void *plant_survivor(size_t n)
{
	void *p = malloc(n);
	__asm__ volatile("" : "+r"(p));
	return p;
}
__attribute__((noinline)) void *plant_dense(size_t n)
{
	void *p = malloc(n);
	__asm__ volatile("" : "+r"(p));
	return p;
}
static unsigned long long state;
static unsigned draw(unsigned n)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(state >> 33) % n;
}
static void write_profile(int seed)
{
	char path[40];
	int fd;

	snprintf(path, sizeof path, "%d.pb.gz", seed);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (fd < 0 || hakmem_prof_write(fd, HAKMEM_PROF_PPROF) != 0)
		exit(3);
	close(fd);
}
static void write_figures(int seed)
{
	struct hakmem_stats s;
	struct hakmem_class_stats class;
	unsigned long long sum = 0;

	hakmem_stats_get(&s, sizeof s);
	for (unsigned i = 0; hakmem_class_stats_get(i, &class, sizeof class) > 0; i++)
		sum += class.pinned;
	if (sum != s.pinned || s.pinned > s.slab_free)
		exit(4);
	printf("%d %llu\n", seed, (unsigned long long)s.pinned);
}
int main(void)
{
	for (int seed = 0; seed < N_SEEDS; seed++) {
		unsigned base, spread;

		state = (unsigned)seed + 1;
		base = 64 + draw(300);
		spread = 1 + draw(100);
		if (hakmem_prof_start() != 0)
			return 2;
		for (int i = 0; i < N; i++) {
			size_t n = base + draw(spread);

			survives[i] = draw(20) == 0;
			blocks[i] = survives[i] ? plant_survivor(n) : plant_flood(n);
		}
		for (int i = 0; i < N; i++)
			if (!survives[i])
				free(blocks[i]);
		for (int i = 0; i < N / 5; i++)
			held[i] = plant_dense(2500 + base);
		write_profile(seed);
		write_figures(seed);
		for (int i = 0; i < N; i++)
			if (survives[i])
				free(blocks[i]);
		for (int i = 0; i < N / 5; i++)
			free(held[i]);
		if (hakmem_prof_stop() != 0)
			return 2;
	}
	return 0;
}
END
# shellcheck disable=SC2086 # CC and CFLAGS may hold several words
$CC $CFLAGS -O1 -g -fno-builtin -rdynamic -I"$srcdir/include" -o pins pins.c -L"$builddir/.libs" \
	-Wl,-rpath,"$builddir/.libs" -lhakmem || fail 'does not compile'
code=0
HAKMEM_CONF=prof_interval:32,prof_memory:64M ./pins >figures || code=$?
[ "$code" = 0 ] || fail "exit code $code"
[ "$(wc -l <figures)" = 100 ] || fail 'not a hundred'

# Two at a time: it is most of this test's time.
# shellcheck disable=SC2016 # it is for sh -c
sed 's/ .*//' figures | xargs -P 2 -I % sh -c '"$0" folded -t pinned_space %.pb.gz >%.list 2>&1' "$prof" || fail "folded: $(cat ./*.list)"
while read -r seed pinned; do
	awk -v pinned="$pinned" '{ sum += $NF } $NF > most { most = $NF; first = $0 }
		END { off = sum / pinned - 1; print "off by", 100 * off " %, first:", first
			exit !(off < 0.05 && off > -0.05 && first ~ /main;plant_survivor [0-9]+$/) }' "$seed.list" >verdict ||
		fail "seed $seed: $(cat verdict)" "$(cat "$seed.list")"
	cat verdict
done <figures
"$prof" pins -n 2 0.pb.gz >list || fail 'pins'
[ "$(sed -n 3p list)" = '    plant_survivor' ] || fail "pins: $(cat list)"
sed -n 2p list | grep -q 'iB pinned by .*iB live$' || fail "pins: $(cat list)"
"$prof" stacks -n 1 0.pb.gz | grep -q '^    plant_dense$' || fail 'who holds most is not who pins most'
