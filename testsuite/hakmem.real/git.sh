#!/bin/sh
# SPDX-License-Identifier: MIT
# git adds, commits, branches, merges, packs, clones and checks: the same commits, the same output.
. "${srcdir:?}/testsuite/hakmem.real/real.inc"
need git

cat >work.sh <<'END'
set -e
export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@b
export GIT_AUTHOR_DATE='2020-01-01T00:00:00Z' GIT_COMMITTER_DATE='2020-01-01T00:00:00Z'
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
rm -rf repo clone
git -c init.defaultBranch=main init -q repo
cd repo
i=0
while [ $i -lt 150 ]; do
	seq $i $((i * 20 + 50)) >"file$i"
	i=$((i + 1))
done
git add .
git commit -q -m one
git checkout -q -b side
for i in 1 20 50; do seq 5 $((i * 100)) >"file$i"; done
git commit -q -a -m two
git checkout -q main
for i in 2 21 51; do seq 9 $((i * 100)) >"file$i"; done
git commit -q -a -m three
git merge -q -m merged side
git log --stat --format='%H %s'
git diff HEAD~2 | cksum
git -c pack.threads=2 gc -q
git fsck --full 2>&1
git blame file20 | cksum
git clone -q . ../clone
cd ../clone
git log --format=%H
git status --porcelain
END
same_good sh work.sh
