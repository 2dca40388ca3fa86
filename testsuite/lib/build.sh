# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# What the tests of hakmem.build share. They run in a folder of their own; see testsuite/README.

# From the frame.
srcdir=${srcdir:?} builddir=${builddir:?}

fail()
{
	printf 'failed: %s\n' "$@" >&2
	exit 1
}

unsupported()
{
	echo "$1"
	exit 77
}

need()
{
	for tool; do
		command -v "$tool" >/dev/null || unsupported "no $tool here"
	done
}

# For the tests that "make lint" consists of: what a tool has to say depends on its version, so whoever only
# wants to know whether the library works, as package builds do, sets HAK_LINT=no.
need_lint()
{
	[ "${HAK_LINT-}" != no ] || unsupported 'HAK_LINT=no'
	need "$@"
}

# The C sources that a reader of sources is to find nothing in. Tests are left out: what they do to malloc is
# what such a tool warns of.
list_checked_sources()
{
	ls "$srcdir"/lib/*/*.c "$srcdir"/tools/*.c "$srcdir"/bench/*.c "$srcdir"/doc/examples/*.c \
		"$srcdir"/testsuite/lib/supervise.c
}

# The texts of the tree, as paths from its top: what git has of it or, in a tarball, what is not generated.
list_texts()
{
	(
		cd "$srcdir" || exit 1
		if [ -e .git ] && command -v git >/dev/null; then
			git ls-files --cached --others --exclude-standard
		else
			ls HACKING NEWS README.md SECURITY.md PACKAGERS bootstrap configure.ac Makefile.am
			find .ci bench doc include lib man packaging pkgconfig rust testsuite tools -type f
		fi
	)
}

need_override()
{
	[ "$HAK_OVERRIDE" = 1 ] || unsupported 'built with --disable-override'
}

need_release()
{
	[ "$HAK_DEBUG" = 0 ] || unsupported 'a debug build'
	case " $CFLAGS " in
	*' -O2 '* | *' -O3 '*) ;;
	*) unsupported "built with $CFLAGS, not -O2" ;;
	esac
	case $CFLAGS in
	*-fsanitize* | *--coverage*) unsupported "built with $CFLAGS" ;;
	esac
}

# For tests that configure a build of their own: Automake's configure refuses beside a build in the source tree.
need_clean_source()
{
	[ ! -f "$srcdir/config.status" ] || unsupported 'the source tree itself is configured'
}

# The names that the library must export in this configuration, one a line, sorted.
list_own_names()
{
	sed -n 's/.*HAKMEM_PUBLIC.*[ *]\(hakmem_[a-z0-9_]*\)(.*/\1/p' "$srcdir/include/hakmem.h" | LC_ALL=C sort
}

# Asked of the compiler: the machine that builds may be another one.
is_size_int()
{
	# shellcheck disable=SC2086 # both may hold words
	$CC $CFLAGS -dM -E -x c /dev/null | grep -q '__SIZE_TYPE__ unsigned int$'
}

list_standard_names()
{
	{
		if [ "$HAK_OVERRIDE" = 1 ]; then
			printf '%s\n' malloc free calloc realloc reallocarray aligned_alloc posix_memalign memalign valloc \
				pvalloc cfree malloc_usable_size memalignment free_sized free_aligned_sized mallinfo mallinfo2 malloc_info \
				malloc_trim mallopt malloc_stats malloc_object_size malloc_object_size_fast mallocx rallocx xallocx sallocx \
				dallocx sdallocx nallocx
			for id in '' 0_ 1_; do
				printf "__alloc_token_$id%s\n" malloc calloc realloc reallocarray aligned_alloc posix_memalign memalign \
					valloc pvalloc
			done
		fi
		if [ "$HAK_CXX" = 1 ]; then
			printf '__size_returning_new%s\n' '' _aligned
			# new, new[], delete, delete[]: plain, nothrow, aligned, aligned nothrow; and delete with a size.
			for kind in nw na; do
				printf "_Z${kind}m%s\n" '' RKSt9nothrow_t St11align_val_t St11align_val_tRKSt9nothrow_t
				for id in '' 0_ 1_; do
					printf "__alloc_token_${id}_Z${kind}m%s\n" '' RKSt9nothrow_t St11align_val_t \
						St11align_val_tRKSt9nothrow_t
				done
			done
			for kind in dl da; do
				printf "_Z${kind}Pv%s\n" '' RKSt9nothrow_t St11align_val_t St11align_val_tRKSt9nothrow_t \
					m mSt11align_val_t
			done
		fi
	} | if is_size_int; then sed 's/\(_Zn[wa]\)m/\1j/; s/^\(_Zd[la]Pv\)m/\1j/'; else cat; fi |
		LC_ALL=C sort
}

# count_instructions PRELOAD PROGRAM [ARGUMENT]...: instructions that it executes, by callgrind. In an
# empty environment: the dynamic linker reads all of it. Without debug information: Debian 12's valgrind
# gives up on clang's.
count_instructions()
{
	preload=
	if [ -n "$1" ]; then
		preload=$PWD/libhakmem.so.1
		[ -f "$preload" ] || strip -g -o "$preload" "$1" || fail 'strip'
	fi
	shift
	env -i PATH="$PATH" ${HAKMEM_CONF+"HAKMEM_CONF=$HAKMEM_CONF"} LD_PRELOAD="$preload" valgrind --tool=callgrind --callgrind-out-file=/dev/null "$@" \
		>count.out 2>count.err || fail "$* under callgrind: $(cat count.out count.err)"
	sed -n 's/.*Collected : *\([0-9]*\).*/\1/p' count.err
}

# least FIRST SECOND: the smaller number, or the only one.
least()
{
	if [ -z "$1" ] || [ "$1" -gt "$2" ]; then
		echo "$2"
	else
		echo "$1"
	fi
}

# check_pairs MODE LIMIT: instructions of one malloc and one free, with loop and PLT, by the
# difference of two runs of bench/pairs. On a busy machine more time passes in a run, and with it steps
# of decay: then the least counts of up to three runs each.
check_pairs()
{
	need_override
	need_release
	need strip valgrind
	# shellcheck disable=SC2086 # CC may hold flags
	$CC -O2 -fno-builtin -o pairs "$srcdir/bench/pairs.c" -ldl || fail 'bench/pairs.c does not compile'
	once='' twice=''
	for try in 1 2 3; do
		once=$(least "$once" "$(count_instructions "$HAKMEM_LIB" ./pairs "$1" 64000)")
		twice=$(least "$twice" "$(count_instructions "$HAKMEM_LIB" ./pairs "$1" 128000)")
		tenths=$(((twice - once) / 6400))
		echo "$1, run $try: $((tenths / 10)).$((tenths % 10)) instructions a pair; at most $2"
		[ "$tenths" -gt 100 ] || fail 'implausible: what was counted?'
		[ "$tenths" -gt "${2}0" ] || return 0
	done
	fail 'too many'
}
