/* SPDX-License-Identifier: MIT */
/*
 * The cells of SECURITY.md's table. Each fault is committed in a process of its own, and what becomes of it must be what
 * its column says: the table's words, which docs-security.sh compares with those here. COLUMN: 0 by default, 1 with
 * profile:hardened, 2 with profile:debug.
 */
#include "check.h"
#include <hakmem.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

void free_sized(void *ptr, size_t size);
void free_aligned_sized(void *ptr, size_t alignment, size_t size);
void _ZdlPv(void *p) __attribute__((weak));
void _ZdaPv(void *p) __attribute__((weak));

/* How far a process has come; it dies in the stage that tells. */
enum stage { BEFORE, CALL, SOON, FREE, REUSE };
enum { HARMLESS = 10, REFUSED }; /* how it ends otherwise, if not with 0 */

static volatile enum stage *stage;

static unsigned char *block(size_t size)
{
	unsigned char *p = hide(malloc(size));

	CHECK(p);
	return p;
}

/* Other blocks come and go. */
static void go_on(void)
{
	for (size_t i = 0; i < 20000; i++)
		free(block(500 + i % 8 * 100));
}

/* After a wrong write: the program goes on, frees the block, and allocates others of its size. */
static void look_for(unsigned char *written, size_t size)
{
	*stage = SOON;
	go_on();
	*stage = FREE;
	if (written)
		free(written);
	*stage = REUSE;
	for (size_t i = 0; i < 20000; i++)
		block(size);
}

/* Two live blocks next to each other, the first of which is returned. */
static unsigned char *pair_of(size_t size, unsigned char **second)
{
	static unsigned char *b[2000];
	size_t stride = SIZE_MAX;

	for (size_t i = 0; i < N_OF(b); i++)
		b[i] = block(size);
	for (size_t i = 0; i < N_OF(b); i++)
		for (size_t k = 0; k < N_OF(b); k++)
			if (b[k] > b[i] && (size_t)(b[k] - b[i]) < stride)
				stride = (size_t)(b[k] - b[i]);
	for (size_t i = 0; i < N_OF(b); i++)
		for (size_t k = 0; k < N_OF(b); k++)
			if (b[k] == b[i] + stride) {
				*second = b[k];
				return b[i];
			}
	return NULL;
}

static void *free_it(void *p)
{
	free(p);
	return NULL;
}

static void *allocate_it(void *size)
{
	return block((size_t)size);
}

static void *in_thread(void *(*run)(void *), void *arg)
{
	pthread_t thread;
	void *result;

	CHECK(pthread_create(&thread, NULL, run, arg) == 0 && pthread_join(thread, &result) == 0);
	return result;
}

static void second_free(int variant)
{
	static const size_t sizes[] = { 16, 100, 5000, 100000, MIB(1), MIB(8) };
	unsigned char *p = variant < 6 ? block(sizes[variant]) : in_thread(allocate_it, (void *)100);

	if (variant == 7)
		in_thread(free_it, p);
	else
		free(p);
	if (variant == 8)
		go_on();
	*stage = CALL;
	if (variant == 9)
		in_thread(free_it, p);
	else
		free(p);
}

static pthread_barrier_t barrier;

static void *meet_and_free(void *p)
{
	pthread_barrier_wait(&barrier);
	free(*(void **)p);
	pthread_barrier_wait(&barrier);
	return NULL;
}

static void *meet_often(void *p)
{
	for (;;)
		meet_and_free(p);
	return NULL;
}

static void free_together(int variant)
{
	static void *p;
	pthread_t thread;

	(void)variant;
	CHECK(pthread_barrier_init(&barrier, NULL, 2) == 0);
	CHECK(pthread_create(&thread, NULL, meet_often, &p) == 0);
	*stage = CALL;
	for (int i = 0; i < 1000; i++) {
		p = block(100);
		meet_and_free(&p);
	}
}

