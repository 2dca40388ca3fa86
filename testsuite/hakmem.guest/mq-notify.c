/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-libs: -lrt */
/* A process that asked to be told of a message in its queue is told, however it used its heap meanwhile. */
#include "guest.h"
#include <mqueue.h>
#include <sys/wait.h>

static volatile sig_atomic_t n_told;

static void handler(int number)
{
	(void)number;
	n_told++;
}

int main(void)
{
	struct mq_attr attributes = { .mq_maxmsg = 4, .mq_msgsize = 16 };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
	char name[64];
	size_t i;
	pid_t child;
	mqd_t queue;

	snprintf(name, sizeof(name), "/hakmem-%d", (int)getpid());
	queue = mq_open(name, O_CREAT | O_EXCL | O_RDWR, 0600, &attributes);
	if (queue == (mqd_t)-1)
		UNSUPPORTED_BECAUSE("mq_open: %s", strerror(errno));
	mq_unlink(name);
	signal(SIGUSR1, handler);
	CHECK(mq_notify(queue, &event) == 0);
	grow_heap(32);
	be_busy(0.5);
	child = fork();
	if (child == 0)
		_exit(mq_send(queue, "x", 1, 0) != 0);
	CHECK(child > 0);
	while (waitpid(child, NULL, 0) != child)
		CHECK(errno == EINTR);
	for (i = 0; i < 100 && !n_told; i++)
		usleep(20000);
	CHECK(n_told == 1, "told %d times", (int)n_told);
	return 0;
}
