/* SPDX-License-Identifier: MIT */
/* For static linking: fails unless malloc is libhakmem's and works, in two threads. */
#include <hakmem.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
static void *churn(void *arg)
{
	int i;

	for (i = 1; i < 20000; i++) {
		char *p = malloc((size_t)i * 7 % 5000 + 1), *q;

		if (!p)
			return "malloc";
		memset(p, i, (size_t)i * 7 % 5000 + 1);
		q = realloc(p, (size_t)i % 9000 + 1);
		if (!q || q[0] != (char)i)
			return "realloc";
		free(q);
	}
	return arg;
}
int main(void)
{
	struct hakmem_stats before, after;
	pthread_t thread;
	void *result, *p;

	hakmem_stats_get(&before, sizeof(before));
	p = malloc(1000000);
	hakmem_stats_get(&after, sizeof(after));
	if (!p || after.allocated < before.allocated + 1000000)
		return 1; /* somebody else's malloc */
	free(p);
	if (pthread_create(&thread, NULL, churn, NULL) || pthread_join(thread, &result) || result)
		return 2;
	return churn(NULL) || hakmem_check() != 0 ? 3 : 0;
}