static void second_free_after_another(int variant)
{
	unsigned char *p = block(100);

	free(p);
	for (int i = 0; i <= 20 * variant; i++)
		block(100);
	*stage = CALL;
	free(p);
}

static void second_free_of_reused(int variant)
{
	unsigned char *p = block(100);

	(void)variant;
	for (int i = 0; i < 1000; i++) /* keep its slab */
		block(100);
	free(p);
	for (int i = 0; i < 20000 && block(100) != p; i++)
		;
	*stage = CALL;
	free(p);
}

static void free_inside(int variant)
{
	static const size_t sizes[] = { 100, 5000, 100000, MIB(8) }, offsets[] = { 1, 8, 16, 64 };
	unsigned char *p = block(sizes[variant / 4]);

	*stage = CALL;
	free(hide(p + offsets[variant % 4]));
}

static void free_foreign(int variant)
{
	static char global[4096] __attribute__((aligned(64)));
	char local[64] __attribute__((aligned(64)));
	void *p = variant == 0 ? (void *)local : variant == 1 ? (void *)global : variant == 2 ? (void *)(uintptr_t)4096 :
		variant == 3 ? (void *)(UINTPTR_MAX / 3 * 2 / 16 * 16) :
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	*stage = CALL;
	free(hide(p));
}

static void free_unused(int variant)
{
	unsigned char *p = block(variant == 0 ? MIB(1) : 40000);

	if (variant == 0)
		free(p);
	*stage = CALL;
	if (variant == 0)
		free(p + 65536);
	else
		for (int i = 1; i < 100; i++) /* never handed out, or behind the last block of the slab */
			free(hide((void *)((uintptr_t)p / 65536 * 65536 + (size_t)i * 40000)));
}

static void bad_realloc(int variant)
{
	unsigned char *p = block(100);

	if (variant % 2 == 1)
		free(p);
	*stage = CALL;
	if (variant < 2)
		CHECK(realloc(p + 16 * (1 - variant), 200) == NULL);
	else
		malloc_usable_size(p + 16 * (3 - variant));
}

static void wrong_class(int variant)
{
	static const size_t sizes[] = { 100, 5000, 100000, MIB(8) };
	unsigned char *p = block(sizes[variant]);

	*stage = CALL;
	free_sized(p, sizes[variant] * 2);
}

static void wrong_size(int variant)
{
	unsigned char *p = block(variant == 0 ? 100 : 5000);

	*stage = CALL;
	free_sized(p, variant == 0 ? 99 : 5001);
}

static void wrong_alignment(int variant)
{
	unsigned char *p = block(100);

	(void)variant;
	while ((uintptr_t)p % 4096 == 0)
		p = block(100);
	*stage = CALL;
	free_aligned_sized(p, 4096, 100);
}

static void wrong_kind(int variant)
{
	unsigned char *p = block(100);

	if (_ZdlPv == NULL)
		_exit(UNSUPPORTED);
	*stage = CALL;
	(variant == 0 ? _ZdlPv : _ZdaPv)(p);
}

static void impossible_size(int variant)
{
	void *p;

	*stage = CALL;
	p = variant == 0 ? malloc(hide_n(SIZE_MAX)) : variant == 1 ? malloc(hide_n(SIZE_MAX / 2 + 1)) :
		variant == 2 ? calloc(hide_n(SIZE_MAX / 2), 3) : variant == 3 ? reallocarray(NULL, hide_n(SIZE_MAX / 2), 3) :
		variant == 4 ? memalign(4096, hide_n(SIZE_MAX - 100)) : aligned_alloc(64, hide_n(SIZE_MAX - 10));
	_exit(hide(p) == NULL && errno == ENOMEM ? REFUSED : 0);
}

static void impossible_alignment(int variant)
{
	void *p;

	*stage = CALL;
	if (variant == 0)
		_exit(aligned_alloc(hide_n(24), 96) == NULL && errno == EINVAL ? REFUSED : 0);
	_exit(posix_memalign(&p, variant == 1 ? 24 : 2, 96) == EINVAL ? REFUSED : 0);
}

