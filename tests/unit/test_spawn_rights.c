/* SPDX-License-Identifier: ISC */
/* What a helper has lost when its program begins. */
#include "tests/support/spawn_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static void
start(struct spawn_rig *rig, const char *name)
{
	const int r = spawn_rig_init(rig, name);

	assert_int_equal(r, 0);
	if (spawn_rig_start(rig) < 0)
		fail_msg("%s: %s", psd_step_name(rig->failure.step),
		    strerror(rig->failure.error));
}

static void
stop(struct spawn_rig *rig)
{
	spawn_rig_stop(rig);
	spawn_rig_free(rig);
}

static void
ids_groups_and_capabilities_are_gone(void **state)
{
	static const char *const sets[] = { "CapInh", "CapPrm", "CapEff",
		"CapBnd", "CapAmb" };
	const uid_t uid = spawn_rig_uid();
	struct spawn_rig rig;
	char text[256], ids[256];

	(void)state;
	start(&rig, "tiny_pong");
	(void)snprintf(ids, sizeof(ids), "%u\t%u\t%u\t%u", uid, uid, uid, uid);
	spawn_rig_status(&rig, "Uid", text, sizeof(text));
	assert_string_equal(text, ids);
	spawn_rig_status(&rig, "Gid", text, sizeof(text));
	assert_string_equal(text, ids);
	spawn_rig_status(&rig, "Groups", text, sizeof(text));
	assert_int_equal(strspn(text, " "), strlen(text));
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		spawn_rig_status(&rig, sets[i], text, sizeof(text));
		assert_string_equal(text, "0000000000000000");
	}
	spawn_rig_status(&rig, "NoNewPrivs", text, sizeof(text));
	assert_string_equal(text, "1");
	stop(&rig);
}

/* Without a filter: the second wall alone. */
static void
ids_cannot_be_regained(void **state)
{
	static const struct {
		long number;
		uint64_t args[6];
	} tries[] = {
		{ SYS_setuid, { 0 } },
		{ SYS_setgid, { 0 } },
		{ SYS_setresuid, { (uint64_t)-1, 0, (uint64_t)-1 } },
		{ SYS_setresgid, { (uint64_t)-1, 0, (uint64_t)-1 } },
		{ SYS_setgroups, { 0, 0 } },
		{ SYS_unshare, { 0x20000 /* CLONE_NEWNS */ } },
		{ SYS_prctl, { 28 /* PR_SET_SECUREBITS */, 0 } },
		{ SYS_prctl, { 47 /* PR_CAP_AMBIENT */, 2 /* RAISE */, 0 } },
		{ SYS_prctl, { 24 /* PR_CAPBSET_DROP */, 0 } },
	};
	struct spawn_rig rig;

	(void)state;
	start(&rig, "tiny_remote");
	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++)
		assert_int_equal(spawn_rig_call(&rig, tries[i].number,
				     tries[i].args),
		    -EPERM);
	stop(&rig);
}

static void
securebits_are_locked(void **state)
{
	const uint64_t args[6] = { 27 /* PR_GET_SECUREBITS */ };
	struct spawn_rig rig;

	(void)state;
	start(&rig, "tiny_remote");
	/*
	 * NOROOT and NO_CAP_AMBIENT_RAISE on, KEEP_CAPS and NO_SETUID_FIXUP
	 * off, all locked.
	 */
	assert_int_equal(spawn_rig_call(&rig, SYS_prctl, args), 0xeb);
	stop(&rig);
}

static void
limits_are_set(void **state)
{
	struct spawn_rig rig;
	char text[4096];

	(void)state;
	start(&rig, "tiny_pong");
	(void)spawn_rig_proc(&rig, "limits", text, sizeof(text));
	assert_non_null(strstr(text,
	    "Max open files            256                  256  "));
	assert_non_null(
	    strstr(text, "Max core file size        0                    0  "));
	stop(&rig);
}

static void
memory_of_the_daemon_is_not_the_helpers(void **state)
{
	struct spawn_rig one, other;
	char maps[8192], others[8192];

	(void)state;
	start(&one, "tiny_pong");
	start(&other, "tiny_pong");
	(void)spawn_rig_proc(&one, "maps", maps, sizeof(maps));
	(void)spawn_rig_proc(&other, "maps", others, sizeof(others));
	assert_null(strstr(maps, "[heap]"));
	assert_null(strstr(maps, "test_spawn"));
	/* Even a program that is never moved has its stack elsewhere. */
	assert_string_not_equal(maps, others);
	stop(&one);
	stop(&other);
}

