/* SPDX-License-Identifier: MIT */
/* The functions that LLVM's -fsanitize=alloc-token calls: blocks without pointers share no slab with others, whatever happens to
 * them meanwhile. Ids as with -falloc-token-max=2, and as without. */
#include "check.h"
#include <pthread.h>
#include <sys/wait.h>

void *__alloc_token_malloc(size_t size, size_t id);
void *__alloc_token_calloc(size_t count, size_t size, size_t id);
void *__alloc_token_realloc(void *ptr, size_t size, size_t id);
void *__alloc_token_reallocarray(void *ptr, size_t count, size_t size, size_t id);
void *__alloc_token_aligned_alloc(size_t alignment, size_t size, size_t id);
void *__alloc_token_memalign(size_t alignment, size_t size, size_t id);
int __alloc_token_posix_memalign(void **ptr, size_t alignment, size_t size, size_t id);
void *__alloc_token_valloc(size_t size, size_t id);
void *__alloc_token_pvalloc(size_t size, size_t id);

#define SHARED KIB(64) /* larger blocks have OS pages of their own */
#define N 3000

static const size_t data_ids[] = { 0, 65536, SIZE_MAX / 4, SIZE_MAX / 2 - 1 };
static const size_t pointer_ids[] = { 1, 2, 300, 65535, SIZE_MAX / 2 + 1, SIZE_MAX };

/* The slices of the blocks of one kind. */
struct slices {
	uintptr_t at[400000];
	size_t n;
};

static struct slices data, pointers;

static void note(struct slices *s, const void *p, size_t size)
{
	uintptr_t at = (uintptr_t)p >> 16;

	if (size > SHARED - 64 || (s->n > 0 && s->at[s->n - 1] == at))
		return;
	CHECK(s->n < N_OF(s->at));
	s->at[s->n++] = at;
}

static int compare(const void *a, const void *b)
{
	uintptr_t x = *(const uintptr_t *)a, y = *(const uintptr_t *)b;

	return x < y ? -1 : x > y;
}

/* No slice is in both. */
static void check_apart(void)
{
	size_t i, k = 0;

	qsort(data.at, data.n, sizeof(data.at[0]), compare);
	qsort(pointers.at, pointers.n, sizeof(pointers.at[0]), compare);
	for (i = 0; i < data.n; i++) {
		while (k < pointers.n && pointers.at[k] < data.at[i])
			k++;
		CHECK(k == pointers.n || pointers.at[k] != data.at[i], "both kinds at %zx", (size_t)data.at[i] << 16);
	}
	CHECK(data.n > 0 && pointers.n > 0);
	data.n = pointers.n = 0;
}

static void *take(uint64_t *state, size_t size, size_t id)
{
	size_t align = (size_t)16 << rnd(state) % 8;
	void *p = NULL;

	switch (rnd(state) % 8) {
	case 0:
		p = __alloc_token_calloc(1, size, id);
		CHECK(p == NULL || zeroed(p, size) == size);
		return hide(p);
	case 1:
		return hide(__alloc_token_realloc(NULL, size, id));
	case 2:
		return hide(__alloc_token_reallocarray(NULL, 1, size, id));
	case 3:
		p = hide(__alloc_token_aligned_alloc(align, size, id));
		break;
	case 4:
		p = hide(__alloc_token_memalign(align, size, id));
		break;
	case 5:
		CHECK(__alloc_token_posix_memalign(&p, align, size, id) == 0);
		break;
	default:
		return hide(__alloc_token_malloc(size, id));
	}
	CHECK((uintptr_t)p % align == 0);
	return p;
}

/* Takes, resizes and frees blocks of both kinds, and plain ones, with each other's in between. */
static void *mix(void *arg)
{
	static __thread struct { unsigned char *p; size_t size; int is_data; } b[N];
	uint64_t state = (uintptr_t)arg;
	size_t i, turn;

	for (turn = 0; turn < 20 * N; turn++) {
		i = rnd(&state) % N;
		if (b[i].p == NULL) {
			b[i].size = rnd_size(&state, rnd(&state) % 64 == 0 ? MIB(1) : 3000);
			b[i].is_data = rnd(&state) % 2 == 0;
			b[i].p = b[i].is_data ? take(&state, b[i].size, data_ids[rnd(&state) % N_OF(data_ids)]) :
				rnd(&state) % 2 ? take(&state, b[i].size, pointer_ids[rnd(&state) % N_OF(pointer_ids)]) :
				hide(malloc(b[i].size));
			CHECK(b[i].p != NULL);
		} else if (rnd(&state) % 4 == 0) {
			size_t size = rnd_size(&state, 6000), kept = size < b[i].size ? size : b[i].size;

			CHECK(filled(b[i].p, kept, i) == kept);
			if (b[i].size > SHARED - 64) /* it has forgotten its kind */
				b[i].p = hide(__alloc_token_realloc(b[i].p, size, b[i].is_data ? 0 : 1));
			else
				b[i].p = hide(rnd(&state) % 2 ? realloc(b[i].p, size) : reallocarray(b[i].p, size, 1));
			b[i].size = size;
			CHECK(b[i].p != NULL && filled(b[i].p, kept, i) == kept);
		} else {
			CHECK(filled(b[i].p, b[i].size, i) == b[i].size);
			free(b[i].p);
			b[i].p = NULL;
		}
		if (b[i].p != NULL)
			fill(b[i].p, b[i].size, i);
	}
	for (i = 0; arg == (void *)1 && i < N; i++)
		if (b[i].p != NULL)
			note(b[i].is_data ? &data : &pointers, b[i].p, b[i].size);
	return NULL;
}

