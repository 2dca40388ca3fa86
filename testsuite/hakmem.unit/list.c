/* SPDX-License-Identifier: MIT */
/* Lists keep their members, in order, both ways round. */
#include "check.h"
#include "base/list.h"

#define N 8

struct member {
	int before;
	struct hak_link link;
};

static unsigned order[N], n_order;

static void check_order(struct hak_link *head, struct member *members)
{
	struct hak_link *l = head;

	for (unsigned i = 0; i < n_order; i++) {
		CHECK(l->next->prev == l);
		l = l->next;
		CHECK(HAK_MEMBER(l, struct member, link) == &members[order[i]]);
	}
	CHECK(l->next == head && head->prev == l);
	CHECK(hak_list_is_empty(head) == (n_order == 0));
}

int main(void)
{
	struct member members[N] = { 0 };
	struct hak_link head;
	uint64_t state = 1;

	hak_list_init(&head);
	for (unsigned round = 0; round < 20000; round++) {
		unsigned i = (unsigned)(rnd(&state) % N);
		struct hak_link *link = &members[i].link;

		if (link->next != NULL) {
			unsigned at = 0;

			hak_list_remove(link);
			CHECK(link->next == NULL && link->prev == NULL);
			while (order[at] != i)
				at++;
			memmove(order + at, order + at + 1, (--n_order - at) * sizeof *order);
		} else if (rnd(&state) & 1) {
			hak_list_put_first(&head, link);
			memmove(order + 1, order, n_order++ * sizeof *order);
			order[0] = i;
		} else {
			hak_list_put_last(&head, link);
			order[n_order++] = i;
		}
		check_order(&head, members);
	}
	return 0;
}
