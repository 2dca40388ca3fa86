/* SPDX-License-Identifier: MIT */
/* Owns: circular doubly linked lists, with the link inside the member. An unused link is zero. */
#ifndef HAK_BASE_LIST_H
#define HAK_BASE_LIST_H

#include "base/attr.h"
#include "base/check.h"

struct hak_link {
	struct hak_link *next;
	struct hak_link *prev;
};

#define HAK_MEMBER(link, type, field) ((type *)((char *)(link) - offsetof(type, field)))

HAK_INLINE void hak_list_init(struct hak_link *head)
{
	head->next = head->prev = head;
}

HAK_INLINE bool hak_list_is_empty(const struct hak_link *head)
{
	return head->next == head;
}

HAK_INLINE void hak_list_put_first(struct hak_link *head, struct hak_link *link)
{
	link->next = head->next;
	link->prev = head;
	head->next->prev = link;
	head->next = link;
}

HAK_INLINE void hak_list_put_last(struct hak_link *head, struct hak_link *link)
{
	hak_list_put_first(head->prev, link);
}

/* If its neighbours do not point back, the link was overwritten, and unlinking would write wherever it points. */
HAK_INLINE void hak_list_remove(struct hak_link *link)
{
	HAK_REQUIRE(link->prev->next == link && link->next->prev == link, "a list is broken");
	link->prev->next = link->next;
	link->next->prev = link->prev;
	link->next = link->prev = NULL;
}

#endif
