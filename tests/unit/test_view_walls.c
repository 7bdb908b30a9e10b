/* SPDX-License-Identifier: ISC */
/* A view that lets files be written: each of its two walls by itself. */
#include "common/fd.h"
#include "common/mem.h"
#include "common/sys.h"
#include "daemon/landlock.h"
#include "tests/support/dir.h"
#include "tests/support/spawn_rig.h"
#include "tests/unit/namespace_fixture.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A place with in/file, out/sub/file, one, and hidden; all may be written. */
struct place {
	char *dir;
	char in[128], out[128], sub[160], one[128];
	struct psd_word words[4];
};

enum {
	CHANGES = PSD_ACCESS_READ | PSD_ACCESS_WRITE | PSD_ACCESS_APPEND |
	    PSD_ACCESS_TRUNCATE,
};

static void
make_dir(const char *path)
{
	assert_int_equal(mkdir(path, 0777), 0);
	assert_int_equal(chmod(path, 0777), 0);
	assert_int_equal(test_dir_write(path, "file", "text"), 0);
}

static void
open_to_all(const char *dir, const char *name)
{
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_int_equal(chmod(path, 0666), 0);
}

static void
build(struct place *place)
{
	place->dir = test_dir_make();
	assert_int_equal(chmod(place->dir, 0777), 0);
	(void)snprintf(place->in, sizeof(place->in), "%s/in", place->dir);
	(void)snprintf(place->out, sizeof(place->out), "%s/out", place->dir);
	(void)snprintf(place->sub, sizeof(place->sub), "%s/sub", place->out);
	(void)snprintf(place->one, sizeof(place->one), "%s/one", place->dir);
	make_dir(place->in);
	make_dir(place->out);
	make_dir(place->sub);
	open_to_all(place->in, "file");
	open_to_all(place->out, "file");
	open_to_all(place->sub, "file");
	assert_int_equal(test_dir_write(place->dir, "one", "text"), 0);
	assert_int_equal(test_dir_write(place->dir, "hidden", "text"), 0);
	open_to_all(place->dir, "one");
	open_to_all(place->dir, "hidden");
	place->words[0] = (struct psd_word){ .text = place->in,
		.access = PSD_ACCESS_READ,
		.is_tree = true };
	place->words[1] = (struct psd_word){ .text = place->out,
		.access = PSD_ACCESS_ALL,
		.is_tree = true };
	/* Granted once more and less, which takes nothing back. */
	place->words[2] = (struct psd_word){ .text = place->sub,
		.access = PSD_ACCESS_READ,
		.is_tree = true };
	place->words[3] =
	    (struct psd_word){ .text = place->one, .access = CHANGES };
}

static long
try(struct spawn_rig *rig, const struct place *place, const char *name,
    int flags)
{
	const uint64_t args[6] = { (uint64_t)AT_FDCWD, 0, (uint64_t)flags,
		0644 };
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/%s", place->dir, name);
	return spawn_rig_call_text(rig, SYS_openat, 1, path, args);
}

/* The same of either wall, whatever the error is called. */
static void
check(struct spawn_rig *rig, const struct place *place)
{
	static const struct {
		const char *name;
		int flags;
		bool passes;
	} tries[] = {
		{ "in/file", O_RDONLY, true },
		{ "in", O_RDONLY | O_DIRECTORY, true },
		{ "in/file", O_WRONLY, false },
		{ "in/file", O_RDWR | O_TRUNC, false },
		{ "in/new", O_WRONLY | O_CREAT, false },
		{ "one", O_RDWR, true },
		{ "one", O_WRONLY | O_TRUNC, true },
		{ "one", O_WRONLY | O_APPEND, true },
		{ "out/file", O_RDWR | O_TRUNC, true },
		{ "out/new", O_WRONLY | O_CREAT | O_EXCL, true },
		{ "out/sub/file", O_RDWR, true },
		{ "out/sub/new", O_WRONLY | O_CREAT | O_EXCL, true },
		{ "hidden", O_RDONLY, false },
		{ "hidden", O_WRONLY, false },
		{ "new", O_WRONLY | O_CREAT, false },
		{ "out/../hidden", O_RDONLY, false },
	};

	for (size_t i = 0; i < PSD_ELEMENTS(tries); i++) {
		const long r = try(rig, place, tries[i].name, tries[i].flags);

		if ((r >= 0) != tries[i].passes)
			fail_msg("%s, flags %o: %ld", tries[i].name,
			    (unsigned)tries[i].flags, r);
	}
}

