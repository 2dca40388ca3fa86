/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-libs: -pthread */
#include "token.h"
