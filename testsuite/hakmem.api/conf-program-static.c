/* SPDX-License-Identifier: MIT */
/* hak-link: static */
/* hak-skip-unless: test -f "$HAKMEM_A" */
/* hak-conf: cache_cap:55 */
/* hak-stderr: ^hakmem: hakmem_conf of the program: unknown option "no_such".*$ */
/* The symbol hakmem_conf of a program that is linked with libhakmem.a. */
#include "conf-program.h"
