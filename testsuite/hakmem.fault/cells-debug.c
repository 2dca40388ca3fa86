/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-libs: -pthread */
/* hak-conf: profile:debug */
/* hak-timeout: 240 */
/* What becomes of each fault with profile:debug. */
#define COLUMN 2
#include "cells.h"
