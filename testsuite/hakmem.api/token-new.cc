// SPDX-License-Identifier: MIT
// hak-link: shared
// hak-cflags: -fsized-deallocation
#include "token-new.h"