static void overflow(int variant)
{
	static const size_t sizes[] = { 24, 100, 112, 5000, 60000, 100000 };
	unsigned char *p = block(sizes[variant]);

	*stage = CALL;
	p[sizes[variant]] ^= 0x55;
	look_for(p, sizes[variant]);
}

static void underflow(int variant)
{
	unsigned char *p;

	(void)variant;
	CHECK(pair_of(112, &p));
	*stage = CALL;
	p[-1] ^= 0x55;
	look_for(p, 112);
}

static void overflow_large(int variant)
{
	size_t size = variant == 0 ? 100000 : MIB(1);
	unsigned char *p = block(size);

	*stage = CALL;
	p[(size + 4095) / 4096 * 4096 + 100] ^= 0x55;
	look_for(p, size);
}

static void overflow_neighbour(int variant)
{
	unsigned char *q, *p = pair_of(112, &q);

	(void)variant;
	CHECK(p);
	*stage = CALL;
	p[q - p] = 5;
	look_for(p, 112);
	free(q);
}

static void read_past(int variant)
{
	unsigned char *p = block(100);

	(void)variant;
	*stage = CALL;
	*(volatile unsigned char *)hide(p + 100);
	look_for(p, 100);
}

static void write_freed(int variant)
{
	size_t size = variant == 0 ? 100 : variant == 1 ? 5000 : 60000;
	unsigned char *p = block(size);

	free(p);
	*stage = CALL;
	*(volatile unsigned char *)hide(p + 50) = 0x55;
	look_for(NULL, size);
}

static void read_freed(int variant)
{
	size_t size = variant == 0 ? 100 : 5000;
	unsigned char *p = block(size);

	memset(p, 7, size);
	free(p);
	*stage = CALL;
	_exit(zeroed(hide(p), size) == size ? HARMLESS : 0);
}

static void touch_freed_large(int variant)
{
	unsigned char *p = block(variant == 0 ? 100000 : MIB(1));

	p[5] = 7;
	free(p);
	*stage = CALL;
	*(volatile unsigned char *)hide(p + 5);
}

static void read_uninitialised(int variant)
{
	size_t size = variant == 0 ? 100 : 5000;
	static unsigned char *b[1000];

	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < N_OF(b); i++) {
			b[i] = block(size);
			if (round > 0 && zeroed(b[i], size) != size)
				_exit(0);
			memset(b[i], 7, size);
		}
		for (size_t i = 0; i < N_OF(b); i++)
			free(b[i]);
	}
	_exit(HARMLESS);
}

static void touch_nothing(int variant)
{
	unsigned char *p = block(hide_n(0));

	*stage = CALL;
	if (variant == 0)
		*(volatile unsigned char *)p;
	else
		*(volatile unsigned char *)p = 1;
}

static void predict(int variant)
{
	ptrdiff_t step[4] = { 0 };
	unsigned char *p = block(64), *q;

	(void)variant;
	for (int i = 0; i < 4; i++, p = q) {
		q = block(64);
		step[i] = q - p;
	}
	_exit(step[0] == step[1] && step[1] == step[2] && step[2] == step[3] ? 0 : HARMLESS);
}

struct cell {
	const char *fault; /* as in SECURITY.md */
	int n_variants;
	void (*commit)(int variant);
	const char *word[3]; /* by column */
};

