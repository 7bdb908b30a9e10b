/* SPDX-License-Identifier: ISC */
#include "common/fd.h"
#include "common/mem.h"
#include "daemon/peer.h"
#include "policy/unit.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const struct {
	const char *membership, *unit;
} cases[] = {
	{ "0::/system.slice/nginx.service\n", "nginx.service" },
	{ "0::/nginx.service\n", "nginx.service" },
	{ "0::/init.scope\n", "init.scope" },
	{ "0::/system.slice/system-a.slice/a@b.service\n", "a@b.service" },
	{ "0::/system.slice/docker-1.scope/system.slice/nginx.service\n",
	    "docker-1.scope" },
	{ "9:name=systemd:/system.slice/a.service\n1:cpu:/\n"
	  "0::/system.slice/b.service\n",
	    "b.service" },
	/* The unit's own groups below, whatever their names. */
	{ "0::/system.slice/a.service/nginx.service\n", "a.service" },
	{ "0::/system.slice/a.service/b.slice/nginx.service\n", "a.service" },
	{ "0::/system.slice/a.service/ 0::/nginx.service\n", "a.service" },
	{ "0::/user.slice/user-1.slice/user@1.service/app.slice/"
	  "nginx.service\n",
	    "user@1.service" },
	{ "0::/user.slice/user-1.slice/session-2.scope\n", "session-2.scope" },
	/* As the service manager writes what the kernel has files for. */
	{ "0::/system.slice/_cpu.service\n", "cpu.service" },
	{ "0::/system.slice/__a.service\n", "_a.service" },
	/* In no unit, or in another manager's. */
	{ "0::/\n", NULL },
	{ "0::/system.slice\n", NULL },
	{ "0::/system.slice/\n", NULL },
	{ "0::/system.slice//nginx.service\n", NULL },
	{ "0::/.slice/nginx.service\n", NULL },
	{ "0::/system.slice/.service\n", NULL },
	{ "0::/system.slice/_.service\n", NULL },
	{ "0::/docker/1/system.slice/nginx.service\n", NULL },
	{ "0::/../system.slice/nginx.service\n", NULL },
	{ "0::/system.slice/../nginx.service\n", NULL },
	{ "0::/system.slice/srv.mount\n", NULL },
	{ "0::/system.slice/nginx.service (deleted)\n", NULL },
	{ "0::/system.slice/nginx.service x\n", NULL },
	/* Not of version 2, or cut off. */
	{ "1:name=systemd:/system.slice/nginx.service\n", NULL },
	{ "1:x:0::/system.slice/nginx.service\n", NULL },
	{ "10::/system.slice/nginx.service\n", NULL },
	{ "0:x:/system.slice/nginx.service\n", NULL },
	{ "0::nginx.service\n", NULL },
	{ "0::/system.slice/nginx.service", NULL },
	{ "", NULL },
	{ "\n\n", NULL },
};

static void
unit_is_the_first_group_below_the_slices(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char unit[PSD_UNIT_SIZE] = "untouched";
		const char *wanted = cases[i].unit;
		const int r = psd_unit_find(cases[i].membership, unit);

		if (r != (wanted != NULL ? 0 : -ENOENT) ||
		    strcmp(unit, wanted != NULL ? wanted : "untouched") != 0)
			fail_msg("%s: %d, %s", cases[i].membership, r, unit);
	}
}

static void
names_end_where_the_service_manager_ends_them(void **state)
{
	char text[PSD_UNIT_SIZE + 32], unit[PSD_UNIT_SIZE];

	(void)state;
	for (int len = 200; len < 280; len++) {
		const int r = snprintf(text, sizeof(text), "0::/%0*d.service\n",
		    len - (int)strlen(".service"), 7);

		assert_true(r > 0 && (size_t)r < sizeof(text));
		assert_int_equal(psd_unit_find(text, unit),
		    len < PSD_UNIT_SIZE ? 0 : -ENOENT);
	}
}

