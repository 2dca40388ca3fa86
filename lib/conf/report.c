/* SPDX-License-Identifier: MIT */
#include "conf/report.h"

#include "base/atomic.h"
#include "base/check.h"
#include "base/probe.h"
#include "base/text.h"
#include "conf/options.h"
#include "os/clock.h"
#include "os/lock.h"

#define N_KEYS 64 /* remembered; beyond that, every report is written */

const char hak_name_delete[] = "delete", hak_name_delete_array[] = "delete";

static uintptr_t keys[N_KEYS]; /* any: 0 unused */
uint64_t hak_report_n;
void (*hak_report_watcher)(const void *ptr);

/* There is one for all threads: as a rule, the first is the end of the process. */
const void *hak_report_late_by;
static struct {
	enum hak_verdict verdict;
	const void *ptr;
	size_t what;
} late; /* own: of the thread in hak_report_late_by */

uint64_t hak_report_count(void)
{
	return hak_load_relaxed(&hak_report_n);
}

bool hak_report_is_new(uintptr_t key)
{
	for (unsigned i = 0; i < N_KEYS; i++) {
		uintptr_t seen = hak_load_relaxed(&keys[i]);

		if (seen == 0 && hak_cas_release(&keys[i], &seen, key))
			return true;
		if (seen == key)
			return false;
	}
	return true;
}

static void add_verdict(struct hak_text *t, enum hak_verdict verdict)
{
	switch (verdict) {
	case HAK_DOUBLE_FREE:
		hak_text_add(t, "double free");
		break;
	case HAK_INSIDE_BLOCK:
		hak_text_add(t, "pointer inside a block");
		break;
	case HAK_MISALIGNED:
		hak_text_add(t, "misaligned pointer");
		break;
	case HAK_FREE_SLAB:
		hak_text_add(t, "pointer into a free slab");
		break;
	case HAK_NOT_OURS:
		hak_text_add(t, "not a block of ours");
		break;
	case HAK_WRONG_SIZE:
		hak_text_add(t, "wrong size");
		break;
	case HAK_OVERFLOW:
		hak_text_add(t, "overflow");
		break;
	case HAK_UNDERFLOW:
		hak_text_add(t, "underflow");
		break;
	case HAK_WRITTEN_FREE:
		hak_text_add(t, "write after free");
		break;
	case HAK_OF_MALLOC:
		hak_text_add(t, "block of malloc");
		break;
	case HAK_OF_NEW:
		hak_text_add(t, "block of new");
		break;
	case HAK_OF_NEW_ARRAY:
		hak_text_add(t, "block of new[]");
		break;
	}
}

static void add_class(struct hak_text *t, size_t what)
{
	if (what == HAK_CLASS_NONE)
		hak_text_add(t, "none");
	else if (what == HAK_CLASS_RUN)
		hak_text_add(t, "run");
	else if (what == HAK_CLASS_LARGE)
		hak_text_add(t, "large");
	else
		hak_text_add_number(t, what);
}

void hak_report_bad_free(enum hak_verdict verdict, const char *call, const void *ptr, size_t what, const void *site)
{
	uintptr_t key = site != NULL ? (uintptr_t)site : (uintptr_t)verdict + 1 + what * 16;
	struct hak_text t;

	hak_options_ensure();
	hak_add_relaxed(&hak_report_n, 1);
	HAK_PROBE(verdict, verdict, ptr);
	if (!hak_options.on_report)
		hak_check_enter();
	if (!hak_options.on_report || hak_report_is_new(key)) {
		hak_text_open_line(&t);
		hak_text_add(&t, "hakmem: ");
		hak_text_add(&t, call);
		hak_text_add(&t, "(");
		hak_text_add_hex(&t, (uintptr_t)ptr);
		hak_text_add(&t, "): ");
		add_verdict(&t, verdict);
		hak_text_add(&t, " (class ");
		add_class(&t, what);
		hak_text_add(&t, ", thread ");
		hak_text_add_number(&t, hak_os_thread_id());
		hak_text_add(&t, ")\n");
		hak_text_close(&t);
		if (hak_load_relaxed(&hak_report_watcher) != NULL)
			hak_load_relaxed(&hak_report_watcher)(ptr);
	}
	if (!hak_options.on_report)
		hak_check_abort();
}

void hak_report_late(enum hak_verdict verdict, const void *ptr, size_t what)
{
	const void *by = NULL;

	hak_options_ensure();
	if (!hak_options.on_report && hak_cas_acquire(&hak_report_late_by, &by, &hak_lock_held)) {
		late.verdict = verdict;
		late.ptr = ptr;
		late.what = what;
	} else if (by == &hak_lock_held) {
		hak_add_relaxed(&hak_report_n, 1);
	} else { /* or, very seldom, another thread's has not been told yet: better right here than never */
		hak_report_bad_free(verdict, "free", ptr, what, NULL);
	}
}

void hak_report_tell_late(void)
{
	enum hak_verdict verdict = late.verdict;
	const void *ptr = late.ptr;
	size_t what = late.what;

	hak_store_release(&hak_report_late_by, NULL); /* pairs with the acquire in hak_report_late() */
	hak_report_bad_free(verdict, "free", ptr, what, NULL);
}
