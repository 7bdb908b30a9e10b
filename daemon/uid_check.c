/* SPDX-License-Identifier: ISC */
#include "daemon/uid_check.h"

#include "common/mem.h"
#include "common/stream.h"

#include <errno.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Kept by everyone for nobody and for "no such id". */
enum { OVERFLOW_ID = 65534, OVERFLOW_ID_16 = 65535 };

enum { LINE_SIZE = 512 };

/* The ids from first up to and with last. */
struct span {
	uint64_t first, last;
};

static bool
overlaps(const struct span *a, const struct span *b)
{
	return a->first <= b->last && b->first <= a->last;
}

/* Reads digits and moves *at behind them.  0 or -EINVAL. */
static int
parse_number(const char **at, uint64_t *ret)
{
	char *end;

	if (**at < '0' || **at > '9')
		return -EINVAL;
	errno = 0;
	*ret = strtoull(*at, &end, 10);
	*at = end;
	return errno == 0 ? 0 : -EINVAL;
}

int
psd_uid_map_parse(const char *line, struct psd_uid_map *ret)
{
	uint64_t *const fields[] = { &ret->inside, &ret->outside, &ret->count };

	for (size_t i = 0; i < PSD_ELEMENTS(fields); i++) {
		line += strspn(line, " ");
		if (parse_number(&line, fields[i]) < 0)
			return -EINVAL;
	}
	return *line == '\n' || *line == '\0' ? 0 : -EINVAL;
}

static int
check_map(const char *path, const struct span *range, struct psd_diag *diag)
{
	_cleanup_file_ FILE *file = fopen(path, "re");
	const struct psd_where where = { .file = path };
	uint64_t reached = range->first;
	char line[LINE_SIZE];

	if (file == NULL) {
		psd_diag_error(diag, &where,
		    "cannot be read (errno %d), so UidRange= cannot be checked",
		    errno);
		return -EINVAL;
	}
	/* The kernel sorts nothing, but more than one line is rare. */
	while (fgets(line, sizeof(line), file) != NULL) {
		struct psd_uid_map map;

		if (psd_uid_map_parse(line, &map) == 0 &&
		    map.inside <= reached && reached - map.inside < map.count)
			reached = map.inside + map.count;
	}
	if (reached > range->last)
		return 0;
	psd_diag_error(diag, &where,
	    "UidRange= needs id %" PRIu64
	    ", which this user namespace does not have; choose a range that "
	    "lies in the map",
	    reached);
	return -EINVAL;
}

/* "name:first:count", as in /etc/subuid.  0 or -EINVAL. */
static int
parse_subordinates(const char *line, struct span *ret)
{
	const char *at = strchr(line, ':');
	uint64_t first, count;

	if (at == NULL)
		return -EINVAL;
	at++;
	if (parse_number(&at, &first) < 0 || *at++ != ':' ||
	    parse_number(&at, &count) < 0 || count == 0)
		return -EINVAL;
	*ret = (struct span){ first, first + count - 1 };
	return 0;
}

static int
check_subordinates(const char *path, const struct span *range,
    struct psd_diag *diag)
{
	_cleanup_file_ FILE *file = fopen(path, "re");
	struct psd_where where = { .file = path };
	char line[LINE_SIZE];

	if (file == NULL)
		return 0;
	while (fgets(line, sizeof(line), file) != NULL) {
		struct span theirs;

		where.line++;
		if (parse_subordinates(line, &theirs) < 0 ||
		    !overlaps(&theirs, range))
			continue;
		psd_diag_error(diag, &where,
		    "UidRange=%" PRIu64 "-%" PRIu64
		    " overlaps ids that this line gives to a user; choose "
		    "another range",
		    range->first, range->last);
		return -EINVAL;
	}
	return 0;
}

/* The file itself: name services are none of ours. */
static int
check_users(const char *path, const struct span *range, struct psd_diag *diag)
{
	_cleanup_file_ FILE *file = fopen(path, "re");
	const struct psd_where where = { .file = path };
	const struct passwd *user;

	if (file == NULL)
		return 0;
	for (;;) {
		user = fgetpwent(file);
		if (user == NULL)
			return 0;
		if ((user->pw_uid >= range->first &&
			user->pw_uid <= range->last) ||
		    (user->pw_gid >= range->first &&
			user->pw_gid <= range->last))
			break;
	}
	psd_diag_error(diag, &where,
	    "the user %s has an id within UidRange=%" PRIu64 "-%" PRIu64
	    "; choose another range",
	    user->pw_name, range->first, range->last);
	return -EINVAL;
}

int
psd_uid_check_files(const struct psd_uid_files *files, uid_t first, uint32_t n,
    struct psd_diag *diag)
{
	const struct span range = { first, (uint64_t)first + n - 1 };
	const struct span reserved = { OVERFLOW_ID, OVERFLOW_ID_16 };
	int r;

	if (n == 0 || first == 0 || range.last >= UINT32_MAX ||
	    overlaps(&range, &reserved)) {
		psd_diag_error(diag, NULL,
		    "UidRange= must not be empty, nor hold 0, 65534, 65535 or "
		    "4294967295");
		return -EINVAL;
	}
	r = check_map(files->uid_map, &range, diag);
	if (r == 0)
		r = check_map(files->gid_map, &range, diag);
	if (r == 0)
		r = check_users(files->passwd, &range, diag);
	if (r == 0)
		r = check_subordinates(files->subuid, &range, diag);
	if (r == 0)
		r = check_subordinates(files->subgid, &range, diag);
	return r;
}

int
psd_uid_check(uid_t first, uint32_t n, struct psd_diag *diag)
{
	static const struct psd_uid_files files = {
		.uid_map = "/proc/self/uid_map",
		.gid_map = "/proc/self/gid_map",
		.passwd = "/etc/passwd",
		.subuid = "/etc/subuid",
		.subgid = "/etc/subgid",
	};

	return psd_uid_check_files(&files, first, n, diag);
}
