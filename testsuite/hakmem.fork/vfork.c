/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-timeout: 60 */
/* vfork and exec, posix_spawn, system and popen amid churning threads: the heap stays sound. */
#include "child.h"
#include <spawn.h>

#define N_CHURN 3

extern char **environ;

static NOINLINE pid_t spawn_vfork(char **words)
{
	pid_t pid = vfork();

	if (pid == 0) {
		execv(words[0], words);
		_exit(127);
	}
	return pid;
}

int main(void)
{
	char *words[] = { (char *)(uintptr_t)"/bin/true", NULL };
	pthread_t threads[N_CHURN];
	char line[100];
	FILE *from;
	size_t i;
	pid_t pid;

#ifndef __GLIBC__
	CHECK(unsetenv("LD_PRELOAD") == 0); /* the programs may be of another C library */
#endif
	start_churn(threads, N_CHURN);
	for (i = 0; i < 150; i++) {
		wait_child(spawn_vfork(words));
		use_heap(i);
		CHECK(posix_spawn(&pid, words[0], NULL, NULL, words, environ) == 0);
		wait_child(pid);
		use_heap(i);
		if (i % 10)
			continue;
		CHECK(system("exit 0") == 0);
		from = popen("echo word", "r");
		CHECK(from);
		CHECK(fgets(line, sizeof(line), from) && !strcmp(line, "word\n"));
		CHECK(pclose(from) == 0);
	}
	stop_churn(threads, N_CHURN);
	return 0;
}
