/* SPDX-License-Identifier: MIT */
/* hak-link: static */
/* hak-skip-unless: test -f "$HAKMEM_A" */
/* hak-conf: limit_hard:32M */
/* limit_hard holds for blocks that are taken before any constructor has run, in a program linked with libhakmem.a. */
#include "conf-early-limit.c"
