/* SPDX-License-Identifier: ISC */
/*
 * Records that no daemon leaves: each is refused, in words that tell which it
 * is, and nothing that follows it is looked at.
 */
#include "daemon/own_filter.h"
#include "daemon/program.h"
#include "policy/callname.h"
#include "tests/unit/carry_fixture.h"

#include <linux/seccomp.h>

#define A_CLIENT .pidfd = NO_FD, .uid = 5
#define A_REPLY .fd0 = NO_FD, .fd1 = NO_FD, .fd2 = NO_FD, .fd3 = NO_FD

/* One character too many to fit. */
static char long_text[PSD_TEXT_MAX + 1];

static const unsigned char many[2 * PSD_BYTES_MAX];
static const unsigned char held[sizeof(struct seccomp_notif)];

static void
no_plan(struct base *base)
{
	base->has_no_plan = true;
}

static void
no_marks(struct base *base)
{
	base->has_no_marks = true;
}

static void
of_another_line(struct base *base)
{
	base->used.n = 1000;
}

static void
process_is_a_file(struct base *base)
{
	base->instance.pidfd = FD_LOCK;
	base->daemon.lock = FD_PROCESS;
}

static void
pair_is_a_file(struct base *base)
{
	base->conversation.fd = FD_LOCK;
	base->daemon.lock = FD_PAIR;
}

static void
control_is_missing(struct base *base)
{
	base->control.fd = NO_FD;
}

static void
has_a_full_filter(struct base *base)
{
	char entry[16];

	(void)base;
	for (unsigned n = 0; n <= PSD_CALLS_MAX; n++) {
		(void)snprintf(entry, sizeof(entry), "call%u", n);
		(void)psd_own_filter_adopt(entry);
	}
}

static void
has_a_uid(struct base *base)
{
	base->instance.owns_uid = 1;
	base->instance.uid = 1900000003;
}

static void
is_removed_and_another(struct base *base)
{
	base->service.is_removed = 1;
	base->loaded.name = psd_str_of("another");
}

static void
comes_late(struct base *base)
{
	base->instance.id = 11;
}

static void
has_a_listener(struct base *base)
{
	base->policy = "[Helper]\nExecStart=/bin/true\n"
		       "ListenStream=127.0.0.1:8080\n";
}

static void
has_a_door(struct base *base)
{
	base->policy = "[Helper]\nExecStart=/bin/true\nClients=user:0\n";
}

/* And cannot be its own. */
static void
is_a_watcher(struct base *base)
{
	base->loaded.is_watcher = 1;
}

static void
is_no_policy(struct base *base)
{
	base->policy = "[Helper]\nNoSuchKey=\n";
}

static const struct altered daemon_s[] = {
	{ "there is no layer 1", AT_HOST,
	    { ONE(missing, 1, { long_text, PSD_REASON_MAX }) } },
	{ "its own filter has too many calls", AT_DAEMON,
	    { ONE(own_call, STR("one more")) }, .change = has_a_full_filter },
	{ "there is no layer 7", AT_HOST, { ONE(missing, 7) } },
	{ "uid 1900000010 is not ours", AT_HOST,
	    { ONE(uids, 1900000000, 10, 0, NO_FD), ONE(uid, 1900000010) } },
	{ "uid 1900000001 is not ours", AT_HOST,
	    { ONE(uids, 1900000000, 10, 0, NO_FD), ONE(uid, 1900000001),
		ONE(uid, 1900000001) } },
	{ "UidRange= has changed", AT_HOST,
	    { ONE(uids, 1900000000, 9, 0, NO_FD) } },
	{ "UidRange= has changed", AT_HOST,
	    { ONE(uids, 1900000001, 9, 0, NO_FD) } },
	{ "the control group has no path", AT_HOST,
	    { ONE(cgroup, { long_text, PSD_TEXT_MAX }, FD_DIRECTORY) },
	    .holds = { FD_DIRECTORY } },
	{ "descriptor 102 is not listed, or has two owners", AT_HOST,
	    { ONE(passed, STR("www"), FD_PROCESS),
		ONE(passed, STR("www"), FD_PROCESS) } },
	{ "a descriptor is missing", AT_HOST,
	    { ONE(passed, STR("www"), NO_FD) } },
	{ "a descriptor is missing", 0, .change = control_is_missing },
	{ "a descriptor is missing", AT_CONTROL, { ONE(question, NO_FD) } },
	{ "somebody waits for nothing", AT_CONTROL,
	    { ONE(question, FD_SOCKET, .row = 9999) }, .holds = { FD_SOCKET } },
	{ "something follows its end", AT_END, { ONE(end, 0) } },
};

