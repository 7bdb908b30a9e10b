/* SPDX-License-Identifier: ISC */
/*
 * What was read is there again: were the daemon executed once more, what it
 * left would be the same, byte for byte.
 */
#include "tests/unit/carry_fixture.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stdlib.h>

static const unsigned char held[sizeof(struct seccomp_notif)];

/*
 * Where its records begin, behind those that count what it did itself; the
 * memory is the child's, which ends.
 */
static const unsigned char *
records_of(int fd, size_t *ret_size)
{
	size_t size;
	const unsigned char *all = psd_seal_read(fd,
	    sizeof(struct psd_state_head), PSD_STATE_MAX, &size);
	const struct psd_state_head *head = (const void *)all;
	const unsigned char *at =
	    all + sizeof(*head) + head->n_fds * sizeof(uint32_t);
	uint32_t record[2]; /* its number and its size */

	memcpy(record, at, sizeof(record));
	while (
	    record[0] == PSD_RECORD_daemon || record[0] == PSD_RECORD_turns) {
		at += sizeof(record) + record[1];
		memcpy(record, at, sizeof(record));
	}
	*ret_size = (size_t)(all + size - at);
	return at;
}

static bool
is_saved_alike(const struct psd_daemon *daemon, int state_fd)
{
	struct psd_state_writer *writer = psd_state_write();
	size_t before, after;
	const unsigned char *was = records_of(state_fd, &before), *is;
	int fd;

	psd_carry_save(writer, daemon);
	fd = psd_state_seal(writer);
	if (fd < 0)
		return false;
	is = records_of(fd, &after);
	for (size_t i = 0; i < before && i < after; i++)
		if (was[i] != is[i]) {
			(void)snprintf(said, SAID_SIZE,
			    "another byte %zu of %zu, %zu", i, before, after);
			return false;
		}
	return before == after;
}

static void
holds_directories(struct base *base)
{
	base->policy = "[Helper]\nExecStart=/bin/true\n[Policy]\n"
		       "AllowStat=/srv/*\nAllowReadlink=/srv/a*\n"
		       "AllowOpen=read /etc/*\n";
	base->used.n = 3;
	base->used.room = 3 + PSD_NARROW_ONCE_MAX;
}

static void
has_a_listener(struct base *base)
{
	base->policy = "[Helper]\nExecStart=/bin/true\n"
		       "ListenStream=127.0.0.1:8080\n[Policy]\nAllowLog=info\n";
}

static void
has_a_door(struct base *base)
{
	base->policy = "[Helper]\nExecStart=/bin/true\nClients=user:0\n"
		       "[Policy]\nAllowLog=info\n";
}

static void
ends_in_an_hour(struct base *base)
{
	base->instance.runtime_usec = psd_now() + UINT64_C(3600000000);
}

static void
is_inside_of_a_namespace(struct base *base)
{
	base->host.is_inside = base->host.is_rootless = 1;
	base->host.outer_uid = 1000;
	base->host.outer_gid = 100;
}

static void
is_in_its_second_phase(struct base *base)
{
	base->policy = "[Helper]\nExecStart=/bin/true\n[Policy]\n"
		       "Phases=one two\nAllowLog=info phase=one\n";
	base->conversation.phase = 1;
}

static void
has_a_temporary_directory(struct base *base)
{
	base->plan.temporary = psd_str_of("/tmp");
	base->plan.temporary_rights = 7;
}

static void
is_removed(struct base *base)
{
	base->service.is_removed = base->service.is_stopped = 1;
	base->loaded.is_resolver = 1;
	base->has_no_plan = true;
	base->daemon.credentials = FD_PROGRAM;
}

static void
has_a_uid(struct base *base)
{
	base->instance.owns_uid = 1;
	base->instance.uid = 1900000003;
}

