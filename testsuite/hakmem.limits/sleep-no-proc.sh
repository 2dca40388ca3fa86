#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 60
# Without /proc nobody can tell who sleeps: the caches of sleeping threads stay as they are, all else goes back.
set -eu

[ "$(id -u)" = 0 ] || { echo "not root: no chroot"; exit 77; }
cat >main.c <<'C'
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static pthread_barrier_t barrier;

static void use(unsigned n)
{
	void *p[3000];
	unsigned i;

	for (i = 0; i < n; i++)
		if (!(p[i] = malloc(1000)))
			_exit(2);
	for (i = 0; i < n; i++)
		free(p[i]);
}

static void *run(void *unused)
{
	for (unsigned i = 0; i < 5; i++)
		use(3000);
	use(120);
	pthread_barrier_wait(&barrier);
	usleep(500000);
	pthread_barrier_wait(&barrier);
	use(3000);
	return unused;
}

int main(void)
{
	pthread_t threads[4];
	size_t before, after;

	pthread_barrier_init(&barrier, NULL, 5);
	for (unsigned i = 0; i < 4; i++)
		if (pthread_create(&threads[i], NULL, run, NULL) != 0)
			return 2;
	pthread_barrier_wait(&barrier);
	usleep(200000);
	before = mallinfo2().fsmblks;
	malloc_trim(0);
	after = mallinfo2().fsmblks;
	pthread_barrier_wait(&barrier);
	for (unsigned i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	printf("%zu bytes cached, then %zu\n", before, after);
	return after >= 4 * 60 * 1000 ? 0 : after < 1000 * 120 ? 3 : 4;
}
C
$CC -O2 -fno-builtin -static -o main main.c "$HAKMEM_A" -pthread
mkdir root
cp main root/main
HAKMEM_CONF=purge_delay:50 chroot root /main
# With /proc the same program ends otherwise, where it can tell.
n=0
HAKMEM_CONF=purge_delay:50 ./main || n=$?
[ "$n" = 3 ] || { echo "the caches were not emptied with /proc either: exit code $n"; exit 77; }
