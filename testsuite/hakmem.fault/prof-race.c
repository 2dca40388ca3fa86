/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-conf: on_error:report,prof:on,prof_interval:1 */
/* hak-stderr: ^hakmem: [a-z]+\(0x[0-9a-f]+\): (double free|pointer into a free slab) \(class [a-z0-9]+, thread [0-9]+\)$ */
/* hak-timeout: 120 */
/* Two threads free one block at the same moment while every block is a sample: the same as in race.c. */
#include "race.c"
