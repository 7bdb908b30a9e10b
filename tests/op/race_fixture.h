/* SPDX-License-Identifier: ISC */
#ifndef RACE_FIXTURE_H
#define RACE_FIXTURE_H

/*
 * A path one/two/three of which somebody keeps exchanging a component: now it
 * is what it was, now a link to its like in another place, now a file.  That
 * other place is marked, so that whatever a daemon tells or hands out of it is
 * known, and whatever it changes there.
 */
#include "common/fd.h"
#include "common/mem.h"
#include "tests/support/net_rig.h"
#include "tests/support/path_rig.h"
#include "tests/support/sample.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/un.h>

/* Its name, and what is known of it: a file's size, an entry, a target. */
#define ELSEWHERE "elsewhere"
#define MARK "marked"
enum { MARK_SIZE = 12246784 };

enum leaf { LEAF_FILE, LEAF_DIRECTORY, LEAF_LINK, LEAF_SOCKET, LEAF_NONE };

static const char *const components[] = { "one", "two", "three" };

struct race {
	struct path_rig *rig;
	bool is_inside; /* that place is in the granted one */
	char elsewhere[PATH_MAX];
	enum leaf leaf;
	size_t component; /* which is exchanged */
	int dir;          /* that it is in */
	int last;         /* that the leaf is in */
	int server;       /* of a leaf elsewhere that is a socket */
	int inner;        /* and of the one here */
	atomic_bool is_over;
};

static int
make_server(int dir, const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const int fd =
	    socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	(void)snprintf(address.sun_path, sizeof(address.sun_path),
	    "/proc/self/fd/%d/%s", dir, name);
	assert_true(fd >= 0);
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(fd, 16) < 0) {
		psd_fd_close(fd);
		return PSD_NO_FD;
	}
	return fd;
}

static void
make_file(int dir, const char *name, off_t size)
{
	_cleanup_fd_ int fd = openat(dir, name,
	    O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);

	/* Somebody may have put a directory or a link there just now. */
	if (fd >= 0)
		assert_int_equal(ftruncate(fd, size), 0);
}

static void
make_link(int dir, const char *name, const char *target)
{
	if (symlinkat(target, dir, name) < 0)
		assert_int_equal(errno, EEXIST);
}

static void
make_leaf(enum leaf leaf, int dir, bool is_elsewhere, int *server)
{
	switch (leaf) {
	case LEAF_FILE:
		make_file(dir, "three", is_elsewhere ? MARK_SIZE : 3);
		return;
	case LEAF_DIRECTORY:
		(void)mkdirat(dir, "three", 0755);
		if (is_elsewhere)
			make_file(dir, "three/" MARK, 0);
		return;
	case LEAF_LINK:
		make_link(dir, "three", is_elsewhere ? MARK : "file");
		return;
	case LEAF_SOCKET:
		psd_fd_cleanup(server);
		*server = make_server(dir, "three");
		return;
	case LEAF_NONE:
		return;
	}
}

static int
open_dir(const char *base, const char *name)
{
	char path[PATH_MAX * 2];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", base, name);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

static void
make_dirs(const char *base)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/two", base);
	assert_int_equal(mkdir(base, 0755), 0);
	assert_int_equal(mkdir(path, 0755), 0);
}

/* The like of a component elsewhere, as a link in its own directory says. */
static void
spell_like(const struct race *race, char *ret, size_t size)
{
	size_t len = 0;

	for (size_t i = race->is_inside; i < race->component + 1; i++)
		len += (size_t)snprintf(ret + len, size - len, "../");
	(void)snprintf(ret + len, size - len, ELSEWHERE "%s%s",
	    race->component > 0 ? "/two" : "",
	    race->component > 1 ? "/three" : "");
}

/* Names beside the component that it is exchanged with. */
static void
make_others(const struct race *race)
{
	const char *name = components[race->component];
	char like[64], link[32], file[32];

	spell_like(race, like, sizeof(like));
	(void)snprintf(link, sizeof(link), "%s.link", name);
	(void)snprintf(file, sizeof(file), "%s.file", name);
	make_link(race->dir, link, like);
	make_file(race->dir, file, 0);
}

static void
remove_name(int dir, const char *name)
{
	if (unlinkat(dir, name, 0) < 0)
		(void)unlinkat(dir, name, AT_REMOVEDIR);
}

