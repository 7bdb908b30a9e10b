/* SPDX-License-Identifier: ISC */
#include "tests/support/local_rig.h"

#include "tests/support/child.h"

#include <dirent.h>
#include <signal.h>
#include <time.h>

void
local_start(struct op_rig *rig, const char *policy_lines)
{
	if (geteuid() != 0) {
		print_message("SKIP: no root, no other uid\n");
		skip();
	}
	op_rig_start(rig, NULL, policy_lines);
	rig->daemon.host.set_ids = true;
	rig->instance->uid = LOCAL_UID;
}

int
local_ask(struct op_rig *rig, enum psd_op op, void *req, void *ret_rep)
{
	const uint32_t id = op_rig_send(rig, op, req);

	net_wait(rig);
	return op_rig_take(rig, op, id, ret_rep);
}

struct sockaddr_un
local_address(const struct op_rig *rig, const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/%s",
	    rig->dir, name);
	return address;
}

int
local_server(const struct op_rig *rig, const char *name, int type)
{
	const struct sockaddr_un address = local_address(rig, name);
	const int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)&address,
			     sizeof(address)),
	    0);
	if (type != SOCK_DGRAM)
		assert_int_equal(listen(fd, 8), 0);
	return fd;
}

int
local_connect(const struct op_rig *rig, const char *name, int fd)
{
	const struct sockaddr_un address = local_address(rig, name);

	return connect(fd, (const struct sockaddr *)&address, sizeof(address)) <
		0
	    ? -errno
	    : 0;
}

struct ucred
local_peer(int fd)
{
	struct ucred who = { .pid = 0 };
	socklen_t len = sizeof(who);

	assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len),
	    0);
	return who;
}

/* kill() to all is to all of this uid, and not to who calls it. */
static int
stop_all(void *argument)
{
	const struct timespec nap = { 0, 1000000 };

	(void)argument;
	if (setresgid(LOCAL_UID, LOCAL_UID, LOCAL_UID) < 0 ||
	    setresuid(LOCAL_UID, LOCAL_UID, LOCAL_UID) < 0 ||
	    getuid() != LOCAL_UID)
		return 1;
	for (int i = 0; i < TEST_DEADLINE; i++) {
		if (kill(-1, SIGSTOP) == 0)
			return 0;
		(void)nanosleep(&nap, NULL);
	}
	return 2;
}

void
local_stop_process(void)
{
	assert_int_equal(test_child_exit_status(
			     test_child_start(stop_all, NULL)),
	    0);
}

size_t
local_count(const struct op_rig *rig)
{
	DIR *dir = opendir(rig->dir);
	const struct dirent *entry;
	size_t n = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL)
		n += strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0 &&
		    strcmp(entry->d_name, "rig.policy") != 0;
	(void)closedir(dir);
	return n;
}
