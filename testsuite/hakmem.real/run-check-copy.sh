#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 120
# hakmem-run --check-copy: each function that writes past the end of a block ends the program, with a message that says which
# function, which block and how far; up to the end, it does what the C library's does. Elsewhere nothing is checked.
. "${srcdir:?}/testsuite/hakmem.real/real.inc"
unset HAKMEM_CONF

cat >copy.c <<'END'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __GLIBC__
void *__memcpy_chk(void *, const void *, size_t, size_t), *__memmove_chk(void *, const void *, size_t, size_t);
void *__mempcpy_chk(void *, const void *, size_t, size_t), *__memset_chk(void *, int, size_t, size_t);
char *__strcpy_chk(char *, const char *, size_t), *__stpcpy_chk(char *, const char *, size_t);
char *__strcat_chk(char *, const char *, size_t), *__strncpy_chk(char *, const char *, size_t, size_t);
char *__stpncpy_chk(char *, const char *, size_t, size_t), *__strncat_chk(char *, const char *, size_t, size_t);
#define FORMS 20
#else
#define FORMS 10
#endif

static char text[300];

/* Writes n bytes at p, by the function of that number, which is to return p + n, p + n - 1 or p. */
static const char *names[] = { "memcpy", "memmove", "mempcpy", "memset", "strcpy", "stpcpy", "strcat", "strncpy", "stpncpy", "strncat" };
static size_t write_by(int form, char *p, size_t n)
{
	size_t most = 4096;

	memset(text, 'x', sizeof text);
	if (form % 10 >= 4)
		text[n - 1] = '\0';
	if (form % 10 == 6 || form % 10 == 9)
		p[0] = '\0';
	switch (form) {
	case 0: return (size_t)((char *)memcpy(p, text, n) - p);
	case 1: return (size_t)((char *)memmove(p, text, n) - p);
	case 2: return (size_t)((char *)mempcpy(p, text, n) - p) - n;
	case 3: return (size_t)((char *)memset(p, 'x', n) - p);
	case 4: return (size_t)(strcpy(p, text) - p);
	case 5: return (size_t)(stpcpy(p, text) - p) - (n - 1);
	case 6: return (size_t)(strcat(p, text) - p);
	case 7: return (size_t)(strncpy(p, text, n) - p);
	case 8: return (size_t)(stpncpy(p, text, n) - p) - (n - 1);
	case 9: return (size_t)(strncat(p, text, 280) - p);
#ifdef __GLIBC__
	case 10: return (size_t)((char *)__memcpy_chk(p, text, n, most) - p);
	case 11: return (size_t)((char *)__memmove_chk(p, text, n, most) - p);
	case 12: return (size_t)((char *)__mempcpy_chk(p, text, n, most) - p) - n;
	case 13: return (size_t)((char *)__memset_chk(p, 'x', n, most) - p);
	case 14: return (size_t)(__strcpy_chk(p, text, most) - p);
	case 15: return (size_t)(__stpcpy_chk(p, text, most) - p) - (n - 1);
	case 16: return (size_t)(__strcat_chk(p, text, most) - p);
	case 17: return (size_t)(__strncpy_chk(p, text, n, most) - p);
	case 18: return (size_t)(__stpncpy_chk(p, text, n, most) - p) - (n - 1);
	case 19: return (size_t)(__strncat_chk(p, text, 280, most) - p);
#endif
	}
	return 1;
}

/* Arguments: form, size of the block, where to write, how many bytes. */
int main(int argc, char **argv)
{
	static char ours[400];
	int form = atoi(argv[1]);
	size_t at, n;
	char *p;

	if (form >= FORMS)
		return puts("no more") < 0;
	if (argc != 5)
		return 2;
	at = (size_t)atol(argv[3]);
	n = (size_t)atol(argv[4]);
	p = malloc((size_t)atol(argv[2]));
	printf("%s %p\n", names[form % 10], (void *)p);
	fflush(stdout);
	if (write_by(form, ours, 250) != 0 || memcmp(ours, text, 250) != 0)
		return 3;
	if (at == 777)
		free(p), at = 0;
	if (at == 778)
		p = NULL, at = 0;
	if (write_by(form, p + at, n) != 0 || memcmp(p + at, text, n) != 0)
		return 3;
	if (write_by(form, p + at, n) != 0) /* the same fault at the same place */
		return 3;
	puts("went on");
	return 0;
}
END
# shellcheck disable=SC2086 # words
$CC $CFLAGS -fno-builtin -U_FORTIFY_SOURCE -D_GNU_SOURCE -w -o copy copy.c || fail 'cannot compile'

passes()
{
	"$HAKMEM_RUN" --check-copy "$@" >out 2>err || fail "$*: exit code $?" "$(cat out err)"
	[ ! -s err ] || fail "$*: $(cat err)"
}

# told REGEXP [OPTION]... COMMAND...: it ends by SIGABRT, and says why in one line.
told()
{
	wanted=$1
	shift
	"$HAKMEM_RUN" --check-copy "$@" >out 2>err
	code=$?
	[ "$code" = 134 ] || fail "$*: exit code $code" "$(cat out err)"
	name=$(sed 's/ .*//' out) block=$(sed 's/.* //' out)
	wanted="hakmem: $name\\(0x[0-9a-f]+\\): $(echo "$wanted" | sed "s/BLOCK/$block/")thread [0-9]+\\)"
	[ "$(grep -c hakmem: err)$(grep -Ecx "$wanted" err)" = 11 ] || fail "$*: $(cat err)" "wanted: $wanted"
}

form=0
while passes --hardened ./copy $form 40 0 40 && ! grep -q 'no more' out; do
	passes ./copy $form 40 8 30
	passes --hardened ./copy $form 40 3 37
	told 'overflow by 1 bytes \(block of 40 at BLOCK, ' --hardened ./copy $form 40 0 41
	told 'overflow by 23 bytes \(block of 40 at BLOCK, ' --hardened ./copy $form 40 13 50
	told 'overflow by 20 bytes \(block of 48 at BLOCK, ' ./copy $form 40 8 60
	told '60 bytes into no live block \(' ./copy $form 40 777 60
	"$HAKMEM_RUN" --check-copy ./copy $form 40 778 60 >out 2>err
	[ "$?$(grep -c hakmem: err)" = 1390 ] || fail "form $form: NULL is the program's own SIGSEGV" "$(cat out err)"
	"$HAKMEM_RUN" --check-copy -o on_error:report ./copy $form 40 8 60 >out 2>err ||
		fail "on_error:report: $?" "$(cat out err)"
	[ "$(grep -cx 'went on' out)$(grep -c overflow err)" = 11 ] || fail "form $form: on_error:report" "$(cat out err)"
	form=$((form + 1))
done
[ $form -ge 10 ] || fail "just $form functions"
# Without the switch, none of this is found.
"$HAKMEM_RUN" ./copy 0 40 0 60 >out 2>err || fail 'without the switch' "$(cat out err)"
echo "$form functions"