static const struct cell cells[] = {
	{ "free of a pointer that is not ours: stack, global, mapped, wild", 5, free_foreign, { "at once", "at once", "at once" } },
	{ "free of a pointer into free memory of ours, or to a block never handed out", 2, free_unused, { "at once", "at once", "at once" } },
	{ "free of a pointer inside a block, or misaligned", 16, free_inside, { "at once", "at once", "at once" } },
	{ "second free, by any thread", 10, second_free, { "at once", "at once", "at once" } },
	{ "two threads that free a block at the same moment", 1, free_together, { "at once", "at once", "at once" } },
	{ "second free, after others of its size were allocated", 10, second_free_after_another, { "not found", "at once", "at once" } },
	{ "second free, after the block was handed out again", 1, second_free_of_reused, { "not found", "not found", "not found" } },
	{ "such pointers in realloc or malloc_usable_size", 4, bad_realloc, { "at once", "at once", "at once" } },
	{ "size in a sized free that is of another class", 4, wrong_class, { "at once", "at once", "at once" } },
	{ "size in a sized free that is not the one requested", 2, wrong_size, { "not found", "at once", "at once" } },
	{ "alignment in an aligned free that the address does not have", 1, wrong_alignment, { "at once", "at once", "at once" } },
	{ "block of malloc, new or new[] freed by another kind of call", 2, wrong_kind, { "not found", "at once", "at once" } },
	{ "size that is impossible, or overflows", 6, impossible_size, { "at once", "at once", "at once" } },
	{ "alignment that is no power of two", 3, impossible_alignment, { "at once", "at once", "at once" } },
	{ "write right after the size requested", 6, overflow, { "not found", "at free", "soon" } },
	{ "write right before a block", 1, underflow, { "not found", "at free", "soon" } },
	{ "write into the next block", 1, overflow_neighbour, { "not found", "not found", "not found" } },
	{ "write past a block of more than 64 KiB, behind its last OS page", 2, overflow_large, { "not found", "SIGSEGV", "SIGSEGV" } },
	{ "read past the end of a block", 1, read_past, { "not found", "not found", "not found" } },
	{ "write to a freed block of up to 64 KiB", 3, write_freed, { "not found", "at reuse", "soon" } },
	{ "read of a freed block of up to 64 KiB", 2, read_freed, { "not found", "harmless", "harmless" } },
	{ "access to a freed block of more than 64 KiB", 2, touch_freed_large, { "not found", "SIGSEGV", "SIGSEGV" } },
	{ "read of uninitialized memory", 2, read_uninitialised, { "not found", "harmless", "harmless" } },
	{ "access to a block of size 0", 2, touch_nothing, { "not found", "SIGSEGV", "SIGSEGV" } },
	{ "addresses that an attacker can predict", 1, predict, { "not found", "harmless", "harmless" } },
};

static const char *outcome(int status)
{
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT)
		return *stage == CALL ? "at once" : *stage == SOON ? "soon" : *stage == FREE ? "at free" : *stage == REUSE ? "at reuse" :
			"too early";
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV)
		return *stage == CALL ? "SIGSEGV" : "SIGSEGV elsewhere";
	if (WIFSIGNALED(status))
		return "another signal";
	return WEXITSTATUS(status) == 0 ? "not found" : WEXITSTATUS(status) == HARMLESS ? "harmless" :
		WEXITSTATUS(status) == REFUSED ? "at once" : "failed";
}

int main(void)
{
	const struct rlimit no_core = { 0, 0 };
	int n_wrong = 0;

	CHECK(setrlimit(RLIMIT_CORE, &no_core) == 0);
	stage = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(stage != MAP_FAILED);
	for (size_t i = 0; i < N_OF(cells); i++) {
		for (int variant = 0; variant < cells[i].n_variants; variant++) {
			const char *found;
			int status, null;

			*stage = BEFORE;
			if (fork() == 0) {
				null = open("/dev/null", O_WRONLY);
				dup2(null, 2);
				alarm(60);
				cells[i].commit(variant);
				_exit(0);
			}
			CHECK(wait(&status) > 0);
			found = outcome(status);
			if (WIFEXITED(status) && WEXITSTATUS(status) == UNSUPPORTED)
				continue;
			if (strcmp(found, cells[i].word[COLUMN]) != 0) {
				n_wrong++;
				printf("%s, variant %d: %s, not %s (%x)\n", cells[i].fault, variant, found, cells[i].word[COLUMN], (unsigned)status);
			}
		}
	}
	return n_wrong > 0;
}
