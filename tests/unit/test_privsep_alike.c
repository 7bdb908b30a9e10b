/* SPDX-License-Identifier: ISC */
#include "tests/unit/privsep_alike_fixture.h"

#include <netinet/in.h>

static int
do_ping(struct privsep *c, struct told *told)
{
	(void)told;
	return privsep_ping(c);
}

static int
do_open(struct privsep *c, struct told *told)
{
	const int fd = privsep_open(c, "/dev/null", O_RDONLY, 0);

	if (fd != -EINPROGRESS)
		close_told(fd, told);
	return fd < 0 ? fd : 0;
}

static int
do_open_refused(struct privsep *c, struct told *told)
{
	(void)told;
	return privsep_open(c, "/.hidden", O_RDONLY, 0);
}

static int
do_open_senseless(struct privsep *c, struct told *told)
{
	(void)told;
	return privsep_open(c, "/dev/null", O_RDONLY | O_APPEND, 0);
}

static int
do_stat(struct privsep *c, struct told *told)
{
	struct privsep_stat status = { 0 };
	const int r = privsep_stat(c, "/dev/null", &status);

	(void)snprintf(told->text, sizeof(told->text), "mode %o links %u",
	    status.mode, status.links);
	return r;
}

static int
note_name(void *cookie, const char *name, unsigned char type)
{
	struct told *told = cookie;
	const size_t len = strlen(told->text);

	(void)snprintf(told->text + len, sizeof(told->text) - len, "%s %u,",
	    name, type);
	return strlen(told->text) > sizeof(told->text) / 2 ? 7 : 0;
}

static int
do_read_directory(struct privsep *c, struct told *told)
{
	return privsep_read_directory(c, "/etc", note_name, told);
}

static int
do_log(struct privsep *c, struct told *told)
{
	(void)told;
	return privsep_log(c, 6, "%s", "alike");
}

static int
do_restrict(struct privsep *c, struct told *told)
{
	(void)told;
	return privsep_restrict(c, "rename");
}

static int
do_listen(struct privsep *c, struct told *told)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	int fd;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = privsep_listen(c, (const struct sockaddr *)&address,
	    sizeof(address));
	if (fd != -EINPROGRESS)
		close_told(fd, told);
	return fd < 0 ? fd : 0;
}

static int
do_hostname(struct privsep *c, struct told *told)
{
	struct privsep_hostname names = { "", "" };
	const int r = privsep_get_hostname(c, &names);

	(void)snprintf(told->text, sizeof(told->text), "%.200s %.200s",
	    names.name, names.domain);
	return r;
}

static int
do_read_sysctl(struct privsep *c, struct told *told)
{
	return privsep_read_sysctl(c, "kernel.x", told->text,
	    sizeof(told->text));
}

static int
do_write_sysctl(struct privsep *c, struct told *told)
{
	(void)told;
	return privsep_write_sysctl(c, "kernel.x", "2");
}

static int
do_credential(struct privsep *c, struct told *told)
{
	const int fd = privsep_credential(c, "null");

	if (fd != -EINPROGRESS)
		close_told(fd, told);
	return fd < 0 ? fd : 0;
}

static int
do_set_clock(struct privsep *c, struct told *told)
{
	(void)told;
	return privsep_set_clock(c, 1234567890123456789);
}

static const struct alike functions[] = {
	{ "ping", do_ping },
	{ "open", do_open },
	{ "a refusal", do_open_refused },
	{ "what makes no sense", do_open_senseless },
	{ "stat", do_stat },
	{ "read_directory", do_read_directory },
	{ "log", do_log },
	{ "restrict", do_restrict },
	{ "listen", do_listen },
	{ "get_hostname", do_hostname },
	{ "read_sysctl", do_read_sysctl },
	{ "write_sysctl", do_write_sysctl },
	{ "credential", do_credential },
	{ "set_clock", do_set_clock },
};

static void
with_a_handle_each_function_tells_the_same(void **state)
{
	struct talk *t = *state;

	for (size_t i = 0; i < PSD_ELEMENTS(functions); i++)
		compare(t->conversation, &functions[i]);
}

static int
call(const struct talk *t)
{
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (const struct sockaddr *)&t->address,
			     t->address_len),
	    0);
	return fd;
}

/* Clients come while handles and privsep_accept_ask() wait for them. */
static void
clients_come_to_handles_and_to_those_who_ask(void **state)
{
	struct talk *t = *state;
	struct privsep *handle = NULL;
	int clients[2], got = -EINPROGRESS, taken = -EAGAIN;

	assert_int_equal(privsep_handle_new(&handle, t->conversation, 0), 0);
	assert_int_equal(privsep_accept(handle, NULL), -EINPROGRESS);
	assert_int_equal(privsep_accept_ask(t->conversation), 0);
	clients[0] = call(t);
	clients[1] = call(t);
	while (got < 0 || taken < 0) {
		assert_int_equal(privsep_process(t->conversation), 0);
		if (got < 0)
			got = privsep_accept(handle, NULL);
		if (taken < 0)
			taken = privsep_accept_take(t->conversation, NULL);
		assert_true(got >= 0 || got == -EINPROGRESS);
		assert_true(taken >= 0 || taken == -EAGAIN);
	}
	assert_int_equal(write(got, "a", 1), 1);
	assert_int_equal(write(taken, "b", 1), 1);
	for (size_t i = 0; i < 2; i++) {
		char said = 0;

		assert_int_equal(read(clients[i], &said, 1), 1);
		assert_true(said == 'a' || said == 'b');
		(void)close(clients[i]);
	}
	(void)close(got);
	(void)close(taken);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_DAEMON(with_a_handle_each_function_tells_the_same),
		WITH_DAEMON(clients_come_to_handles_and_to_those_who_ask),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
