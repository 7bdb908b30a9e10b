/* SPDX-License-Identifier: ISC */
/*
 * Layers that a kernel does not have: status and log say which and why, the
 * others hold, and a policy that requires one is refused.
 */
#include "tests/support/ledger.h"
#include "tests/system/missing_fixture.h"

#include <poll.h>
#include <sched.h>
#include <sys/mount.h>

enum { TEXT_SIZE = 4096, STEP_MS = 20 };

/* What a helper has, as seen from outside. */
enum layer {
	UID = 1 << 0,
	NAMESPACES = 1 << 1,
	CGROUP = 1 << 2,
	FILTER = 1 << 3,
	LISTENER = 1 << 4,
};

static const struct {
	const char *name;
	struct lack lack;
	const char *words;
	enum layer without;
} layers[] = {
	{ "landlock", { SYS_landlock_create_ruleset, ANY, 0, ENOSYS },
	    "landlock: not in this kernel: Function not implemented", 0 },
	{ "landlock", { SYS_landlock_create_ruleset, ANY, 0, EOPNOTSUPP },
	    "landlock: switched off at boot (lsm=)", 0 },
	{ "filter", { SYS_seccomp, ANY, 0, ENOSYS },
	    "filter: no system call filters: Function not implemented",
	    FILTER | LISTENER },
	{ "one-exec", { SYS_seccomp, ANY, 0, ENOSYS },
	    "one-exec: rests on a filter", FILTER | LISTENER },
	{ "listener",
	    { SYS_seccomp, 1, SECCOMP_FILTER_FLAG_NEW_LISTENER, EINVAL },
	    "listener: not in this kernel: Invalid argument", LISTENER },
	{ "listener",
	    { SYS_seccomp, 1, SECCOMP_FILTER_FLAG_NEW_LISTENER, EBUSY },
	    "listener: a filter above ours has one already", LISTENER },
	{ "namespaces", { SYS_unshare, ANY, 0, EPERM }, "namespaces: cannot ",
	    NAMESPACES },
};

/* The first line of a file of the helper's in /proc, and of ours. */
static void
read_both(const char *helper, const char *name, char ret_helper[TEXT_SIZE],
    char ret_ours[TEXT_SIZE])
{
	char path[64];
	ssize_t n;

	(void)snprintf(path, sizeof(path), "/proc/%s/ns/%s", helper, name);
	n = readlink(path, ret_helper, TEXT_SIZE - 1);
	ret_helper[n < 0 ? 0 : n] = '\0';
	(void)snprintf(path, sizeof(path), "/proc/self/ns/%s", name);
	n = readlink(path, ret_ours, TEXT_SIZE - 1);
	ret_ours[n < 0 ? 0 : n] = '\0';
}

static bool
is_in_a_leaf(const char *helper)
{
	char path[64], line[TEXT_SIZE];
	bool is_in = false;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%s/cgroup", helper);
	file = fopen(path, "re");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL)
		is_in = is_in || strstr(line, "/instance-") != NULL;
	(void)fclose(file);
	return is_in;
}

/* All but those that are missing hold; groups holds what this machine has. */
static void
expect_held(enum layer without, bool has_groups)
{
	char helper[32], theirs[TEXT_SIZE], ours[TEXT_SIZE];
	int fd = daemon_rig_connect(&rig, "one");

	(void)snprintf(helper, sizeof(helper), "%s", daemon_rig_say(fd, "pid"));
	assert_true(atoi(helper) > 1);
	if ((without & UID) == 0)
		assert_true(daemon_rig_uid_of(helper) >= 1000);
	read_both(helper, "mnt", theirs, ours);
	assert_int_equal(strcmp(theirs, ours) == 0,
	    (without & NAMESPACES) != 0);
	assert_int_equal(is_in_a_leaf(helper), has_groups);
	(void)daemon_rig_say(fd, "call %d 2 1 0", SYS_socket);
	(void)close(fd);
	if ((without & FILTER) == 0)
		assert_true(
		    daemon_rig_logs(&rig, "ended: abrupt (killed by SIG"));
	if ((without & (FILTER | LISTENER)) == 0)
		assert_true(
		    daemon_rig_has_logged(&rig, "refused socket(AF_INET"));
	fd = daemon_rig_connect(&rig, "one");
	assert_string_equal(daemon_rig_say(fd, "ping 1"), "0");
	(void)close(fd);
}