/* As it was before a request; what it is exchanged with as well. */
static void
restore_leaf(struct race *race)
{
	static const char *const names[] = { "three", "three.link",
		"three.file", "three.new" };

	for (size_t i = 0; i < PSD_ELEMENTS(names); i++)
		remove_name(race->last, names[i]);
	make_leaf(race->leaf, race->last, false, &race->inner);
	if (race->component == 2)
		make_others(race);
}

static void
exchange(const struct race *race, const char *suffix)
{
	const char *name = components[race->component];
	char other[32];

	(void)snprintf(other, sizeof(other), "%s%s", name, suffix);
	if (renameat2(race->dir, name, race->dir, other, RENAME_EXCHANGE) < 0)
		(void)renameat2(race->dir, other, race->dir, name, 0);
	(void)sched_yield();
}

static void *
exchange_for_ever(void *argument)
{
	struct race *race = argument;

	while (!atomic_load(&race->is_over)) {
		exchange(race, ".link");
		exchange(race, ".link");
		exchange(race, ".file");
		exchange(race, ".file");
	}
	return NULL;
}

/* The other place is in the rig's directory, or beside it. */
static void
prepare_race(struct path_rig *rig, bool is_inside, enum leaf leaf,
    size_t component, struct race *ret)
{
	_cleanup_fd_ int there = PSD_NO_FD;
	char here[PATH_MAX];

	*ret = (struct race){
		.rig = rig,
		.is_inside = is_inside,
		.leaf = leaf,
		.component = component,
		.server = PSD_NO_FD,
		.inner = PSD_NO_FD,
	};
	(void)snprintf(ret->elsewhere, sizeof(ret->elsewhere), "%s/" ELSEWHERE,
	    is_inside ? rig->op.dir : rig->outer);
	(void)snprintf(here, sizeof(here), "%s/one", rig->op.dir);
	make_dirs(ret->elsewhere);
	make_dirs(here);
	there = open_dir(ret->elsewhere, "two");
	make_leaf(leaf, there, true, &ret->server);
	ret->last = open_dir(here, "two");
	ret->dir = component == 0 ? open_dir(rig->op.dir, ".")
	    : component == 1      ? open_dir(here, ".")
				  : open_dir(here, "two");
	make_others(ret);
}

static void
end_race(struct race *race)
{
	psd_fd_cleanup(&race->dir);
	psd_fd_cleanup(&race->last);
	psd_fd_cleanup(&race->server);
	psd_fd_cleanup(&race->inner);
}

static bool
is_there(const struct race *race, const char *path)
{
	return strncmp(path, race->elsewhere, strlen(race->elsewhere)) == 0;
}

/* Does a descriptor lead there?  What has no name has its directory's. */
static bool
is_of_elsewhere(const struct race *race, int fd)
{
	char link[64], place[PATH_MAX];
	ssize_t n;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, place, sizeof(place) - 1);
	assert_true(n > 0);
	place[n] = '\0';
	return is_there(race, place);
}

/* Does a field of a reply tell of that place? */
static bool
tells_of_it(const struct race *race, enum psd_kind kind,
    const unsigned char *at)
{
	struct psd_str text;
	struct psd_bytes bytes;
	uint64_t wide;
	int fd;

	switch ((unsigned)kind) {
	case PSD_KIND_fd:
		memcpy(&fd, at, sizeof(fd));
		return is_of_elsewhere(race, fd);
	case PSD_KIND_path:
		memcpy(&text, at, sizeof(text));
		return is_there(race, text.at);
	case PSD_KIND_text:
		memcpy(&text, at, sizeof(text));
		return memmem(text.at, text.len, MARK, strlen(MARK)) != NULL;
	case PSD_KIND_bytes:
		memcpy(&bytes, at, sizeof(bytes));
		return memmem(bytes.at, bytes.len, MARK, strlen(MARK)) != NULL;
	case PSD_KIND_wide:
		memcpy(&wide, at, sizeof(wide));
		return wide == MARK_SIZE;
	default:
		return false;
	}
}

/* Has anybody come to the server there? */
static bool
was_called(const struct race *race)
{
	_cleanup_fd_ int fd = PSD_NO_FD;

	if (race->server >= 0)
		fd = accept4(race->server, NULL, NULL, SOCK_CLOEXEC);
	return fd >= 0;
}

#endif
