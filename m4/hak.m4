# SPDX-License-Identifier: MIT
# hak.m4: how configure reads libhakmem's own switches.

# HAK_ARG_BOOL(NAME, DEFAULT, HELP)
# --enable-NAME or --disable-NAME, yes or no and nothing else. Sets enable_NAME.
AC_DEFUN([HAK_ARG_BOOL], [
AC_MSG_CHECKING([$1])
AC_ARG_ENABLE([$1], [$3], [], [enable_$1=$2])
AS_CASE([$enable_$1],
	[yes | no], [],
	[AC_MSG_RESULT([$enable_$1])
	AC_MSG_ERROR([--enable-$1 takes no value except yes or no, not "$enable_$1"])])
AC_MSG_RESULT([$enable_$1])
])

# HAK_DEFINE_BOOL(MACRO, NAME, MACRO-HELP)
# Always defines MACRO, as 1 or 0, so that the sources can say if (MACRO), and MACRO_01 for make.
AC_DEFUN([HAK_DEFINE_BOOL], [
AS_IF([test "x$enable_$2" = xyes], [hak_value=1], [hak_value=0])
AC_DEFINE_UNQUOTED([$1], [$hak_value], [$3])
AC_SUBST([$1_01], [$hak_value])
])

# HAK_IF_NUMBER(VALUE, IF-DECIMAL, ELSE)
# A decimal number of at most nine digits without leading zeros: safe in any shell's arithmetic.
AC_DEFUN([HAK_IF_NUMBER], [
AS_CASE([$1],
	[*[[!0-9]]* | "" | 0?* | ??????????*], [$3],
	[$2])
])

# HAK_CC_FLAGS(VARIABLE, FLAG...)
# Adds each FLAG that the compiler takes without a word to VARIABLE.
AC_DEFUN([HAK_CC_FLAGS], [
hak_save_CFLAGS=$CFLAGS
for hak_flag in m4_normalize([$2]); do
	AS_VAR_PUSHDEF([hak_cache], [hak_cv_cc_flag_$hak_flag])
	AC_CACHE_CHECK([whether $CC takes $hak_flag], [hak_cache],
		[CFLAGS="$hak_save_CFLAGS -Werror $hak_flag"
		AC_COMPILE_IFELSE([AC_LANG_PROGRAM([], [])],
			[AS_VAR_SET([hak_cache], [yes])], [AS_VAR_SET([hak_cache], [no])])])
	AS_VAR_IF([hak_cache], [yes], [AS_VAR_APPEND([$1], [" $hak_flag"])])
	AS_VAR_POPDEF([hak_cache])
done
CFLAGS=$hak_save_CFLAGS
])
