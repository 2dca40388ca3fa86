#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-alone: this changes the whole machine
# vm.overcommit_memory=2: programs start and run, with threads and forks; the setting is put back.
set -eu

# Whoever reserves addresses without limit meanwhile, as sanitizers do, cannot start.
[ "${HAK_MACHINE-}" = yes ] || { echo 'this changes the whole machine for a moment: HAK_MACHINE=yes'; exit 77; }

knob=/proc/sys/vm/overcommit_memory
ratio=/proc/sys/vm/overcommit_ratio
[ -w $knob ] || { echo "vm.overcommit_memory cannot be set"; exit 77; }
old=$(cat $knob)
old_ratio=$(cat $ratio)
free_kib=$(awk '/^CommitLimit:/ { limit = $2 } /^Committed_AS:/ { used = $2 } END { print limit - used }' /proc/meminfo)
[ "$free_kib" -gt 2000000 ] || { echo "too little may be committed: $free_kib KiB"; exit 77; }
restore() {
	echo "$old" >$knob
	echo "$old_ratio" >$ratio
}
trap restore EXIT
trap 'exit 1' HUP INT TERM
echo 2 >$knob 2>err.txt || { echo "vm.overcommit_memory cannot be set"; trap - EXIT; exit 77; }

cat >main.c <<'C'
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
static void *work(void *unused)
{
	for (size_t i = 1; i < 3000; i++) {
		char *p = malloc(i * 40);
		if (!p)
			_exit(3);
		memset(p, 1, i * 40);
		p = realloc(p, i * 90);
		if (!p)
			_exit(4);
		free(p);
	}
	return unused;
}
int main(void)
{
	pthread_t threads[8];
	int status;
	for (int i = 0; i < 8; i++)
		if (pthread_create(&threads[i], NULL, work, NULL))
			return 5;
	for (int i = 0; i < 8; i++)
		pthread_join(threads[i], NULL);
	pid_t child = fork();
	if (child == 0) {
		work(NULL);
		_exit(0);
	}
	return waitpid(child, &status, 0) != child || status;
}
C
$CC -O2 -fno-builtin -o main main.c -pthread
LD_PRELOAD=$HAKMEM_LIB ./main
LD_PRELOAD=$HAKMEM_LIB python3 -c 'x = [bytes(i) for i in range(20000)]; print(len(x))'
# Twenty at once: what each one only reserves must not be charged.
i=0
pids=
while [ $i -lt 20 ]; do
	LD_PRELOAD=$HAKMEM_LIB sleep 1 &
	pids="$pids $!"
	i=$((i + 1))
done
for pid in $pids; do
	wait "$pid"
done
