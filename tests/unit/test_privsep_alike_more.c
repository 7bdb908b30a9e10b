/* SPDX-License-Identifier: ISC */
#include "tests/unit/privsep_alike_fixture.h"

#include <netinet/in.h>

/* What takes or tells descriptors, several of them, or batches. */

static int
do_realpath(struct privsep *c, struct told *told)
{
	char resolved[4096];

	if (privsep_realpath(c, "/proc/self/../sys", resolved) == NULL)
		return -errno;
	(void)snprintf(told->text, sizeof(told->text), "%.400s", resolved);
	return 0;
}

static int
do_readlink(struct privsep *c, struct told *told)
{
	return privsep_readlink(c, "/proc/self/root", told->text,
	    sizeof(told->text));
}

/* The descriptor of a request stays its caller's. */
static int
do_change_mode(struct privsep *c, struct told *told)
{
	char path[] = "/tmp/privsep-XXXXXX";
	static int fd = -1;
	struct stat status;
	int r;

	if (fd < 0) {
		fd = mkstemp(path);
		assert_true(fd >= 0);
		assert_int_equal(unlink(path), 0);
	}
	r = privsep_change_mode(c, "/x", fd, 0640);
	if (r == -EINPROGRESS)
		return r;
	assert_int_equal(fstat(fd, &status), 0);
	(void)snprintf(told->text, sizeof(told->text), "mode %o",
	    status.st_mode);
	(void)close(fd);
	fd = -1;
	return r;
}

static int
do_temporary_file(struct privsep *c, struct told *told)
{
	const int fd = privsep_temporary_file(c, "/tmp", 0600);

	if (fd != -EINPROGRESS)
		close_told(fd, told);
	return fd < 0 ? fd : 0;
}

static int
do_connect_nowhere(struct privsep *c, struct told *told)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(1),
	};
	int fd;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = privsep_connect_address(c, SOCK_STREAM,
	    (const struct sockaddr *)&address, sizeof(address));
	if (fd != -EINPROGRESS)
		close_told(fd, told);
	return fd < 0 ? fd : 0;
}

/* Three descriptors come with one reply. */
static int
do_run(struct privsep *c, struct told *told)
{
	struct privsep_program program;
	const int r = privsep_run(c, "cat", &program);

	if (r < 0)
		return r;
	(void)snprintf(told->text, sizeof(told->text), "program %u",
	    program.handle);
	(void)close(program.input);
	(void)close(program.output);
	(void)close(program.error);
	return 0;
}

static int
do_wait_program(struct privsep *c, struct told *told)
{
	struct privsep_program_end end = { 0 };
	const int r = privsep_wait_program(c, 7, &end);

	(void)snprintf(told->text, sizeof(told->text), "ended %u %d",
	    end.was_killed, end.status);
	return r;
}

static int
note_interface(void *cookie, const struct privsep_interface *interface)
{
	struct told *told = cookie;
	const size_t len = strlen(told->text);

	(void)snprintf(told->text + len, sizeof(told->text) - len, "%s %d,",
	    interface->name, interface->family);
	return 0;
}

static int
do_list_interfaces(struct privsep *c, struct told *told)
{
	return privsep_list_interfaces(c, "all", note_interface, told);
}

static int
do_narrow(struct privsep *c, struct told *told)
{
	(void)told;
	return privsep_narrow(c, "AllowOpen=read /srv/**");
}

static const struct alike functions[] = {
	{ "realpath", do_realpath },
	{ "readlink", do_readlink },
	{ "change_mode", do_change_mode },
	{ "temporary_file", do_temporary_file },
	{ "connect", do_connect_nowhere },
	{ "run", do_run },
	{ "wait_program", do_wait_program },
	{ "list_interfaces", do_list_interfaces },
	{ "narrow", do_narrow },
};

static void
with_a_handle_these_functions_too_tell_the_same(void **state)
{
	struct talk *t = *state;

	for (size_t i = 0; i < PSD_ELEMENTS(functions); i++)
		compare(t->conversation, &functions[i]);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_DAEMON(with_a_handle_these_functions_too_tell_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
