/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* Each part of hardening is an option of its own: it does what it says, alone, and what it does not say is not done. */
#include "check.h"
#include <hakmem.h>
#include <sys/resource.h>
#include <sys/wait.h>

/* What happens to a program with this fault: told (SIGABRT), stopped (SIGSEGV), or nothing. */
static void overflow(void)
{
	unsigned char *p = hide(malloc(100));

	p[100] = 0;
	free(p);
}

static void write_freed(void)
{
	unsigned char *p = hide(malloc(100)), *old = hide(p);
	unsigned i;

	free(p);
	old[50] = 1;
	for (i = 0; i < 100000; i++)
		free(hide(malloc(100)));
}

static void keep_contents(void)
{
	unsigned char *p = hide(malloc(100)), *old = hide(p);

	memset(p, 7, 100);
	free(p);
	if (old[50] == 0)
		abort();
}

/* Where all other blocks of the class stay in use, the same few come back, unless others are made for it. */
static void come_back(void)
{
	void *p, *q;
	unsigned round, i;

	for (round = 0; round < 130; round++) {
		p = hide(malloc(1000));
		q = hide(p);
		free(p);
		for (i = 0; i < 10; i++) {
			p = hide(malloc(1000));
			if (p == q)
				return;
			free(p);
		}
		p = hide(malloc(1000)); /* stays */
	}
	abort();
}

static void run_behind(void)
{
	unsigned char *p = hide(malloc(1000000));

	memset(p, 1, 1000000 + KIB(68));
}

/* Up from a small block, to the end of its slab. */
static void run_up(void)
{
	unsigned char *p = hide(malloc(1000));

	memset(p, 1, KIB(256));
}

/* Down from a large block, past its first OS page: the next one is likely to be right below. */
static void run_down(void)
{
	unsigned char *p = hide(malloc(1000000)), *q = hide(malloc(1000000));

	memset(q, 1, 1000000);
	for (size_t i = 1; i <= KIB(8); i++)
		((unsigned char *)hide(p))[-(ptrdiff_t)i] = 1;
}

/* Mapped again at once: it was not held back. */
static void reuse_large(void)
{
	unsigned char *p = hide(malloc(1000000)), *old = hide(p);
	unsigned i;

	free(p);
	for (i = 0; i < 10; i++) {
		p = hide(malloc(1000000));
		if (p == old)
			return;
		free(p);
	}
	abort();
}

static void in_order(void)
{
	unsigned char *p, *before = NULL;
	unsigned i, n_rows = 0;

	for (i = 0; i < 60; i++, before = p) {
		p = hide(malloc(1000));
		n_rows += before && p - before <= 1200 && p > before;
	}
	if (n_rows < 30)
		abort();
}

static const struct {
	const char *name;
	void (*run)(void);
} faults[] = { { "overflow", overflow }, { "write_freed", write_freed }, { "keep_contents", keep_contents },
	{ "come_back", come_back }, { "run_behind", run_behind }, { "reuse_large", reuse_large }, { "in_order", in_order },
	{ "run_up", run_up }, { "run_down", run_down } };

/* One letter for each of these faults: a(bort), s(egv), - or, where it depends on what lies behind, a dot. */
static void expect(const char *conf, const char *letters)
{
	char number[4], *words[] = { (char *)(uintptr_t)"parts", number, NULL };
	size_t i;

	for (i = 0; i < N_OF(faults); i++) {
		struct rlimit no_core = { 0, 0 };
		pid_t child;
		int status, letter, fd;

		snprintf(number, sizeof(number), "%zu", i);
		child = fork();
		if (child == 0) {
			setenv("HAKMEM_CONF", conf, 1);
			setrlimit(RLIMIT_CORE, &no_core);
			if ((fd = open("/dev/null", O_WRONLY)) >= 0)
				dup2(fd, 2);
			exec_self(words, environ);
			_exit(99);
		}
		CHECK(waitpid(child, &status, 0) == child);
		letter = !WIFSIGNALED(status) ? '-' : WTERMSIG(status) == SIGABRT ? 'a' : WTERMSIG(status) == SIGSEGV ? 's' : '?';
		CHECK(!WIFEXITED(status) || WEXITSTATUS(status) == 0, "%s, %s: exit %d", conf, faults[i].name, WEXITSTATUS(status));
		CHECK(letter == letters[i] || letters[i] == '.', "%s, %s: %c, not %c", conf, faults[i].name, letter, letters[i]);
	}
}

int main(int argc, char **argv)
{
	if (argc == 2) {
		faults[atoi(argv[1])].run();
		return 0;
	}
	/* overflow, write_freed, keep_contents, come_back, run_behind, reuse_large, in_order, run_up, run_down */
	expect("pad:true", "a---.--..");
	expect("zero_free:true", "-aa-.--..");
	expect("quarantine:true", "---a.a-..");
	expect("guard:true", "----s--ss");
	expect("random:true", "----.aa..");
	expect("kinds:true", "----.--..");
	expect("profile:hardened", "aaaasaass");
	expect("pad:false,zero_free:off,profile:hardened", "---asaass");
	expect("profile:hardened,diet:true,purge_delay:0,limit_hard:1G,thp:always", "aaaasaass");
	return 0;
}
