/* SPDX-License-Identifier: ISC */
#include "common/frame.h"
#include "common/mem.h"
#include "common/ops.h"
#include "helper/privsep.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/*
 * privsep-protocol(7) is written by hand, for people; what it says about the
 * catalogue is compared line by line with the catalogue itself.
 */
static const char PAGE[] = "man/privsep-protocol.7";

static const char *const kind_names[] = {
	[PSD_KIND_number] = "number",
	[PSD_KIND_wide] = "wide",
	[PSD_KIND_moment] = "moment",
	[PSD_KIND_offset] = "offset",
	[PSD_KIND_mode] = "mode",
	[PSD_KIND_family] = "family",
	[PSD_KIND_access] = "access",
	[PSD_KIND_priority] = "priority",
	[PSD_KIND_operation] = "operation",
	[PSD_KIND_protocol] = "protocol",
	[PSD_KIND_endpoint] = "endpoint",
	[PSD_KIND_permissions] = "permissions",
	[PSD_KIND_owner] = "owner",
	[PSD_KIND_path] = "path",
	[PSD_KIND_setting] = "setting",
	[PSD_KIND_label] = "label",
	[PSD_KIND_host] = "host",
	[PSD_KIND_site] = "site",
	[PSD_KIND_name] = "name",
	[PSD_KIND_text] = "text",
	[PSD_KIND_bytes] = "bytes",
	[PSD_KIND_targets] = "targets",
	[PSD_KIND_names] = "names",
	[PSD_KIND_ids] = "ids",
	[PSD_KIND_fd] = "fd",
	[PSD_KIND_fds] = "fds",
};

/* The lines of the page that the catalogue decides about, one a line. */
static char *
read_page(void)
{
	FILE *page = fopen(PAGE, "re");
	_cleanup_free_ char *line = NULL;
	char *text = NULL;
	size_t room = 0, size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	if (page == NULL)
		fail_msg("%s: %s (run me in the tree's root)", PAGE,
		    strerror(errno));
	while (getline(&line, &room, page) > 0)
		if (strncmp(line, ".Ss Operation ", 14) == 0 ||
		    strncmp(line, ".It request Ta ", 15) == 0 ||
		    strncmp(line, ".It reply Ta ", 13) == 0)
			(void)fputs(line, out);
	assert_int_equal(fclose(out), 0);
	(void)fclose(page);
	return text;
}

static void
write_fields(FILE *out, const char *what, const struct psd_field *layout)
{
	for (const struct psd_field *f = layout; f->kind != PSD_KIND_end; f++)
		(void)fprintf(out, ".It %s Ta Cm %s Ta Va %s\n", what,
		    kind_names[f->kind], f->name);
}

static void
every_operation_is_in_the_manual_as_it_is(void **state)
{
	_cleanup_free_ char *page = read_page();
	_cleanup_free_ char *catalogue = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&catalogue, &size);

	(void)state;
	assert_non_null(out);
	for (size_t i = 0; i < psd_op_count; i++) {
		const struct psd_op_row *row = &psd_op_rows[i];

		(void)fprintf(out, ".Ss Operation %u: %s\n",
		    (unsigned int)row->op, row->name);
		write_fields(out, "request", row->req);
		write_fields(out, "reply", row->rep);
	}
	assert_int_equal(fclose(out), 0);
	assert_string_equal(page, catalogue);
}

static char *
read_all(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t size = 0;
	ssize_t n;

	if (file == NULL)
		fail_msg("%s: %s", path, strerror(errno));
	n = getdelim(&text, &size, '\0', file);
	assert_true(n > 0);
	(void)fclose(file);
	return text;
}

static void assert_says(const char *page, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
assert_says(const char *page, const char *format, ...)
{
	_cleanup_free_ char *text = NULL;
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vasprintf(&text, format, arguments);
	va_end(arguments);
	assert_true(n > 0);
	if (strstr(page, text) == NULL)
		fail_msg("the manual does not say: %s", text);
}

static void
every_kind_and_bound_is_in_the_manual(void **state)
{
	_cleanup_free_ char *page = read_all(PAGE);

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(kind_names); i++)
		if (kind_names[i] != NULL)
			assert_says(page, ".It Cm %s Ta ", kind_names[i]);
	assert_says(page, "It describes version %d of the protocol.",
	    PSD_PROTOCOL);
	assert_says(page, "at most %d bytes, and at most %d descriptors",
	    PSD_FRAME_MAX, PSD_FDS_MAX);
	assert_says(page, "begins with %d bytes", PSD_FRAME_HEADER);
	assert_says(page, "path Ta a string of at most %d bytes", PSD_PATH_MAX);
	assert_says(page, "setting Ta a string of at most %d bytes",
	    PSD_SETTING_MAX);
	assert_says(page, "label Ta a string of at most %d bytes",
	    PSD_LABEL_MAX);
	assert_says(page, "name Ta a string of at most %d bytes", PSD_NAME_MAX);
	assert_says(page, "text Ta a string of at most %d bytes", PSD_TEXT_MAX);
	assert_says(page, "length, at most %d, and", PSD_BYTES_MAX);
	assert_says(page, "\n.It %d Ta read\n", PSD_ACCESS_READ);
	assert_says(page, "\n.It %d Ta write\n", PSD_ACCESS_WRITE);
	assert_says(page, "\n.It %d Ta append", PSD_ACCESS_APPEND);
	assert_says(page, "\n.It %d Ta create", PSD_ACCESS_CREATE);
	assert_says(page, "\n.It %d Ta exclusive", PSD_ACCESS_EXCLUSIVE);
	assert_says(page, "\n.It %d Ta truncate", PSD_ACCESS_TRUNCATE);
}

static void
an_operation_that_is_free_is_said_to_be(void **state)
{
	_cleanup_free_ char *page = read_all(PAGE);

	(void)state;
	for (size_t i = 0; i < psd_op_count; i++) {
		_cleanup_free_ char *head = NULL;
		const char *at, *end, *free;

		assert_true(asprintf(&head, ".Ss Operation %u: ",
				(unsigned int)psd_op_rows[i].op) > 0);
		at = strstr(page, head);
		assert_non_null(at);
		end = strstr(at, "\n.El");
		free = strstr(at, "\nFree.\n");
		if ((free != NULL && free < end) != psd_op_rows[i].is_free)
			fail_msg("%s", psd_op_rows[i].name);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_operation_is_in_the_manual_as_it_is),
		cmocka_unit_test(every_kind_and_bound_is_in_the_manual),
		cmocka_unit_test(an_operation_that_is_free_is_said_to_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
