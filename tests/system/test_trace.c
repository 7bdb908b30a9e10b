/* SPDX-License-Identifier: ISC */
/*
 * What the daemon does for requests that it refuses, seen by strace(1): a
 * helper asks of each operation for what there is and for what there is not.
 */
#include "common/codec.h"
#include "common/mem.h"
#include "tests/support/child.h"
#include "tests/support/daemon_rig.h"
#include "tests/support/sample.h"
#include "tests/support/trace.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { LINES_MAX = 32768, HEX_MAX = 2048, FIRST_ID = 0x5eed };

static struct daemon_rig rig;
static struct trace trace;
static uint32_t next_id = FIRST_ID;

/* A service for each way to be refused, with lines for every row. */
enum way { BY_NO_LINE, BY_ANOTHER, BY_A_DENIAL, BY_ITS_OWN_WISH, WAYS };

static const char *const services[WAYS] = {
	[BY_NO_LINE] = "none",
	[BY_ANOTHER] = "another",
	[BY_A_DENIAL] = "denied",
	[BY_ITS_OWN_WISH] = "restricted",
};

/*
 * The puppet takes its own clients by accept.  Descriptors do not come so far
 * where no line of the policy takes any.
 */
static bool
is_asked(const struct psd_op_row *row, enum way way)
{
	return !row->is_free && row->op != PSD_OP_accept &&
	    (!row->takes_fd || way != BY_NO_LINE);
}

static void
add_lines(const struct psd_op_row *row, enum way way, char *lines)
{
	const char *verbs[] = { NULL, NULL };
	enum sample_cover cover = SAMPLE_COVERING;

	if (way == BY_NO_LINE || (way == BY_ANOTHER && !sample_has_cover(row)))
		return;
	verbs[0] = "Allow";
	if (way == BY_ANOTHER)
		cover = SAMPLE_OTHER;
	if (way == BY_A_DENIAL)
		verbs[1] = "Deny";
	for (size_t i = 0; i < PSD_ELEMENTS(verbs); i++) {
		const size_t len = strlen(lines);
		char line[SAMPLE_LINE_MAX];

		if (verbs[i] == NULL)
			continue;
		sample_line(row, verbs[i], cover, "", line);
		(void)snprintf(lines + len, LINES_MAX - len, "%s\n", line);
	}
}

static void
write_policy(enum way way)
{
	_cleanup_free_ char *lines = calloc(1, LINES_MAX);

	assert_non_null(lines);
	(void)snprintf(lines, LINES_MAX,
	    "SystemCallFilter=@send-descriptors\n");
	for (size_t i = 0; i < psd_op_count; i++)
		if (is_asked(&psd_op_rows[i], way))
			add_lines(&psd_op_rows[i], way, lines);
	daemon_rig_puppet(&rig, services[way], "Instances=1..64", lines);
}

/* What a line of run names has to be there. */
static void
write_program(const char *file)
{
	daemon_rig_write(&rig, file,
	    "[Helper]\nType=program\nExecStart=/bin/true\n[Policy]\n"
	    "SystemCallFilter=@helper @loader\nAllowOpen=@runtime\n");
}

static int
prepare(void **state)
{
	(void)state;
	daemon_rig_prepare(&rig);
	sample_make(rig.dir);
	for (enum way way = 0; way < WAYS; way++)
		write_policy(way);
	write_program("policies/lo.policy");
	write_program("policies/other.policy");
	daemon_rig_start(&rig);
	trace_start(&trace, rig.pid, rig.dir);
	return 0;
}

static int
clean(void **state)
{
	(void)state;
	trace_stop(&trace);
	daemon_rig_clean(&rig);
	return 0;
}

