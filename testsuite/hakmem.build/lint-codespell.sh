#!/bin/sh
# SPDX-License-Identifier: MIT
# codespell finds no misspelt word; that it looks, one shows. .codespellrc has the words that it must let be.
. "$srcdir/testsuite/lib/build.sh"
need_lint codespell

list_texts >texts
[ "$(wc -l <texts)" -ge 300 ] || fail 'hardly a file found'
(cd "$srcdir" && xargs codespell --config .codespellrc) <texts >log 2>&1 || fail "$(cat log)"
# In two pieces, or it would be found here.
echo 'rec''ieve' >broken
! codespell --config "$srcdir/.codespellrc" broken >log || fail 'it says nothing of a misspelt word'