static const struct altered policy_s[] = {
	{ "svc has too many files", AT_SOURCE, { ONE(source, STR("x"), 0) },
	    .rounds = 1024 },
	{ "pieces do not fit", AT_SOURCE,
	    { ONE(source, STR("x"), 3), ONE(piece, { NULL, 0 }) } },
	{ "pieces do not fit", AT_SOURCE,
	    { ONE(source, STR("x"), 3), ONE(piece, BYTES("four")) } },
	{ "the policy of svc cannot be compiled any more", 0,
	    .change = is_no_policy },
	{ "svc has another's policy", 0, .change = no_plan },
	{ "svc has another's policy", 0, .change = is_removed_and_another },
	{ "svc has no such listener", AT_SERVICE,
	    { ONE(listener, 0, FD_SOCKET, 0) }, .holds = { FD_SOCKET } },
	{ "svc has no such listener", AT_SERVICE,
	    { ONE(listener, 1, FD_SOCKET, 0) }, .holds = { FD_SOCKET },
	    .change = has_a_listener },
	{ "svc lacks a listener", 0, .change = has_a_listener },
	{ "svc lacks a listener", 0, .change = has_a_door },
	{ "svc lacks a listener", AT_SERVICE,
	    { ONE(door, FD_SOCKET, 0600, 0, 0) }, .holds = { FD_SOCKET } },
	{ "a descriptor is missing", AT_SERVICE, { ONE(door, NO_FD) },
	    .change = has_a_door },
	{ "a descriptor is missing", AT_SERVICE, { ONE(listener, 0, NO_FD) },
	    .change = has_a_listener },
	{ "svc has a client that is nobody", AT_SERVICE,
	    { ONE(client, NO_FD, A_CLIENT) } },
	{ "a client cannot be watched: Operation not permitted", AT_SERVICE,
	    { ONE(client, FD_FILE, A_CLIENT) }, .holds = { FD_FILE } },
	{ "descriptor 105 is not listed", AT_SERVICE,
	    { ONE(client, FD_FILE, A_CLIENT) } },
};

static const struct altered instance_s[] = {
	{ "instance 1 cannot be watched", 0, .change = process_is_a_file },
	{ "uid 1900000003 is not its helper's", 0, .change = has_a_uid },
	{ "instance 11 is out of turn", 0, .change = comes_late },
	{ "a pair cannot be watched", 0, .change = pair_is_a_file },
	{ "no piece where one belongs", 0, .change = no_marks },
	{ "svc has another number of lines", 0, .change = of_another_line },
	{ "a reply of 11 bytes", AT_INSTANCE, { ONE(unsent, .size = 11) } },
	{ "a reply of 77777 bytes", AT_INSTANCE,
	    { ONE(unsent, .size = 77777) } },
	{ "no piece where one belongs", AT_INSTANCE,
	    { ONE(unsent, .size = 12, A_REPLY) } },
	{ "descriptor 105 is not listed", AT_INSTANCE,
	    { ONE(unsent, .fd0 = FD_FILE, .size = 12), A_HEAD } },
	{ "a call of 11 bytes", AT_INSTANCE,
	    { ONE(call, PSD_OP_log, .size = 11) } },
	{ "a call of 77777 bytes", AT_INSTANCE,
	    { ONE(call, PSD_OP_log, .size = 77777) } },
	{ "no piece where one belongs", AT_INSTANCE,
	    { ONE(call, PSD_OP_log, .size = 12) } },
	{ "a call's line is not there", AT_INSTANCE,
	    { ONE(call, PSD_OP_log, .grant = 5, .size = 12), A_HEAD } },
	{ "a call cannot wait: Device or resource busy", AT_INSTANCE,
	    { ONE(call, PSD_OP_log, .size = 12), A_HEAD },
	    .rounds = PSD_WAITING_MAX + 1 },
	{ "instance 1 is out of turn", AT_INSTANCE,
	    { ONE(instance, 1, .pidfd = FD_SOCKET, .listener = NO_FD,
		.report = NO_FD, .output = NO_FD, .waiting_end = NO_FD) },
	    .holds = { FD_SOCKET } },
	{ "a client cannot be watched: Operation not permitted", AT_INSTANCE,
	    { ONE(client, FD_FILE, A_CLIENT) }, .holds = { FD_FILE } },
	{ "a clone comes from nowhere", AT_INSTANCE,
	    { ONE(conversation, NO_FD, .origin = 1) } },
	{ "a clone comes from nowhere", AT_INSTANCE,
	    { ONE(conversation, NO_FD, PSD_CONV_CLOSED) },
	    .rounds = PSD_CLONES_MAX + 1 },
	{ "a conversation is in no such state", AT_INSTANCE,
	    { ONE(conversation, NO_FD, .phase = 1) } },
};