/* Connects to a listener of its own; the child that did is child. */
static int
accept_from_child(int until, pid_t *ret_child)
{
	const struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct sockaddr_un bound;
	socklen_t len = sizeof(bound);
	_cleanup_fd_ int listener =
	    socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	char byte;
	int fd;

	/* A name of the kernel's choice. */
	assert_return_code(bind(listener, (const struct sockaddr *)&address,
			       sizeof(sa_family_t)),
	    errno);
	assert_return_code(listen(listener, 1), errno);
	assert_return_code(getsockname(listener, (struct sockaddr *)&bound,
			       &len),
	    errno);
	*ret_child = fork();
	assert_return_code(*ret_child, errno);
	if (*ret_child == 0) {
		fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
		if (connect(fd, (const struct sockaddr *)&bound, len) < 0)
			_exit(1);
		_exit(read(until, &byte, 1) == 1 ? 0 : 1);
	}
	fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	assert_return_code(fd, errno);
	return fd;
}

/* Whatever has its number by then is not asked. */
static void
process_that_has_ended_is_in_no_unit(void **state)
{
	char unit[PSD_UNIT_SIZE] = "untouched";
	struct psd_peer peer;
	int status, until[2];
	pid_t child;
	int r;

	(void)state;
	assert_return_code(pipe(until), errno);
	_cleanup_fd_ int fd = accept_from_child(until[0], &child);
	assert_int_equal(psd_peer_look(fd, &peer), 0);
	if (peer.pidfd < 0) {
		assert_int_equal(psd_peer_unit(&peer, unit), -ESRCH);
		print_message("this kernel has no SO_PEERPIDFD\n");
	} else {
		r = psd_peer_unit(&peer, unit);
		assert_true(r == 0 || r == -ENOENT);
	}
	assert_int_equal(write(until[1], "x", 1), 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	(void)snprintf(unit, sizeof(unit), "untouched");
	assert_int_equal(psd_peer_unit(&peer, unit), -ESRCH);
	/* Nor is one that has the number. */
	peer.pid = getpid();
	assert_int_equal(psd_peer_unit(&peer, unit), -ESRCH);
	assert_string_equal(unit, "untouched");
	psd_peer_release(&peer);
	(void)close(until[0]);
	(void)close(until[1]);
}

/* Before Linux 6.5, when a pid is all that is known of it. */
static void
process_without_a_pidfd_is_in_no_unit(void **state)
{
	char unit[PSD_UNIT_SIZE] = "untouched";
	const struct psd_peer peer = {
		.uid = getuid(),
		.pid = getpid(),
		.pidfd = PSD_NO_FD,
	};

	(void)state;
	assert_int_equal(psd_peer_unit(&peer, unit), -ESRCH);
	assert_string_equal(unit, "untouched");
}

static void
names_of_units_that_have_clients_are_valid(void **state)
{
	static const struct {
		const char *name;
		bool is_valid;
	} names[] = {
		{ "a.service", true },
		{ "a@b.service", true },
		{ "a-b_c.d:e\\x20.socket", true },
		{ "a.scope", true },
		{ "a@.service", false },
		{ "@a.service", false },
		{ "a.slice", false },
		{ "a/b.service", false },
		{ "a b.service", false },
		{ ".service", false },
		{ "service", false },
		{ "", false },
	};
	char longest[PSD_UNIT_SIZE + 1];

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(names); i++)
		if (psd_unit_is_valid(names[i].name) != names[i].is_valid)
			fail_msg("%s", names[i].name);
	(void)snprintf(longest, sizeof(longest), "%0*d.service",
	    PSD_UNIT_SIZE - 1 - (int)strlen(".service"), 1);
	assert_true(psd_unit_is_valid(longest));
	(void)snprintf(longest, sizeof(longest), "%0*d.service",
	    PSD_UNIT_SIZE - (int)strlen(".service"), 1);
	assert_false(psd_unit_is_valid(longest));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unit_is_the_first_group_below_the_slices),
		cmocka_unit_test(names_end_where_the_service_manager_ends_them),
		cmocka_unit_test(process_that_has_ended_is_in_no_unit),
		cmocka_unit_test(process_without_a_pidfd_is_in_no_unit),
		cmocka_unit_test(names_of_units_that_have_clients_are_valid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
