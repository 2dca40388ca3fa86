/* SPDX-License-Identifier: MIT */
/* SPDX-License-Identifier: MIT */
/*
 * Fault injection into one system call, exact to the call: the workload runs in a child under a
 * seccomp filter that asks this process about every such call, and the N-th, or all from the N-th on,
 * are refused with ENOMEM. N runs from 1 until the workload ends before it.
 *
 * The includer defines SYSTEM_CALL, and has main() return inject().
 */
#ifndef INJECT_H
#define INJECT_H
#include "limit.h"
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#define N_ALL 60 /* of the first calls each one is refused, of the rest about N_MORE */
#define N_MORE 40

static void send_fd(int to, int fd)
{
	char control[CMSG_SPACE(sizeof(int))] = { 0 }, byte = 0;
	struct iovec iov = { &byte, 1 };
	struct msghdr message;
	struct cmsghdr *header;

	memset(&message, 0, sizeof(message));
	message.msg_iov = &iov;
	message.msg_iovlen = 1;
	message.msg_control = control;
	message.msg_controllen = sizeof(control);
	header = CMSG_FIRSTHDR(&message);
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	CHECK(sendmsg(to, &message, 0) == 1);
}

static int receive_fd(int from)
{
	char control[CMSG_SPACE(sizeof(int))], byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr message;
	int fd;

	memset(&message, 0, sizeof(message));
	message.msg_iov = &iov;
	message.msg_iovlen = 1;
	message.msg_control = control;
	message.msg_controllen = sizeof(control);
	if (recvmsg(from, &message, 0) != 1 || !CMSG_FIRSTHDR(&message))
		return -1;
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
	return fd;
}

/* In the child: from here on every SYSTEM_CALL is asked about. */
static void be_asked(int to)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYSTEM_CALL, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { N_OF(code), code };
	long fd;

	CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
	if (fd < 0)
		_exit(UNSUPPORTED);
	send_fd(to, (int)fd);
	close((int)fd);
}

/* In the parent: answers until the child is gone. Returns the number of calls. */
static unsigned answer(int fd, unsigned refuse_from, unsigned refuse_to)
{
	struct seccomp_notif_resp reply;
	struct seccomp_notif request;
	struct pollfd ready = { fd, POLLIN, 0 };
	unsigned n = 0;

	while (poll(&ready, 1, -1) == 1 && (ready.revents & POLLIN)) {
		memset(&request, 0, sizeof(request));
		if (ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, &request))
			continue;
		n++;
		memset(&reply, 0, sizeof(reply));
		reply.id = request.id;
		if (n >= refuse_from && n <= refuse_to)
			reply.error = -ENOMEM;
		else
			reply.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
		ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &reply);
	}
	return n;
}

static void *thread_workload(void *unused)
{
	void *p[60];
	size_t i;

	(void)unused;
	for (i = 0; i < N_OF(p); i++) {
		errno_set(0);
		p[i] = malloc(i * i * 10);
		CHECK(p[i] || errno_get() == ENOMEM, "malloc(%zu) in a thread", i * i * 10);
		if (p[i])
			memset(p[i], 1, i * i * 10);
	}
	for (i = 0; i < N_OF(p); i++)
		free(p[i]);
	return NULL;
}

static void hold_one(unsigned char *p, size_t n, int is_once, const char *how)
{
	if (!p) {
		CHECK(errno_get() == ENOMEM, "%s(%zu)", how, n);
		if (!is_once)
			return;
		p = malloc(n);
		CHECK(p, "%zu bytes at the second attempt", n);
	}
	fill_thin(p, n, n_held);
	held[n_held].p = p;
	held[n_held++].n = n;
}

static void workload(int is_once)
{
	static const size_t sizes[] = {
		16, 64, 200, 1000, 1024, 1500, 4096, 10000, 32769, 65537, 100000, 262144, 300000, 1048577,
		3000000, 9000000,
	};
	pthread_t thread;
	unsigned round;
	size_t i, n;
	void *p;

	for (round = 0; round < 2; round++) {
		for (i = 0; i < N_OF(sizes); i++) {
			n = sizes[i];
			errno_set(0);
			hold_one(malloc(n), n, is_once, "malloc");
			errno_set(0);
			p = calloc(1, n);
			if (p)
				CHECK(zeroed(p, n) == n, "calloc(%zu)", n);
			hold_one(p, n, is_once, "calloc");
			errno_set(0);
			hold_one(aligned_alloc(8192, n), n, is_once, "aligned_alloc");
			errno_set(0);
			p = malloc(n);
			if (p) {
				void *q;

				fill_thin(p, n, 7);
				errno_set(0);
				q = realloc(p, n * 3 + 5000);
				CHECK(q || errno_get() == ENOMEM);
				CHECK(filled_thin(q ? q : p, n, 7) == n, "realloc from %zu", n);
				free(q ? q : p);
			}
		}
		if (pthread_create(&thread, NULL, thread_workload, NULL) == 0)
			pthread_join(thread, NULL);
		verify_held();
		realloc_held(300000);
		verify_held();
		free_held();
		malloc_trim(0);
	}
	_exit(0);
}

/* Runs the workload once. Returns its number of calls. */
static unsigned run_once(unsigned refuse_from, unsigned refuse_to)
{
	int sockets[2], fd, status;
	unsigned n = 0;
	pid_t child;

	CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) == 0);
	child = fork();
	CHECK(child >= 0);
	if (child == 0) {
		alarm(60);
		close(sockets[0]);
		be_asked(sockets[1]);
		workload(refuse_from == refuse_to);
	}
	close(sockets[1]);
	fd = receive_fd(sockets[0]);
	if (fd >= 0)
		n = answer(fd, refuse_from, refuse_to);
	close(fd);
	close(sockets[0]);
	CHECK(waitpid(child, &status, 0) == child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == UNSUPPORTED)
		UNSUPPORTED_BECAUSE("no seccomp notification here");
	CHECK(status == 0, "refused %u to %u of %u: wait status %#x", refuse_from, refuse_to, n,
	      (unsigned)status);
	return n;
}

UNUSED static int inject(void)
{
	unsigned n_calls = run_once(UINT32_MAX, UINT32_MAX), nth;

	dprintf(1, "%u calls\n", n_calls);
	if (!n_calls)
		UNSUPPORTED_BECAUSE("this build never makes the call");
	for (nth = 1; nth <= n_calls; nth += nth < N_ALL ? 1 : 1 + n_calls / N_MORE) {
		run_once(nth, nth);
		run_once(nth, UINT32_MAX);
	}
	return 0;
}

#endif
