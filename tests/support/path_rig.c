/* SPDX-License-Identifier: ISC */
#include "tests/support/path_rig.h"

#include "common/fd.h"
#include "common/mem.h"
#include "tests/support/dir.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { RACES = 20000, WALK_FDS = 16 };

static void
make_tree(const struct path_rig *rig)
{
	static const struct {
		const char *name, *target;
	} links[] = { { "link", "../out" }, { "sub/link", "../../out" },
		{ "name", "../sentinel" }, { "dangling", "none" },
		{ "magic", "/proc/self/fd" } };
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/out", rig->outer);
	assert_int_equal(mkdir(path, 0755), 0);
	assert_int_equal(test_dir_write(path, "sentinel", "out"), 0);
	assert_int_equal(test_dir_write(path, "victim", "out"), 0);
	(void)snprintf(path, sizeof(path), "%s/empty", rig->outer);
	assert_int_equal(mkdir(path, 0755), 0);
	assert_int_equal(test_dir_write(rig->outer, "sentinel", "outer"), 0);
	(void)snprintf(path, sizeof(path), "%sX", rig->op.dir);
	assert_int_equal(mkdir(path, 0755), 0);
	assert_int_equal(test_dir_write(path, "sentinel", "beside"), 0);
	assert_int_equal(mkdir(op_rig_path(&rig->op, "sub").at, 0755), 0);
	assert_int_equal(mkdir(op_rig_path(&rig->op, "sub/empty").at, 0755), 0);
	assert_int_equal(test_dir_write(rig->op.dir, "file", "in"), 0);
	assert_int_equal(test_dir_write(rig->op.dir, "sub/file", "in"), 0);
	for (size_t i = 0; i < PSD_ELEMENTS(links); i++)
		assert_int_equal(symlink(links[i].target,
				     op_rig_path(&rig->op, links[i].name).at),
		    0);
}

void
path_rig_start(struct path_rig *rig, const char *policy_lines)
{
	_cleanup_free_ char *before = NULL;
	const char *base = getenv("TMPDIR");

	if (base != NULL)
		before = strdup(base);
	rig->outer = test_dir_make();
	assert_non_null(rig->outer);
	assert_int_equal(setenv("TMPDIR", rig->outer, 1), 0);
	op_rig_start(&rig->op, NULL, policy_lines);
	if (before != NULL)
		assert_int_equal(setenv("TMPDIR", before, 1), 0);
	else
		assert_int_equal(unsetenv("TMPDIR"), 0);
	make_tree(rig);
}

void
path_rig_stop(struct path_rig *rig)
{
	/* Mostly nothing is mounted there. */
	(void)umount2(op_rig_path(&rig->op, "mount").at, MNT_DETACH);
	op_rig_stop(&rig->op);
	test_dir_remove(rig->outer);
}

static FILE *snapshot;

static int
tell_one(const char *path, const struct stat *status, int type,
    struct FTW *where)
{
	(void)type;
	(void)where;
	(void)fprintf(snapshot, "%s %o %u %u %lu %ld", path,
	    (unsigned)status->st_mode, status->st_uid, status->st_gid,
	    (unsigned long)status->st_nlink, (long)status->st_size);
	/* Looking into a directory is an access. */
	if (S_ISREG(status->st_mode))
		(void)fprintf(snapshot, " %ld.%ld",
		    (long)status->st_atim.tv_sec,
		    (long)status->st_atim.tv_nsec);
	(void)fprintf(snapshot, " %ld.%ld\n", (long)status->st_mtim.tv_sec,
	    (long)status->st_mtim.tv_nsec);
	return 0;
}

char *
path_rig_snapshot(const char *directory)
{
	char *text = NULL;
	size_t size;

	snapshot = open_memstream(&text, &size);
	assert_non_null(snapshot);
	assert_int_equal(nftw(directory, tell_one, WALK_FDS, FTW_PHYS), 0);
	assert_int_equal(fclose(snapshot), 0);
	return text;
}

/* D is the grant's directory, O the one that it lies in. */
static const char *const spellings[] = { "D/../sentinel", "D/../out/sentinel",
	"D/sub/../../sentinel", "D/sub/../file", "D//file", "D/sub//file",
	"D/./file", "D/file/", "D/file/.", "D/sub/empty/", "D/sub/empty/.",
	"D/sub/empty/..", "D/sub/..", "D/..", "D/.", "D/", "DX/sentinel", "DX",
	"D/link/sentinel", "D/link/../sentinel", "D/sub/link/sentinel",
	"D/link/victim", "D/magic/0", "O/sentinel", "O/out/sentinel", "O/empty",
	"O/none", "O", "/", "", ".", "..", "file", "sentinel", "../sentinel",
	"/etc/passwd", "/etc/none", "/dev/null", "/proc/self/exe",
	"/proc/self/root/etc/passwd", "/proc/self/cwd", "//etc/passwd" };

