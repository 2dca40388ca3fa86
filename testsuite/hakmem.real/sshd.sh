#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 120
# sshd and ssh, both preloaded: logins, with compression and without. Before it knows who comes, sshd parses what it is
# sent in a child behind a filter that kills.
. "${srcdir:?}/testsuite/hakmem.real/real.inc"
PATH=$PATH:/usr/sbin
need sshd ssh ssh-keygen
[ "$(id -u)" = 0 ] || unsupported 'not root: sshd cannot drop anything'

work=$(mktemp -d)
server=
trap 'test -z "$server" || kill "$server" 2>/dev/null; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

ssh-keygen -q -t ed25519 -N '' -f "$work/host"
ssh-keygen -q -t ed25519 -N '' -f "$work/user"
mkdir -p /run/sshd

# start PORT: false where that port is taken.
start()
{
	cat >"$work/conf" <<-END
	Port $1
	ListenAddress 127.0.0.1
	HostKey $work/host
	AuthorizedKeysFile $work/user.pub
	StrictModes no
	UsePAM no
	PidFile none
	PermitRootLogin prohibit-password
	Subsystem sftp internal-sftp
	END
	"$HAKMEM_RUN" "$(command -v sshd)" -D -e -f "$work/conf" 2>log &
	server=$!
	n=0
	until grep -q '^Server listening' log 2>/dev/null; do
		n=$((n + 1))
		[ $n -lt 100 ] && kill -0 "$server" 2>/dev/null || return 1
		sleep 0.1
	done
}

# log_in [OPTION]...
log_in()
{
	timeout 30 "$HAKMEM_RUN" ssh -F none -i "$work/user" -p "$port" -o BatchMode=yes -o StrictHostKeyChecking=no \
		-o UserKnownHostsFile=/dev/null -o LogLevel=ERROR "$@" root@127.0.0.1 'cat | wc -c' <data
}

for port in 22022 32022 42022 52022; do
	! start $port || break
	server=
done
[ -n "$server" ] || unsupported "sshd does not start: $(tail -n 1 log)"
check_preloaded "$server"
head -c 1000000 /dev/zero >data
for compression in no yes no yes; do
	out=$(log_in -o "Compression=$compression" 2>err) ||
		fail "no login with compression $compression" "$(cat err)" "$(grep -v '^Server listening' log)"
	[ "$out" = 1000000 ] || fail "$out bytes arrived"
done
kill "$server"
wait "$server" || :
server=
! grep -E 'killed by|signal 31|hakmem: ' log || fail 'the server has something to say'
