/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-conf: guard_sample:on */
/* hak-timeout: 120 */
/* The same while some blocks stand between inaccessible OS pages. */
#include "soak.h"