static void
spell(const struct path_rig *rig, const char *from, char *ret, size_t size)
{
	const char *base = *from == 'D' ? rig->op.dir
	    : *from == 'O'              ? rig->outer
					: "";

	(void)snprintf(ret, size, "%s%s", base, from + (*base != '\0'));
}

void
path_rig_check_refused(struct path_rig *rig, path_ask *ask)
{
	_cleanup_free_ char *before = path_rig_snapshot(rig->outer);
	_cleanup_free_ char *after = NULL;
	char path[PATH_MAX];

	for (size_t i = 0; i < PSD_ELEMENTS(spellings); i++) {
		int r;

		spell(rig, spellings[i], path, sizeof(path));
		r = ask(&rig->op, psd_str_of(path));
		if (r != -EPERM)
			fail_msg("%s: %d", spellings[i], r);
	}
	after = path_rig_snapshot(rig->outer);
	assert_string_equal(before, after);
}

void
path_rig_check_lengths(struct path_rig *rig, path_ask *ask)
{
	char name[NAME_MAX + 2], path[PSD_PATH_MAX + 1];
	size_t len = strlen(rig->op.dir);

	memset(name, 'n', sizeof(name) - 1);
	name[NAME_MAX + 1] = '\0';
	assert_int_equal(ask(&rig->op, op_rig_path(&rig->op, name)),
	    -ENAMETOOLONG);
	name[NAME_MAX] = '\0';
	assert_int_equal(ask(&rig->op, op_rig_path(&rig->op, name)), -ENOENT);
	memcpy(path, rig->op.dir, len);
	while (len < PSD_PATH_MAX) {
		const size_t left = PSD_PATH_MAX - len;
		const size_t n = left <= NAME_MAX + 1 ? left : 100;

		memset(path + len, 'p', n);
		path[len] = '/';
		len += n;
	}
	path[len] = '\0';
	assert_int_equal(len, PSD_PATH_MAX);
	assert_int_equal(ask(&rig->op, psd_str_of(path)), -ENOENT);
}

struct swapping {
	int dir;
	atomic_bool is_over;
};

static void *
swap(void *argument)
{
	struct swapping *swapping = argument;

	while (!atomic_load(&swapping->is_over)) {
		(void)renameat2(swapping->dir, "swap", swapping->dir,
		    "swap-link", RENAME_EXCHANGE);
		(void)sched_yield();
	}
	return NULL;
}

void
path_rig_race(struct path_rig *rig, path_ask *ask,
    void (*prepare)(int directory))
{
	struct swapping swapping = { .is_over = false };
	_cleanup_fd_ int real = PSD_NO_FD;
	_cleanup_free_ char *before = NULL, *after = NULL;
	size_t done = 0, refused = 0;
	char out[PATH_MAX];
	pthread_t thread;

	(void)snprintf(out, sizeof(out), "%s/out", rig->outer);
	before = path_rig_snapshot(out);
	assert_int_equal(mkdir(op_rig_path(&rig->op, "swap").at, 0755), 0);
	assert_int_equal(symlink("../out",
			     op_rig_path(&rig->op, "swap-link").at),
	    0);
	real = open(op_rig_path(&rig->op, "swap").at, O_DIRECTORY | O_CLOEXEC);
	swapping.dir = open(rig->op.dir, O_DIRECTORY | O_CLOEXEC);
	assert_true(real >= 0 && swapping.dir >= 0);
	assert_int_equal(pthread_create(&thread, NULL, swap, &swapping), 0);
	for (size_t i = 0; i < RACES; i++) {
		int r;

		prepare(real);
		r = ask(&rig->op, op_rig_path(&rig->op, "swap/victim"));
		done += r == 0;
		refused += r == -EPERM;
		if (r != 0 && r != -EPERM)
			fail_msg("status %d", r);
	}
	atomic_store(&swapping.is_over, true);
	assert_int_equal(pthread_join(thread, NULL), 0);
	psd_fd_close(swapping.dir);
	after = path_rig_snapshot(out);
	assert_string_equal(before, after);
	assert_true(done > 0 && refused > 0);
}

bool
path_rig_may_mount(void)
{
	if (unshare(CLONE_NEWNS) == 0 &&
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0)
		return true;
	print_message("SKIP: no mounts of our own: %s\n", strerror(errno));
	return false;
}

void
path_rig_mount(struct path_rig *rig)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/mount", rig->op.dir);
	assert_int_equal(mkdir(path, 0755), 0);
	assert_int_equal(mount("tmpfs", path, "tmpfs", 0, NULL), 0);
	assert_int_equal(test_dir_write(path, "file", "mounted"), 0);
}
