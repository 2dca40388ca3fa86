#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 300
# hak-alone: others use the build folder, too
# CMake's find_package(hakmem) finds an installed tree that was moved: both libraries link and run; versions that
# it is not are refused.
. "$srcdir/testsuite/lib/build.sh"
need cmake make

make -s -C "$builddir" install DESTDIR="$PWD/first" >log 2>&1 || fail "$(cat log)"
mv first moved
package=$(dirname "$(find "$PWD/moved" -name hakmem-config.cmake)")
cat >program.c <<'END'
#include <hakmem.h>
#include <string.h>
int main(void)
{
	return strcmp(hakmem_version(), HAKMEM_VERSION) != 0;
}
END
cat >CMakeLists.txt <<'END'
cmake_minimum_required(VERSION 3.13)
project(program C)
find_package(hakmem 1.0 REQUIRED CONFIG)
foreach(library hakmem hakmem_static)
  if(TARGET hakmem::${library})
    add_executable(with_${library} program.c)
    target_link_libraries(with_${library} PRIVATE hakmem::${library})
  endif()
endforeach()
foreach(version 0.9 1.99 2.0)
  find_package(hakmem ${version} QUIET CONFIG)
  if(hakmem_FOUND)
    message(FATAL_ERROR "hakmem ${version} was found")
  endif()
endforeach()
END
CC=$CC CFLAGS=$CFLAGS cmake -Dhakmem_DIR="$package" -B build . >log 2>&1 || fail "$(cat log)"
cmake --build build >log 2>&1 || fail "$(cat log)"
build/with_hakmem || fail 'the program failed'
[ ! -f "$HAKMEM_A" ] || build/with_hakmem_static || fail 'the program with libhakmem.a failed'
