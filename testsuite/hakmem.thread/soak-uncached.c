/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-conf: cache_cap:0 */
/* hak-timeout: 120 */
/* The same without caches. */
#include "soak.h"
