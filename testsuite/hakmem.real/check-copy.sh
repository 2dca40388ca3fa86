#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 300
# The programs of harden.sh do under hakmem-run --check-copy what they do without libhakmem, and nothing is told.
printf '#!/bin/sh\nexec "%s" --check-copy "$@"\n' "$HAKMEM_RUN" >run && chmod +x run || exit
HAKMEM_RUN=$PWD/run
export HAKMEM_RUN
. "${srcdir:?}/testsuite/hakmem.real/harden.sh"
