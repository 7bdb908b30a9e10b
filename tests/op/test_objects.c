/* SPDX-License-Identifier: ISC */
/*
 * No operation brings code into the daemon that was not there at its start:
 * neither name service nor character sets nor anything else that a file of the
 * host could name.  Made from the catalogue (tests/support/sample.h).
 */
#include "tests/support/sample.h"

#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { OBJECTS_MAX = 1 << 16, LINE_MAX_BYTES = 4096 };

/* What is mapped of files, or may be executed, by name. */
static void
look(char ret[OBJECTS_MAX])
{
	char line[LINE_MAX_BYTES], rights[8];
	size_t len = 0;
	FILE *maps = fopen("/proc/self/maps", "re");

	assert_non_null(maps);
	ret[0] = '\0';
	while (fgets(line, sizeof(line), maps) != NULL) {
		const char *name = strpbrk(line, "/[");

		if (sscanf(line, "%*s %7s", rights) != 1)
			continue;
		if (name == NULL && strchr(rights, 'x') == NULL)
			continue;
		/* The heap may come and go in several pieces. */
		if (name != NULL && *name == '[' && strchr(rights, 'x') == NULL)
			continue;
		len += (size_t)snprintf(ret + len, OBJECTS_MAX - len, "%s %s",
		    rights, name != NULL ? name : "?\n");
		assert_true(len < OBJECTS_MAX);
	}
	assert_int_equal(fclose(maps), 0);
}

static void
ask(const struct psd_op_row *row, enum sample_thing thing)
{
	char line[SAMPLE_LINE_MAX] = "";
	struct op_rig rig;

	/* hello was said by the rig. */
	if (row->op == PSD_OP_hello)
		return;
	if (!row->is_free)
		sample_line(row, "Allow", SAMPLE_COVERING, "", line);
	sample_start(&rig, row, line);
	(void)sample_ask(&rig, row, thing);
	op_rig_stop(&rig);
}

static void
no_operation_maps_an_object_into_the_daemon(void **state)
{
	static char before[OBJECTS_MAX], after[OBJECTS_MAX];

	(void)state;
	look(before);
	for (size_t i = 0; i < psd_op_count; i++) {
		ask(&psd_op_rows[i], SAMPLE_THERE);
		ask(&psd_op_rows[i], SAMPLE_MISSING);
		look(after);
		if (strcmp(before, after) != 0)
			fail_msg("%s maps something:\n%s\nbefore:\n%s",
			    psd_op_rows[i].name, after, before);
	}
}

/* Or the other would say nothing. */
static void
what_is_mapped_is_seen(void **state)
{
	static char before[OBJECTS_MAX], after[OBJECTS_MAX];
	void *object;

	(void)state;
	look(before);
	object = dlopen("libresolv.so.2", RTLD_NOW);
	assert_non_null(object);
	look(after);
	assert_string_not_equal(before, after);
	assert_int_equal(dlclose(object), 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_operation_maps_an_object_into_the_daemon),
		cmocka_unit_test(what_is_mapped_is_seen),
	};

	if (sample_keep_host() < 0) {
		print_message("SKIP: the host's name would be changed\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
