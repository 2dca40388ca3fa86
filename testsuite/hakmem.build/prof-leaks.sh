#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 120
# prof_leaks: nothing that is reached is called a leak: from static data along a chain, into the middle of a large block, from
# thread-local storage, stacks, mappings of the program's own, read-only memory. What nothing leads to is one, rings
# included, also when the main thread has ended and in a forked child. Not asked for, or if the program may not read its own
# memory, the profile does not know; hakmem-prof run -l shows it.
. "$srcdir/testsuite/lib/build.sh"
need python3 addr2line
need_override

prof=$builddir/tools/hakmem-prof
cat >leaks.c <<'END'
#include "filter.h"
#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#define KEEP(p) __asm__ volatile("" : "+r"(p) : : "memory")
struct node {
	struct node *next;
	char rest[40];
};
enum { PAGE = 65536, N_CHAIN = 20000, N_LOST = 2000, N_LARGE = 10 };
struct node *head;
uintptr_t middle;
__thread void *volatile local;
static char data[2 * PAGE] = { 1 };
static pthread_barrier_t barrier;
static void *(*volatile action)(void *);

__attribute__((noinline)) void *plant_reached(size_t n)
{
	void *p = calloc(1, n);
	KEEP(p);
	return p;
}
__attribute__((noinline)) void *plant_lost(size_t n)
{
	void *p = calloc(1, n);
	KEEP(p);
	return p;
}
__attribute__((noinline)) void *plant_lost_large(size_t n)
{
	void *p = calloc(1, n);
	KEEP(p);
	return p;
}
__attribute__((noinline)) static void lose(void)
{
	for (int i = 0; i < N_LOST; i++) {
		void **a = plant_lost(100), **b = plant_lost(3000);

		*a = b;
		if (i % 2)
			*b = a;
	}
	for (int i = 0; i < N_LARGE; i++) {
		void **large = plant_lost_large(9 << 20);

		large[1000] = plant_lost_large(400000);
	}
}
static void *map(int flags)
{
	void *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);

	CHECK(p != MAP_FAILED);
	return p;
}
__attribute__((noinline)) static void keep(void)
{
	void **mapped, **page = (void **)(((uintptr_t)data + PAGE - 1) / PAGE * PAGE);

	for (int i = 0; i < N_CHAIN; i++) {
		struct node *n = plant_reached(sizeof(*n));

		n->next = head;
		head = n;
	}
	middle = (uintptr_t)plant_reached(5 << 20) + (4 << 20);
	((void **)middle)[5] = (char *)plant_reached(500000) + 400000;
	local = plant_reached(10000);
	mapped = map(MAP_PRIVATE);
	mapped[3] = plant_reached(70);
	mapped[4] = plant_reached(PAGE);
	mapped = map(MAP_SHARED);
	mapped[3] = plant_reached(71);
	mapped = map(MAP_PRIVATE);
	mapped[3] = plant_reached(72);
	CHECK(mprotect(mapped, PAGE, PROT_READ) == 0);
	page[7] = plant_reached(73);
	CHECK(mprotect(page, PAGE, PROT_READ) == 0);
	mapped = aligned_alloc(PAGE, PAGE);
	page = map(MAP_PRIVATE);
	page[0] = mapped;
	mapped[9] = plant_reached(74);
	CHECK(mprotect(mapped, PAGE, PROT_READ) == 0);
}
static void *hold(void *arg)
{
	void *volatile held = plant_reached(75);

	local = plant_reached(76);
	pthread_barrier_wait(&barrier);
	pause();
	return held == NULL ? arg : NULL;
}
/* Where no frame lies at the end: what it leaves on the stack is not in use. */
__attribute__((noinline)) static void do_below(void (*act)(void))
{
	volatile char room[100000];

	memset((char *)room, 0, sizeof(room));
	act();
	memset((char *)room, 1, sizeof(room));
}
__attribute__((noinline)) static void leave(int depth)
{
	volatile char some[2000];

	memset((char *)some, depth, sizeof(some));
	if (depth > 0)
		leave(depth - 1);
	exit(some[0] == 9);
}
__attribute__((noinline)) static void *work(void *arg)
{
	void *volatile mine = plant_reached(77);

	do_below(lose);
	do_below(keep);
	leave(3);
	return mine == NULL ? arg : NULL;
}
static void *end_main(void *arg)
{
	pthread_join(*(pthread_t *)arg, NULL);
	return work(arg);
}
int main(int argc, char **argv)
{
	static const int call = SYS_process_vm_readv;
	static pthread_t self;
	pthread_t thread;

	CHECK(argc == 2);
	dprintf(1, "%zu\n", sizeof(void *));
	self = pthread_self();
	pthread_barrier_init(&barrier, NULL, 2);
	CHECK(pthread_create(&thread, NULL, hold, NULL) == 0);
	pthread_barrier_wait(&barrier);
	if (!strcmp(argv[1], "refused"))
		filter_to(&call, 1, SECCOMP_RET_ERRNO | EPERM);
	if (!strcmp(argv[1], "forked")) {
		int status;
		pid_t child = fork();

		CHECK(child >= 0);
		if (child > 0) {
			CHECK(waitpid(child, &status, 0) == child && status == 0);
			_exit(0);
		}
	}
	action = end_main;
	if (!strcmp(argv[1], "ended")) {
		CHECK(pthread_create(&thread, NULL, action, &self) == 0);
		pthread_exit(NULL);
	}
	work(NULL);
	return 0;
}
END
# shellcheck disable=SC2086 # CC and CFLAGS may hold several words
$CC $CFLAGS -O1 -g -w -fno-builtin -rdynamic -pthread -I"$srcdir/testsuite/lib" -I"$srcdir/testsuite/hakmem.limits" \
	-o leaks leaks.c || fail 'does not compile'