/* It is said in both places, and whoever needs the layer is refused. */
static void
expect_told(const char *name, const char *words)
{
	char line[256];
	const char *text, *at;

	assert_int_equal(daemon_rig_ctl(&rig, &text, "status", NULL), 0);
	at = strstr(text, "MISSING: ");
	if (at == NULL || strstr(at, words) == NULL)
		fail_msg("no \"%s\" in\n%s", words, text);
	(void)snprintf(line, sizeof(line), "missing layer: %s", words);
	assert_true(daemon_rig_has_logged(&rig, line));
	(void)snprintf(line, sizeof(line), "Instances=1\nRequire=%s", name);
	daemon_rig_puppet(&rig, "strict", line, "");
	assert_int_not_equal(daemon_rig_ctl(&rig, &text, "reload", NULL), 0);
	(void)snprintf(line, sizeof(line),
	    "Require= asks for what cannot be had here: %s", name);
	if (strstr(text, line) == NULL)
		fail_msg("no \"%s\" in\n%s", line, text);
}

static void
have_one(void **state)
{
	(void)prepare(state);
	daemon_rig_puppet(&rig, "one", "Instances=1\nRestartSec=1ms", "");
}

static bool
has_groups(void)
{
	const char *text;

	assert_int_equal(daemon_rig_ctl(&rig, &text, "status", NULL), 0);
	return strstr(text, " cgroup: ") == NULL;
}

static void
a_layer_that_is_missing_is_told_and_the_others_hold(void **state)
{
	for (size_t i = 0; i < PSD_ELEMENTS(layers); i++) {
		print_message("# %s\n", layers[i].words);
		have_one(state);
		start_without(&layers[i].lack);
		expect_held(layers[i].without, has_groups());
		expect_told(layers[i].name, layers[i].words);
		assert_int_equal(daemon_rig_stop(&rig), 0);
		(void)clean(state);
	}
}

/* As where version 2 is not mounted. */
static void
leave_groups(void)
{
	static const char *const mounts[] = { "/sys/fs/cgroup/unified",
		"/sys/fs/cgroup" };

	if (unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		_exit(95);
	for (size_t i = 0; i < PSD_ELEMENTS(mounts); i++)
		(void)umount2(mounts[i], MNT_DETACH);
}

/* Whoever is to wait for it may take his time. */
static bool
is_gone(const char *pid)
{
	const char state = ledger_state_of((pid_t)atoi(pid));

	return state == '\0' || state == 'Z' || state == 'X';
}

static void
without_control_groups_what_a_helper_leaves_is_killed_by_its_uid(void **state)
{
	char pid[32];
	int fd;

	(void)prepare(state);
	daemon_rig_puppet(&rig, "one", "Instances=1\nRestartSec=1ms",
	    "SystemCallFilter=clone fork vfork set_robust_list setsid wait4 "
	    "close_range");
	rig.on_birth = leave_groups;
	daemon_rig_start(&rig);
	fd = daemon_rig_connect(&rig, "one");
	(void)snprintf(pid, sizeof(pid), "%s", daemon_rig_say(fd, "scatter"));
	assert_true(atoi(pid) > 1);
	(void)close(fd);
	for (int ms = 0; !is_gone(pid); ms += STEP_MS) {
		assert_true(ms < TEST_DEADLINE);
		(void)poll(NULL, 0, STEP_MS);
	}
	expect_held(CGROUP, false);
	expect_told("cgroup", "cgroup: no cgroup2 ");
	(void)clean(state);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_layer_that_is_missing_is_told_and_the_others_hold),
		cmocka_unit_test(
		    without_control_groups_what_a_helper_leaves_is_killed_by_its_uid),
	};

	if (geteuid() != 0) {
		puts("1..0 # SKIP not root: layers are missing anyway");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
