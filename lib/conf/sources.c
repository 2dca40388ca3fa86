/* SPDX-License-Identifier: MIT */
#include "conf/sources.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "base/call.h"
#include "conf/limits.h"

/* The program's, if it defines and exports one. */
extern const char *hakmem_conf HAK_WEAK;

/* glibc's: where the kernel has put argc; behind it stand argv, the environment and the auxiliary vector. */
extern void *__libc_stack_end HAK_WEAK; /* NOLINT(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

struct reader {
	struct hak_source source;
	bool (*take)(const struct hak_source *source, const char *pair, size_t n);
	bool is_right; /* so far */
};

/* Removes the blanks around a text. */
static const char *trim(const char *s, size_t *n)
{
	while (*n > 0 && hak_text_is_blank(s[*n - 1]))
		--*n;
	while (*n > 0 && hak_text_is_blank(*s)) {
		s++;
		--*n;
	}
	return s;
}

static void take_pairs(struct reader *r, const char *text, size_t n)
{
	while (n > 0) {
		size_t n_pair = 0, n_trimmed;
		const char *pair;

		while (n_pair < n && text[n_pair] != ',')
			n_pair++;
		n_trimmed = n_pair;
		pair = trim(text, &n_trimmed);
		if (n_trimmed > 0)
			r->is_right = r->take(&r->source, pair, n_trimmed) && r->is_right;
		n_pair += n_pair < n;
		text += n_pair;
		n -= n_pair;
	}
}

/* Where the kernel has put it; NULL: not known. */
static char **first_environment(void)
{
	uintptr_t *stack = &__libc_stack_end != NULL ? __libc_stack_end : NULL;

	return stack != NULL && stack[0] > 0 && stack[stack[0] + 1] == 0 ? (char **)&stack[stack[0] + 2] : NULL;
}

/* libc finds the environment in its constructor; a program's .preinit_array and libraries linked with -z initfirst run,
 * and allocate, before that. */
char **hak_sources_environment(void)
{
	return environ != NULL ? environ : first_environment();
}

/* What the kernel says behind the environment; 0: nothing. */
static unsigned long find_aux(char **environment, unsigned long type)
{
	const unsigned long *aux;

	while (*environment != NULL)
		environment++;
	for (aux = (const unsigned long *)(environment + 1); aux[0] != 0; aux += 2)
		if (aux[0] == type)
			return aux[1];
	return 0;
}

const unsigned char *hak_sources_random(void)
{
#ifdef __GLIBC__
	/* Not by getauxval(): one more name for the loader to look up, in every program. */
	char **environment = first_environment();

	return environment != NULL ? (const unsigned char *)find_aux(environment, AT_RANDOM) : NULL; /* NOLINT(performance-no-int-to-ptr) */
#else
	return (const unsigned char *)getauxval(AT_RANDOM); /* NOLINT(performance-no-int-to-ptr) */
#endif
}

static const char *find_variable(char **environment)
{
	static const char name[] = "HAKMEM_CONF=";

	if (environment == environ)
		return secure_getenv("HAKMEM_CONF");
	for (char **e = environment; *e != NULL; e++) {
		size_t n = 0;

		while (n < sizeof name - 1 && (*e)[n] == name[n])
			n++;
		if (n == sizeof name - 1)
			return find_aux(environment, AT_SECURE) != 0 ? NULL : *e + n;
	}
	return NULL;
}

/* Is this the name that the program was started by, without its folders? */
static bool is_program(const char *name, size_t n)
{
	const char *path = (const char *)getauxval(AT_EXECFN); /* NOLINT(performance-no-int-to-ptr) */
	size_t start = 0, end = 0;

	if (path == NULL)
		return false;
	for (; path[end] != '\0'; end++)
		if (path[end] == '/')
			start = end + 1;
	if (end - start != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (path[start + i] != name[i])
			return false;
	return true;
}

/* One line of the file. Sets is_meant at a section's head: is it this program's? */
static void take_line(struct reader *r, const char *line, size_t n, bool *is_meant)
{
	line = trim(line, &n);
	if (n == 0 || line[0] == '#')
		return;
	if (n >= 2 && line[0] == '[' && line[n - 1] == ']') {
		n -= 2;
		line = trim(line + 1, &n);
		*is_meant = is_program(line, n);
		return;
	}
	if (*is_meant)
		take_pairs(r, line, n);
}

/* A line that is too long is cut off; its value is then not a valid one. */
static void HAK_COLD read_file(struct reader *r, const char *path)
{
	/* Not blocking, if it is a pipe. */
	long fd = hak_call(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0), n;
	char bytes[HAK_CONF_READ] = { 0 }, line[HAK_CONF_LINE];
	size_t n_line = 0;
	bool is_meant = true;

	if (fd < 0)
		return;
	r->source.line = 1;
	while ((n = hak_call(SYS_read, fd, bytes, sizeof bytes)) > 0 || n == -EINTR) {
		for (long i = 0; i < n; i++) {
			if (bytes[i] != '\n') {
				line[n_line] = bytes[i];
				n_line += n_line < sizeof line - 1;
				continue;
			}
			take_line(r, line, n_line, &is_meant);
			r->source.line++;
			n_line = 0;
		}
	}
	take_line(r, line, n_line, &is_meant);
	r->source.line = 0;
	hak_call(SYS_close, fd);
}

HAK_COLD bool hak_sources_read(char **environment,
		      bool (*take)(const struct hak_source *source, const char *pair, size_t n))
{
	struct reader r = { { HAK_FROM_PROGRAM, 0 }, take, true };
	const char *variable = find_variable(environment);
	int saved = errno;

	if (&hakmem_conf != NULL && hakmem_conf != NULL)
		take_pairs(&r, hakmem_conf, hak_text_measure(hakmem_conf));
	r.source.origin = HAK_FROM_FILE;
	if (HAK_WITH_CONF_FILE)
		read_file(&r, HAK_CONF_FILE);
	r.source.origin = HAK_FROM_ENVIRONMENT;
	if (variable != NULL)
		take_pairs(&r, variable, hak_text_measure(variable));
	errno = saved;
	return r.is_right;
}

void hak_sources_name(struct hak_text *t, const struct hak_source *source)
{
	if (source->origin == HAK_FROM_PROGRAM) {
		hak_text_add(t, "hakmem_conf of the program");
	} else if (source->origin == HAK_FROM_FILE) {
		hak_text_add(t, HAK_CONF_FILE ":");
		hak_text_add_number(t, source->line);
	} else {
		hak_text_add(t, "HAKMEM_CONF");
	}
}