/* Lets the puppet ask, and returns the id of what it asked. */
static uint32_t
ask(int puppet, const struct psd_op_row *row, enum sample_thing thing,
    int status)
{
	static struct psd_frame frame;
	char hex[HEX_MAX + 1], answer[16];
	union psd_any_req req;
	const uint32_t id = next_id++;

	sample_fill(row, thing, rig.dir, &req);
	psd_frame_init(&frame);
	assert_int_equal(psd_encode_request(&frame, row, id, &req), 0);
	assert_true(frame.len * 2 < HEX_MAX);
	for (size_t i = 0; i < frame.len; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", frame.bytes[i]);
	(void)snprintf(answer, sizeof(answer), "%d", status);
	assert_string_equal(daemon_rig_say(puppet, "frame %u %s", frame.n_fds,
				hex),
	    answer);
	psd_frame_clear(&frame);
	return id;
}

/* Taking the request, a line of the log, answering: nothing else. */
static void
assert_only_told(const struct psd_op_row *row, const char *calls)
{
	static const char *const wanted[] = { "recvmsg(", "recvfrom(", "poll(",
		"ppoll(", "write(2)", "sendto(" };

	for (const char *at = calls; *at != '\0'; at += strcspn(at, " ") + 1) {
		size_t i = 0;

		while (i < PSD_ELEMENTS(wanted) &&
		    strncmp(at, wanted[i], strlen(wanted[i])) != 0)
			i++;
		if (i == PSD_ELEMENTS(wanted))
			fail_msg("%s, refused, makes calls: %s", row->name,
			    calls);
	}
}

static void
give_up(int puppet, const struct psd_op_row *row)
{
	assert_string_equal(daemon_rig_say(puppet, "restrict %s", row->name),
	    "0");
}

/* Asks for what is there and what is not, of which nothing must be seen. */
static void
check_refused(int puppet, const struct psd_op_row *row)
{
	const uint32_t first = ask(puppet, row, SAMPLE_THERE, -EPERM);
	const uint32_t second = ask(puppet, row, SAMPLE_MISSING, -EPERM);
	char there[TRACE_MAX], missing[TRACE_MAX];

	trace_calls(&trace, row, first, there);
	trace_calls(&trace, row, second, missing);
	assert_only_told(row, there);
	assert_string_equal(there, missing);
}

/*
 * The helper ends as well, so that the next one has rights of its own, and
 * may again say as much as goes into the log.
 */
static void
hang_up(int puppet)
{
	assert_string_equal(daemon_rig_say(puppet, "end"), "");
	(void)close(puppet);
}

static void
check_row(const struct psd_op_row *row, enum way way)
{
	const int puppet = daemon_rig_connect(&rig, services[way]);

	if (way == BY_ITS_OWN_WISH)
		give_up(puppet, row);
	check_refused(puppet, row);
	hang_up(puppet);
}

static void
check(enum way way)
{
	for (size_t i = 0; i < psd_op_count; i++)
		if (is_asked(&psd_op_rows[i], way))
			check_row(&psd_op_rows[i], way);
}

static void
what_no_line_speaks_of_is_not_looked_at(void **state)
{
	(void)state;
	check(BY_NO_LINE);
}

static void
what_another_line_speaks_of_is_not_looked_at(void **state)
{
	(void)state;
	check(BY_ANOTHER);
}

static void
what_is_denied_is_not_looked_at(void **state)
{
	(void)state;
	check(BY_A_DENIAL);
}

static void
what_was_given_up_is_not_looked_at(void **state)
{
	(void)state;
	check(BY_ITS_OWN_WISH);
}

/* One that needs another: what that one would be refused tells no more. */
static void
access_does_not_look_at_what_open_is_refused(void **state)
{
	const int puppet = daemon_rig_connect(&rig, services[BY_ITS_OWN_WISH]);

	(void)state;
	give_up(puppet, psd_op_find(PSD_OP_open));
	check_refused(puppet, psd_op_find(PSD_OP_access));
	hang_up(puppet);
}

/* Otherwise all of this would hold for a trace that shows nothing. */
static void
what_is_granted_is_seen_to_be_looked_at(void **state)
{
	const struct psd_op_row *row = psd_op_find(PSD_OP_stat);
	const int puppet = daemon_rig_connect(&rig, services[BY_ITS_OWN_WISH]);
	char calls[TRACE_MAX];

	(void)state;
	trace_calls(&trace, row, ask(puppet, row, SAMPLE_THERE, 0), calls);
	assert_non_null(strstr(calls, "openat2("));
	trace_calls(&trace, row, ask(puppet, row, SAMPLE_MISSING, -ENOENT),
	    calls);
	assert_non_null(strstr(calls, "openat2("));
	hang_up(puppet);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_no_line_speaks_of_is_not_looked_at),
		cmocka_unit_test(what_another_line_speaks_of_is_not_looked_at),
		cmocka_unit_test(what_is_denied_is_not_looked_at),
		cmocka_unit_test(what_was_given_up_is_not_looked_at),
		cmocka_unit_test(access_does_not_look_at_what_open_is_refused),
		cmocka_unit_test(what_is_granted_is_seen_to_be_looked_at),
	};

	if (geteuid() != 0) {
		print_message("SKIP: needs root\n");
		return 77;
	}
	if (!trace_may()) {
		print_message("SKIP: there is no strace that may trace\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, prepare, clean);
}
