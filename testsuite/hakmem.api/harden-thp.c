/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-conf: profile:hardened,thp:never */
/* Nor have large blocks huge pages in a hardened process. */
#include "thp-never.c"
