// SPDX-License-Identifier: MIT
// hak-link: shared
// hak-cflags: -fsized-deallocation
// hak-conf: profile:hardened
// The same in a hardened process, which tells new from new[].
#include "token-new.h"