static const struct altered link_s[] = {
	{ "a resolver was asked for nothing", AT_INSTANCE,
	    { ONE(look, 9999, .size = 12), A_HEAD } },
	{ "a resolver was asked for nothing", AT_INSTANCE,
	    { ONE(look, PSD_OP_lookup_host, .size = 2),
		ONE(piece, BYTES("ab")) } },
	{ "a resolver was asked for nothing", AT_INSTANCE,
	    { ONE(look, PSD_OP_lookup_host, .size = sizeof(many)),
		ONE(piece, { many, PSD_BYTES_MAX }),
		ONE(piece, { many, PSD_BYTES_MAX }) } },
	{ "no piece where one belongs", AT_INSTANCE,
	    { ONE(look, PSD_OP_lookup_host, .size = 12) } },
	{ "a helper runs too much", AT_INSTANCE, { ONE(run, 5) },
	    .rounds = PSD_RUNS_MAX + 1 },
	{ "there is no instance 1", AT_INSTANCE,
	    { ONE(run, 1, 1), ONE(run, 2, 1) } },
	{ "there is no instance 9", AT_INSTANCE, { ONE(relayed, 9) } },
	{ "there is no instance 1", AT_INSTANCE, { ONE(relayed, 1) } },
	{ "a client comes from nowhere", AT_INSTANCE,
	    { ONE(origin, BYTES("fifteen bytes..")) } },
	{ "a call is of another length", AT_INSTANCE,
	    { ONE(watch, .held = BYTES("held")) } },
	{ "there is no instance 1", AT_INSTANCE,
	    { ONE(watch, 1, .held = { held, sizeof(held) }) } },
	{ "there is no instance 9", AT_INSTANCE,
	    { ONE(watch, 9, .held = { held, sizeof(held) }) } },
	{ "there is no instance 1", AT_INSTANCE,
	    { ONE(watch, 1, .held = { held, sizeof(held) }) },
	    .change = is_a_watcher },
	{ "no control where one belongs", AT_INSTANCE,
	    { ONE(relayed, 0), ONE(relayed, 0) } },
};

#define REFUSED(table) each_is_refused(table, PSD_ELEMENTS(table))

static void
each_is_refused(const struct altered *altered, size_t n)
{
	for (size_t i = 0; i < n; i++)
		try_altered(&altered[i], i);
}

static void
what_no_daemon_leaves_is_refused_by_name(void **state)
{
	(void)state;
	REFUSED(daemon_s);
	REFUSED(policy_s);
	REFUSED(instance_s);
	REFUSED(link_s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_no_daemon_leaves_is_refused_by_name),
	};

	memset(long_text, 'x', sizeof(long_text) - 1);
	if (test_under_valgrind()) {
		puts(
		    "1..0 # SKIP valgrind keeps the numbers that a state names");
		return 77;
	}
	return cmocka_run_group_tests(tests, map_said, NULL);
}
