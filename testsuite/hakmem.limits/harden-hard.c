/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-conf: profile:hardened,limit_hard:256M */
/* limit_hard in a hardened process: what the registry needs for random addresses counts. */
#include "hard-run.c"
