/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-conf: profile:hardened */
/* hak-timeout: 120 */
/* The same in a hardened process. */
#include "soak.h"