/* What one kind frees, the other does not get while a block of the slab lives. */
static void check_reuse(size_t size)
{
	static void *p[N];
	size_t i;

	for (i = 0; i < N; i++) {
		CHECK((p[i] = hide(__alloc_token_malloc(size, 0))) != NULL);
		note(&data, p[i], 1);
	}
	for (i = 0; i < N; i++)
		if (i % 2 != 0)
			free(p[i]);
	for (i = 0; i < N; i++) {
		void *q = hide(malloc(size));

		note(&pointers, q, 1);
		if (i % 2 != 0)
			p[i] = q;
	}
	check_apart();
	for (i = 0; i < N; i++)
		free(p[i]);
}

static void check_edges(void)
{
	static const size_t ids[] = { 0, 1 };
	size_t i, page = (size_t)sysconf(_SC_PAGESIZE);
	void *p;

	for (i = 0; i < N_OF(ids); i++) {
		CHECK_ENOMEM(__alloc_token_malloc(SIZE_MAX, ids[i]));
		CHECK_ENOMEM(__alloc_token_malloc(SIZE_MAX / 2 + 1, ids[i]));
		CHECK_ENOMEM(__alloc_token_calloc(SIZE_MAX / 2, 3, ids[i]));
		CHECK_ENOMEM(__alloc_token_realloc(NULL, SIZE_MAX, ids[i]));
		CHECK_ENOMEM(__alloc_token_reallocarray(NULL, SIZE_MAX / 2, 3, ids[i]));
		CHECK_ENOMEM(__alloc_token_memalign(64, SIZE_MAX - 63, ids[i]));
		CHECK_ENOMEM(__alloc_token_valloc(SIZE_MAX, ids[i]));
		CHECK_ENOMEM(__alloc_token_pvalloc(SIZE_MAX, ids[i]));
		errno_set(0);
		CHECK(__alloc_token_aligned_alloc(24, 100, ids[i]) == NULL && errno_get() == EINVAL);
		errno_set(0);
		CHECK(__alloc_token_posix_memalign(&p, 4, 100, ids[i]) == EINVAL);
		CHECK(__alloc_token_posix_memalign(&p, 24, 100, ids[i]) == EINVAL && errno_get() == 0);
		CHECK(__alloc_token_posix_memalign(&p, 64, SIZE_MAX - 10, ids[i]) == ENOMEM);
		p = hide(__alloc_token_memalign(24, 100, ids[i]));
		CHECK((uintptr_t)p % 32 == 0);
		free(p);
		p = hide(__alloc_token_valloc(10, ids[i]));
		CHECK((uintptr_t)p % page == 0);
		free(p);
		p = hide(__alloc_token_pvalloc(page + 1, ids[i]));
		CHECK((uintptr_t)p % page == 0 && malloc_usable_size(p) >= 2 * page);
		free(p);
		CHECK((p = hide(__alloc_token_malloc(0, ids[i]))) != NULL);
		free(p);
		CHECK((p = hide(__alloc_token_malloc(100, ids[i]))) != NULL);
		CHECK_ENOMEM(__alloc_token_realloc(p, SIZE_MAX, ids[i]));
		CHECK(__alloc_token_realloc(p, 0, ids[i]) == NULL);
		for (size_t k = 0; k < N_OF(tier_sizes); k++) {
			p = hide(__alloc_token_malloc(tier_sizes[k], ids[i]));
			CHECK(p != NULL && (uintptr_t)p % 16 == 0 && malloc_usable_size(p) >= tier_sizes[k]);
			memset(p, 7, tier_sizes[k]);
			free(p);
			p = hide(__alloc_token_calloc(1, tier_sizes[k], ids[i]));
			CHECK(p != NULL && zeroed(p, tier_sizes[k]) == tier_sizes[k]);
			free(p);
		}
	}
}

int main(void)
{
	pthread_t thread[3];
	void *p, *q;
	size_t i;
	int status;

	p = hide(__alloc_token_malloc(100, 0)); /* the first block of all */
	check_edges();
	for (i = 0; i < N_OF(tier_sizes) && tier_sizes[i] <= 1024; i++)
		check_reuse(tier_sizes[i]);
	for (i = 0; i < N_OF(thread); i++)
		CHECK(pthread_create(&thread[i], NULL, mix, (void *)(uintptr_t)(i + 2)) == 0);
	mix((void *)1);
	check_apart();
	for (i = 0; i < N_OF(thread); i++)
		CHECK(pthread_join(thread[i], NULL) == 0);

	/* With a token, a block that moves changes its kind. */
	p = hide(__alloc_token_realloc(p, 3000, 1));
	q = hide(malloc(3000));
	note(&pointers, p, 1);
	note(&pointers, q, 1);
	p = hide(__alloc_token_realloc(q, 6000, 0));
	note(&data, p, 1);
	q = hide(realloc(p, 12000)); /* without, it keeps it */
	note(&data, q, 1);
	check_apart();

	if (fork() == 0) {
		mix((void *)1);
		check_apart();
		_exit(0);
	}
	CHECK(wait(&status) > 0 && status == 0, "the child: %x", (unsigned)status);
	return 0;
}