static const struct altered states[] = {
	{ .change = NULL },
	{ .change = is_inside_of_a_namespace },
	{ .change = is_in_its_second_phase },
	{ NULL, AT_HOST, { ONE(missing, 1, STR("it is another kernel")) } },
	{ NULL, AT_HOST,
	    { ONE(uids, 1900000000, 10, 4, FD_FILE), ONE(uid, 1900000001),
		ONE(uid, 1900000009) },
	    .holds = { FD_FILE }, .change = has_a_uid },
	{ NULL, AT_HOST, { ONE(cgroup, STR("/here"), FD_DIRECTORY, 1, 0, 1) },
	    .holds = { FD_DIRECTORY } },
	{ NULL, AT_HOST, { ONE(closer, 77777), ONE(closer, 77778) } },
	{ NULL, AT_HOST,
	    { ONE(passed, STR("www"), FD_SOCKET),
		ONE(passed, STR("mail"), FD_PROCESS, 1) },
	    .holds = { FD_SOCKET } },
	{ NULL, AT_SOURCE,
	    { ONE(directory, STR("/etc"), FD_FILE),
		ONE(directory, STR("/srv"), FD_DIRECTORY) },
	    .holds = { FD_DIRECTORY, FD_FILE }, .change = holds_directories },
	{ NULL, AT_PLAN, .change = has_a_temporary_directory },
	{ NULL, 0, .change = is_removed },
	{ NULL, AT_SERVICE, { ONE(listener, 0, FD_SOCKET, 1) },
	    .holds = { FD_SOCKET }, .change = has_a_listener },
	{ NULL, AT_SERVICE, { ONE(door, FD_SOCKET, 0600, 7, 2) },
	    .holds = { FD_SOCKET }, .change = has_a_door },
	{ NULL, 0, .change = ends_in_an_hour },
	{ NULL, AT_INSTANCE,
	    { ONE(unsent, 5, 7, FD_FILE, FD_PIPE, NO_FD, NO_FD, 12), A_HEAD },
	    .holds = { FD_FILE, FD_PIPE } },
	{ NULL, AT_INSTANCE,
	    { ONE(call, PSD_OP_log, 7, 0, 0, 5555, 12), A_HEAD } },
	{ NULL, AT_INSTANCE,
	    { ONE(call, PSD_OP_phase, 7, UINT32_MAX, 0, 5555, 12), A_HEAD } },
	{ NULL, AT_INSTANCE,
	    { ONE(conversation, NO_FD, PSD_CONV_CLOSED, 0, 1),
		ONE(conversation, FD_SOCKET, PSD_CONV_OPEN, 0, 2),
		ONE(conversation, NO_FD, PSD_CONV_CLOSED, 2, 3) },
	    .holds = { FD_SOCKET } },
	{ NULL, AT_INSTANCE, { ONE(run, 1, 0, 2, 1, 9), ONE(run, 2, 1) } },
	{ NULL, AT_INSTANCE, { ONE(relayed, 0, 5, (uint32_t)-32) } },
	{ NULL, AT_INSTANCE,
	    { ONE(watch, 0, 1, 2, 0, 7, { held, sizeof(held) }) } },
	{ NULL, AT_INSTANCE,
	    { ONE(look, PSD_OP_lookup_host, 7, 77777777, 12), A_HEAD } },
};

static void
what_was_read_is_left_again(void **state)
{
	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(states); i++) {
		struct altered altered = states[i];

		altered.is_right = is_saved_alike;
		try_altered(&altered, i);
	}
}

static void
try_cut(struct altered altered, enum psd_record record)
{
	char wrong[64];

	(void)snprintf(wrong, sizeof(wrong), "%s: cut off",
	    psd_state_row(record)->name);
	altered.wrong = wrong;
	altered.cut = record;
	try_altered(&altered, record);
}

/* Wherever that is, and whatever else is sound. */
static void
record_that_is_cut_off_is_refused_by_its_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(states); i++)
		for (size_t k = 0; k < EXTRAS_MAX; k++)
			if (states[i].extras[k].record != 0)
				try_cut(states[i], states[i].extras[k].record);
}

static bool
holds_two(const struct psd_daemon *daemon, int state_fd)
{
	const struct psd_service *service = TAILQ_FIRST(&daemon->services);

	(void)state_fd;
	return service->loaded->policy->n_held == 2;
}

static void
directories_are_found_by_their_names(void **state)
{
	const struct altered altered = { NULL, AT_SOURCE,
		{ ONE(directory, STR("/usr/lib"), FD_PIPE),
		    ONE(directory, STR("/srv"), FD_DIRECTORY),
		    ONE(directory, STR("/etc"), FD_FILE) },
		.holds = { FD_DIRECTORY, FD_FILE, FD_PIPE },
		.change = holds_directories, .is_right = holds_two };

	(void)state;
	try_altered(&altered, 0);
}

static bool
are_answered_in_order(const struct psd_daemon *daemon, int state_fd)
{
	static const uint32_t ids[] = { 8, 9, 7 };
	static struct psd_frame frame;

	(void)state_fd;
	if (psd_carry_answer_calls((struct psd_daemon *)(uintptr_t)daemon) < 0)
		return false;
	for (size_t i = 0; i < PSD_ELEMENTS(ids); i++)
		if (psd_frame_recv(FD_HELPER, 0, &frame) != PSD_HEARD_FRAME ||
		    frame.id != ids[i] || frame.status != -EIO)
			return false;
	return true;
}

/* The bytes of these mean nothing, which is no reason to stop. */
static void
requests_that_waited_are_answered_in_the_order_they_came(void **state)
{
	const struct altered altered = { NULL, AT_INSTANCE,
		{ ONE(call, PSD_OP_log, 7, 0, 0, 6666, 12), A_HEAD,
		    ONE(call, PSD_OP_log, 8, 0, 0, 5555, 12), A_HEAD,
		    ONE(call, PSD_OP_log, 9, 0, 0, 5555, 12), A_HEAD },
		.is_right = are_answered_in_order };

	(void)state;
	try_altered(&altered, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_read_is_left_again),
		cmocka_unit_test(record_that_is_cut_off_is_refused_by_its_name),
		cmocka_unit_test(directories_are_found_by_their_names),
		cmocka_unit_test(
		    requests_that_waited_are_answered_in_the_order_they_came),
	};

	if (test_under_valgrind()) {
		puts(
		    "1..0 # SKIP valgrind keeps the numbers that a state names");
		return 77;
	}
	return cmocka_run_group_tests(tests, map_said, NULL);
}
