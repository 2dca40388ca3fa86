/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-conf: profile:hardened */
/* RLIMIT_DATA holds for the blocks of a hardened process, too, and it recovers from it: what was inaccessible can be used again. */
#include "data-64.c"
