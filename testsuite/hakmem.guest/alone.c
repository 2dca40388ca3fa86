/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-timeout: 60 */
/* What the kernel allows to processes of one thread alone, a program of one thread may do, however large its heap is:
 * new user namespaces, other namespaces by setns(), and the like. What fails before there is a heap is left out. */
#include "guest.h"
#include <sched.h>
#include <sys/wait.h>

static int enter(const char *path, int kind)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -1 : setns(fd, kind);
}

static int try(size_t what)
{
	switch (what) {
	case 0:
		return unshare(CLONE_NEWUSER);
	case 1:
		return unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID);
	case 2:
		return enter("/proc/self/ns/mnt", CLONE_NEWNS);
	case 3:
		return enter("/proc/self/ns/time", 0x80 /* CLONE_NEWTIME */);
	case 4:
		return unshare(CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWNET);
	case 5:
		return unshare(CLONE_SIGHAND | CLONE_VM);
	case 6:
		return unshare(CLONE_THREAD);
	default:
		return unshare(CLONE_FS | CLONE_FILES);
	}
}

#define N_KINDS 8

/* Each in a process of its own. Returns its errno. */
static int try_apart(size_t what, size_t n_mib)
{
	pid_t child = fork();
	int status;

	CHECK(child >= 0);
	if (child == 0) {
		if (n_mib) {
			grow_heap(n_mib);
			usleep(100000);
		}
		_exit(try(what) == 0 ? 0 : errno);
	}
	CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status), "kind %zu: wait status %#x", what,
	      (unsigned)status);
	return WEXITSTATUS(status);
}

int main(void)
{
	size_t what, n_possible = 0;
	int error;

	for (what = 0; what < N_KINDS; what++) {
		if (try_apart(what, 0) != 0)
			continue;
		n_possible++;
		error = try_apart(what, 32);
		CHECK(error == 0, "kind %zu: %s", what, strerror(error));
	}
	if (n_possible == 0)
		UNSUPPORTED_BECAUSE("none of it is allowed here");
	printf("%zu of %d kinds\n", n_possible, N_KINDS);
	return 0;
}
