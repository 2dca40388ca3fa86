/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-timeout: 60 */
/* A handler frees blocks of other classes at each instruction of malloc's and free's hit paths: no verdict, no block
 * with two owners. */
#include "handler-steps.h"

int main(void)
{
	check_steps(1000);
	check_steps(40000);
	check_steps(MIB(1));
	return 0;
}
