/* SPDX-License-Identifier: MIT */
/* hak-plain: debug: the option stands for another */
/* hak-link: preload */
/* hak-cflags: -rdynamic */
/* hak-libs: -Wl,--unresolved-symbols=ignore-all */
/* hak-conf: cache_cap:55 */
/* hak-stderr: ^hakmem: hakmem_conf of the program: unknown option "no_such".*$ */
/* The symbol hakmem_conf of a program that the library is preloaded into. */
#include "conf-program.h"
