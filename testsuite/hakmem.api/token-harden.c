/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-libs: -pthread */
/* hak-conf: profile:hardened */
/* The same in a hardened process. */
#include "token.h"
