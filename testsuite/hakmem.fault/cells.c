/* SPDX-License-Identifier: MIT */
/* hak-plain: expects the verdicts of other processes */
/* hak-link: shared */
/* hak-libs: -pthread */
/* hak-timeout: 240 */
/* What becomes of each fault by default. */
#define COLUMN 0
#include "cells.h"
