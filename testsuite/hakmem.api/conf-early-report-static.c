/* SPDX-License-Identifier: MIT */
/* hak-link: static */
/* hak-skip-unless: test -f "$HAKMEM_A" */
/* hak-conf: on_error:report */
/* hak-stderr: ^hakmem: free\(0x[0-9a-f]+\): not a block of ours */
/* on_error holds for what is freed before any constructor has run, in a program linked with libhakmem.a. */
#include "conf-early-report.c"
