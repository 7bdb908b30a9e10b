/* SPDX-License-Identifier: ISC */
#include "tests/support/net_rig.h"

#include "tests/support/child.h"

struct psd_endpoint
net_endpoint(const char *text)
{
	struct psd_endpoint endpoint;

	if (psd_endpoint_parse(text, &endpoint) < 0)
		fail_msg("%s is no endpoint", text);
	return endpoint;
}

bool
net_has_inet6(void)
{
	return access("/proc/net/if_inet6", F_OK) == 0;
}

int
net_socket(const char *text, int type)
{
	const struct psd_endpoint endpoint = net_endpoint(text);
	struct sockaddr_storage address;
	const socklen_t len = psd_endpoint_to_sockaddr(&endpoint, &address);
	const int fd = socket(address.ss_family, type | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
	return fd;
}

int
net_listener(const char *text, int backlog)
{
	const int fd = net_socket(text, SOCK_STREAM);

	assert_int_equal(listen(fd, backlog), 0);
	return fd;
}

void
net_name(int fd, char ret[PSD_ENDPOINT_TEXT_MAX + 1])
{
	struct sockaddr_storage address;
	socklen_t len = sizeof(address);
	struct psd_endpoint endpoint;

	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	assert_int_equal(psd_endpoint_from_sockaddr((struct sockaddr *)&address,
			     len, &endpoint),
	    0);
	psd_endpoint_print(ret, PSD_ENDPOINT_TEXT_MAX + 1, &endpoint);
}

int
net_connect_to(int fd, const char *text)
{
	const struct psd_endpoint endpoint = net_endpoint(text);
	struct sockaddr_storage address;
	const socklen_t len = psd_endpoint_to_sockaddr(&endpoint, &address);

	return connect(fd, (struct sockaddr *)&address, len) < 0 ? -errno : 0;
}

int
net_try_connect(int fd, int other)
{
	struct sockaddr_storage address;
	socklen_t len = sizeof(address);

	assert_int_equal(getsockname(other, (struct sockaddr *)&address, &len),
	    0);
	return connect(fd, (struct sockaddr *)&address, len) < 0 ? -errno : 0;
}

void
net_connect(int fd, int other)
{
	assert_int_equal(net_try_connect(fd, other), 0);
}

static void
say(int from, int to)
{
	char text[8] = "";

	assert_int_equal(write(from, "hello", 5), 5);
	assert_int_equal(test_poll(to, POLLIN, TEST_DEADLINE), POLLIN);
	assert_int_equal(read(to, text, sizeof(text)), 5);
	assert_string_equal(text, "hello");
}

void
net_exchange(int one, int other)
{
	say(one, other);
	say(other, one);
}

void
net_wait(struct op_rig *rig)
{
	const int loop = sd_event_get_fd(rig->daemon.event);

	while (op_rig_is_silent(rig))
		assert_int_equal(test_poll(loop, POLLIN, TEST_DEADLINE),
		    POLLIN);
}