# run HOW FILE OPTIONS
run()
{
	code=0
	HAKMEM_CONF=prof:on,prof_interval:1,prof_dump:$PWD/$2$3 LD_PRELOAD=$HAKMEM_LIB ./leaks "$1" 2>errors >width || code=$?
	[ "$code" != 77 ] || unsupported "$(cat errors)"
	[ "$code" = 0 ] || fail "$1: exit code $code: $(cat errors)"
}
for how in plain ended forked; do
	run $how $how.pb.gz ,prof_leaks:on
	"$prof" folded -t leaked_objects $how.pb.gz >list || fail "$how: $(cat list)"
	# Among 2^32 addresses a large block has many that some number looks like.
	awk -v wide="$(cat width)" '/plant_reached/ { wrong += $NF } /plant_lost [0-9]+$/ { small += $NF } /plant_lost_large [0-9]+$/ { large += $NF }
		END { print wrong + 0, "reached", small, "small", large, "large"
			exit !(wrong == 0 && small > 3900 && small <= 4000 && (wide == 4 || large >= 17) && large <= 20) }' list >verdict ||
		fail "$how: $(cat verdict)" "$(cat list)"
	cat verdict
	grep -q ';lose;plant_lost ' list || fail "$how: the program has no name in the profile" "$(cat list)"
done
run plain unasked.pb.gz ''
! "$prof" top -t leaked_space unasked.pb.gz 2>list || fail 'nobody asked for leaks'
grep -q 'the profile has no leaked_space; it has alloc_objects, .*pinned_space$' list || fail "$(cat list)"
run refused refused.pb.gz ,prof_leaks:on
! "$prof" top -t leaked_space refused.pb.gz 2>list || fail 'leaks of a program that may not read its memory'

"$prof" run -l -n 1 -i 1 ./leaks plain 2>list || fail "run: $(cat list)"
grep -A 2 '^Leaked, by stack: .*MiB in all$' list | sed -n 3p | grep -q '^    plant_lost_large$' || fail "run: $(cat list)"
