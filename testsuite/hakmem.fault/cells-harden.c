/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-libs: -pthread */
/* hak-conf: profile:hardened */
/* hak-timeout: 240 */
/* What becomes of each fault in a hardened process. */
#define COLUMN 1
#include "cells.h"
