/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-timeout: 120 */
/* As many correct operations as HAK_SOAK asks for, with the default options. */
#include "soak.h"