static void
mounts_alone_let_through_what_the_view_says(void **state)
{
	static const char *const none[] = { NULL };
	struct place place;
	struct seen seen;
	char mounts[4096], line[256], why[256];

	(void)state;
	build(&place);
	/* The fixture's words have no rights: what it made is put aside. */
	assert_int_equal(begin(&seen, none), 0);
	spawn_rig_stop(&seen.rig);
	psd_namespaces_close(seen.ns);
	seen.view = (struct psd_words){ .at = place.words, .n = 4 };
	assert_int_equal(psd_namespaces_prepare(&seen.view, false, seen.ns, why,
			     sizeof(why)),
	    0);
	assert_int_equal(spawn_rig_start(&seen.rig), 0);
	check(&seen.rig, &place);
	(void)spawn_rig_proc(&seen.rig, "mountinfo", mounts, sizeof(mounts));
	(void)snprintf(line, sizeof(line), " %s ro,nosuid,nodev,noexec",
	    place.in);
	assert_non_null(strstr(mounts, line));
	(void)snprintf(line, sizeof(line), " %s rw,nosuid,nodev,noexec",
	    place.out);
	assert_non_null(strstr(mounts, line));
	end(&seen);
	test_dir_remove(place.dir);
}

static void
landlock_alone_lets_through_what_the_view_says(void **state)
{
	struct psd_words shown;
	struct spawn_rig rig;
	struct place place;

	(void)state;
	if (psd_sys_landlock_abi() < 1)
		skip();
	build(&place);
	shown = (struct psd_words){ .at = place.words, .n = 4 };
	assert_int_equal(spawn_rig_init(&rig, "tiny_remote"), 0);
	rig.plan.landlock_fd = psd_landlock_make(psd_sys_landlock_abi(),
	    &rig.plan.exec_fd, 1, &shown, 0);
	assert_true(rig.plan.landlock_fd >= 0);
	assert_int_equal(spawn_rig_start(&rig), 0);
	check(&rig, &place);
	spawn_rig_stop(&rig);
	(void)close(rig.plan.landlock_fd);
	spawn_rig_free(&rig);
	test_dir_remove(place.dir);
}

static void
what_may_be_missing_is_left_out_by_both(void **state)
{
	struct psd_word word = { .text = "/no/such/file",
		.access = PSD_ACCESS_READ,
		.may_be_missing = true };
	const struct psd_words view = { .at = &word, .n = 1 };
	int ns[PSD_NS_COUNT];
	char why[256];
	_cleanup_fd_ int fd = PSD_NO_FD;

	(void)state;
	assert_int_equal(psd_namespaces_prepare(&view, false, ns, why,
			     sizeof(why)),
	    0);
	psd_namespaces_close(ns);
	if (psd_sys_landlock_abi() < 1)
		return;
	fd = psd_landlock_make(psd_sys_landlock_abi(), NULL, 0, &view, 0);
	assert_true(fd >= 0);
	word.may_be_missing = false;
	assert_int_equal(psd_landlock_make(psd_sys_landlock_abi(), NULL, 0,
			     &view, 0),
	    -ENOENT);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(mounts_alone_let_through_what_the_view_says),
		cmocka_unit_test(
		    landlock_alone_lets_through_what_the_view_says),
		cmocka_unit_test(what_may_be_missing_is_left_out_by_both),
	};
	const struct psd_words nothing = { .n = 0 };
	int ns[PSD_NS_COUNT];
	char why[256];
	const int skipped = spawn_rig_prepare();

	if (skipped != 0)
		return skipped;
	if (psd_namespaces_prepare(&nothing, false, ns, why, sizeof(why)) < 0) {
		printf("1..0 # SKIP no namespaces: %s\n", why);
		return 77;
	}
	psd_namespaces_close(ns);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
