/* SPDX-License-Identifier: MIT */
#include "watch/event.h"

#include "base/probe.h"

/* What a probe's arguments are; strings inside, no pointers: nothing here needs a relocation. */
static const struct { char name[14], word[3][8]; } kinds[HAK_N_PROBES] = {
#define KIND(name, ...) [HAK_PROBE_##name] = { #name, { __VA_ARGS__ } }
	KIND(refill, "class", "slots", "address"),
	KIND(flush, "class", "blocks", "address"),
	KIND(remote, "class", "address"),
	KIND(slab, "class", "address"),
	KIND(slab_free, "class", "address"),
	KIND(run, "size", "address"),
	KIND(run_free, "size", "address"),
	KIND(large, "size", "address"),
	KIND(large_free, "size", "address"),
	KIND(superslab_new, "address", "size"),
	KIND(purge, "address", "size"),
	KIND(limit, "held", "hard"),
	KIND(verdict, "kind", "address"),
};

static void add_seconds(struct hak_text *t, uint64_t ns)
{
	uint64_t rest = ns % 1000000000;

	hak_text_add_number(t, ns / 1000000000);
	hak_text_add(t, ".");
	for (uint64_t least = 100000000; least > 1 && rest < least; least /= 10)
		hak_text_add(t, "0");
	hak_text_add_number(t, rest);
}

void hak_event_print(struct hak_text *t, const struct hak_event *e)
{
	uint32_t what = e->what;

	if (what >= HAK_N_PROBES) /* of another process */
		return;
	add_seconds(t, e->when);
	hak_text_add(t, " thread ");
	hak_text_add_number(t, e->thread_id);
	hak_text_add(t, " ");
	hak_text_add(t, kinds[what].name);
	for (unsigned i = 0; i < 3 && kinds[what].word[i][0] != '\0'; i++) {
		hak_text_add(t, " ");
		hak_text_add(t, kinds[what].word[i]);
		hak_text_add(t, " ");
		if (kinds[what].word[i][0] == 'a')
			hak_text_add_hex(t, e->value[i]);
		else
			hak_text_add_number(t, e->value[i]);
	}
	hak_text_add(t, "\n");
}