static void
keys_of_the_daemon_are_not_found(void **state)
{
	static const char type[] = "user", name[] = "privsep-test";
	struct remote_call call = {
		.number = SYS_keyctl,
		.args = { KEYCTL_SEARCH, (uint64_t)KEY_SPEC_SESSION_KEYRING, 0,
		    16, 0 },
		.pointers = 1 << 2 | 1 << 3,
	};
	struct spawn_rig rig;

	(void)state;
	if (syscall(SYS_add_key, type, name, "secret", (size_t)6,
		KEY_SPEC_SESSION_KEYRING) < 0) {
		print_message("SKIP: no keys here: %s\n", strerror(errno));
		skip();
	}
	/* We find it. */
	assert_true(syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING,
			type, name, 0) >= 0);
	start(&rig, "tiny_remote");
	memcpy(call.bytes, type, sizeof(type));
	memcpy(call.bytes + 16, name, sizeof(name));
	assert_int_equal(send(rig.pair, &call, sizeof(call), MSG_NOSIGNAL),
	    sizeof(call));
	assert_int_equal(recv(rig.pair, &rig.result, sizeof(rig.result), 0),
	    sizeof(rig.result));
	assert_int_equal(rig.result.result, -ENOKEY);
	stop(&rig);
}

static void
daemon_is_not_dumpable_after_a_start(void **state)
{
	struct stat status;

	(void)state;
	/* Then its files in /proc belong to root, whoever it is. */
	assert_int_equal(stat("/proc/self/mem", &status), 0);
	assert_int_equal(syscall(SYS_prctl, 3 /* PR_GET_DUMPABLE */), 0);
}

static void
write_setting(FILE *setting, int value)
{
	rewind(setting);
	assert_true(fprintf(setting, "%d\n", value) > 0);
	assert_int_equal(fflush(setting), 0);
}

/* 2 is what systemd-coredump has; 1 lets whoever has the uid in. */
static void
nor_where_the_system_dumps_who_changes_its_ids(void **state)
{
	FILE *setting = fopen("/proc/sys/fs/suid_dumpable", "r+e");
	int before, after[2];

	(void)state;
	if (setting == NULL) {
		print_message("SKIP: fs.suid_dumpable cannot be set\n");
		skip();
	}
	assert_int_equal(fscanf(setting, "%d", &before), 1);
	for (int i = 0; i < 2; i++) {
		struct spawn_rig rig;

		write_setting(setting, i + 1);
		start(&rig, "tiny_pong");
		stop(&rig);
		after[i] = (int)syscall(SYS_prctl, 3 /* PR_GET_DUMPABLE */);
	}
	write_setting(setting, before);
	assert_int_equal(fclose(setting), 0);
	assert_int_equal(after[0], 0);
	assert_int_equal(after[1], 0);
}

/* The child has our memory until its exec, so its size costs nothing. */
static void
size_of_the_daemon_is_no_cost(void **state)
{
	enum { MEMORY = 256 << 20, STARTS = 50 };
	void *memory;
	long best[2] = { 0, 0 };

	(void)state;
	for (int round = 0; round < 2; round++) {
		memory = NULL;
		if (round == 1) {
			memory = malloc(MEMORY);
			assert_non_null(memory);
			memset(memory, 1, MEMORY);
		}
		for (int i = 0; i < STARTS; i++) {
			struct timespec before, after;
			struct spawn_rig rig;
			long took;

			(void)clock_gettime(CLOCK_MONOTONIC, &before);
			start(&rig, "tiny_pong");
			(void)clock_gettime(CLOCK_MONOTONIC, &after);
			stop(&rig);
			took = (after.tv_sec - before.tv_sec) * 1000000 +
			    (after.tv_nsec - before.tv_nsec) / 1000;
			if (i == 0 || took < best[round])
				best[round] = took;
		}
		free(memory);
	}
	print_message("# a start: %ld us, with 256 MiB %ld us\n", best[0],
	    best[1]);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_groups_and_capabilities_are_gone),
		cmocka_unit_test(ids_cannot_be_regained),
		cmocka_unit_test(securebits_are_locked),
		cmocka_unit_test(limits_are_set),
		cmocka_unit_test(memory_of_the_daemon_is_not_the_helpers),
		cmocka_unit_test(keys_of_the_daemon_are_not_found),
		cmocka_unit_test(daemon_is_not_dumpable_after_a_start),
		cmocka_unit_test(
		    nor_where_the_system_dumps_who_changes_its_ids),
		cmocka_unit_test(size_of_the_daemon_is_no_cost),
	};
	const int skipped = spawn_rig_prepare();

	if (skipped != 0)
		return skipped;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
