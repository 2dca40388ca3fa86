/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-conf: diet:true */
/* hak-timeout: 120 */
/* The same with small caches. */
#include "soak.h"
