/* SPDX-License-Identifier: ISC */
/* What a server is told of its client (PeerEnvironment=). */
#include "tests/system/inetd_fixture.h"

enum { TEXT_MAX = 4096 };

static int
start_servers(void **state)
{
	(void)state;
	inetd_prepare();
	tcp_server("told", "/usr/bin/env", port,
	    "PeerEnvironment=yes\nEnvironment=OWN=word");
	server("untold", "/usr/bin/env", "");
	daemon_rig_start(&rig);
	return 0;
}

/* What it said until its end, a line each between two newlines. */
static const char *
said(int fd)
{
	static char text[TEXT_MAX];
	size_t n;

	text[0] = '\n';
	n = read_all(fd, text + 1, sizeof(text) - 2);
	text[n + 1] = '\0';
	(void)close(fd);
	return text;
}

static void
expect_word(const char *text, const char *name, unsigned value)
{
	char line[64];

	(void)snprintf(line, sizeof(line), "\n%s=%u\n", name, value);
	if (strstr(text, line) == NULL)
		fail_msg("there is no%sin%s", line, text);
}

static void
a_client_of_the_network_is_told_to_its_server(void **state)
{
	const int fd = connect_tcp();
	struct sockaddr_in own;
	socklen_t len = sizeof(own);
	const char *text;

	(void)state;
	assert_int_equal(getsockname(fd, (struct sockaddr *)&own, &len), 0);
	text = said(fd);
	assert_non_null(strstr(text, "\nREMOTE_ADDR=127.0.0.1\n"));
	expect_word(text, "REMOTE_PORT", ntohs(own.sin_port));
	assert_non_null(strstr(text, "\nPROTO=TCP\n"));
	assert_non_null(strstr(text, "\nTCPREMOTEIP=127.0.0.1\n"));
	expect_word(text, "TCPREMOTEPORT", ntohs(own.sin_port));
	assert_non_null(strstr(text, "\nTCPLOCALIP=127.0.0.1\n"));
	expect_word(text, "TCPLOCALPORT", (unsigned)port);
	assert_non_null(strstr(text, "\nOWN=word\n"));
	assert_null(strstr(text, "UNIX"));
}

static void
a_client_of_the_host_is_told_by_its_user(void **state)
{
	const char *text = said(daemon_rig_connect(&rig, "told"));

	(void)state;
	assert_non_null(strstr(text, "\nPROTO=UNIX\n"));
	expect_word(text, "UNIXREMOTEEUID", geteuid());
	expect_word(text, "UNIXREMOTEEGID", getegid());
	expect_word(text, "UNIXREMOTEPID", (unsigned)getpid());
	assert_non_null(strstr(text, "/run/told.sock\n"));
	assert_null(strstr(text, "TCP"));
	assert_null(strstr(text, "REMOTE_ADDR"));
}

static void
a_server_is_told_nothing_without_it(void **state)
{
	const char *text = said(daemon_rig_connect(&rig, "untold"));

	(void)state;
	assert_null(strstr(text, "PROTO"));
	assert_null(strstr(text, "REMOTE"));
}

static void
check_says_where_its_helpers_come_from(void **state)
{
	static const struct {
		const char *lines, *says;
	} cases[] = {
		{ "PeerEnvironment=yes",
		    "note: each helper is started on demand, when its client "
		    "comes, which PeerEnvironment=yes needs" },
		{ "", "note: each helper is started on demand" },
		{ "Instances=3..9", "note: helpers come from a pool: 3 wait" },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		const char *text;
		char file[256];

		server("judged", "/bin/cat", cases[i].lines);
		(void)snprintf(file, sizeof(file), "%s/policies/judged.policy",
		    rig.dir);
		assert_int_equal(daemon_rig_ctl(&rig, &text, "check",
				     "--strict", file, NULL),
		    0);
		assert_non_null(strstr(text, "judged.policy:3: note: "));
		if (strstr(text, cases[i].says) == NULL)
			fail_msg("%s", text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_client_of_the_network_is_told_to_its_server),
		cmocka_unit_test(a_client_of_the_host_is_told_by_its_user),
		cmocka_unit_test(a_server_is_told_nothing_without_it),
		cmocka_unit_test(check_says_where_its_helpers_come_from),
	};

	return cmocka_run_group_tests(tests, start_servers, stop);
}
