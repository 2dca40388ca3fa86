/* SPDX-License-Identifier: MIT */
/* hak-plain: debug: the option stands for another */
/* hak-link: shared */
/* hak-conf: cache_cap:55 */
/* hak-stderr: ^hakmem: hakmem_conf of the program: unknown option "no_such".*$ */
/* The symbol hakmem_conf of a program that is linked with the library. */
#include "conf-program.h"
