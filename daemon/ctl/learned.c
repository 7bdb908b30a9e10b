/* SPDX-License-Identifier: ISC */
#include "daemon/ctl/learned.h"

#include "daemon/ctl/load.h"
#include "daemon/ctl/out.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whoever is told more does not read it; the policy has it all. */
enum { TOLD_MAX = 16 };

static void
tell(void *cookie, enum psd_learn_word word, const char *line,
    const char *reason)
{
	static const char *const words[] = {
		[PSD_LEARN_WITHHELD] = "not granted",
		[PSD_LEARN_WEAK] = "a weakness",
		[PSD_LEARN_HINT] = "not enough",
	};
	unsigned *told = cookie;

	if (word != PSD_LEARN_WITHHELD || (*told)++ < TOLD_MAX)
		psd_ctl_complain("%s: %s: %s", words[word], line, reason);
}

/* A name beside path that is one of a policy, too; its stream, or NULL. */
static FILE *
open_beside(const char *path, char ret[PATH_MAX])
{
	const char *slash = strrchr(path, '/');
	FILE *stream = NULL;
	int n, fd;

	n = snprintf(ret, PATH_MAX, "%.*slearned-XXXXXX",
	    slash == NULL ? 0 : (int)(slash + 1 - path), path);
	if (n < 0 || n >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	fd = mkostemp(ret, O_CLOEXEC);
	if (fd >= 0)
		stream = fdopen(fd, "w");
	if (fd >= 0 && stream == NULL) {
		(void)close(fd);
		(void)unlink(ret);
	}
	return stream;
}

static bool
write_all(const struct psd_learn *learn, enum psd_type type, FILE *stream)
{
	struct psd_learn_system system = psd_learn_real;
	unsigned told = 0;
	bool is_good;

	system.tell = tell;
	system.cookie = &told;
	is_good = psd_learn_write(learn, type, &system, stream) &&
	    fflush(stream) == 0 && ferror(stream) == 0 &&
	    /* Others may read it, and run what it says. */
	    fchmod(fileno(stream), 0644) == 0 && fsync(fileno(stream)) == 0;
	if (told > TOLD_MAX)
		psd_ctl_complain("not granted: %u other lines, which are "
				 "comments in the policy, too",
		    told - TOLD_MAX);
	return fclose(stream) == 0 && is_good;
}

/* What was learned makes a policy that can be loaded, or is of no use. */
static bool
check(const char *path)
{
	struct psd_diag diag;
	bool is_good;

	psd_diag_init(&diag);
	psd_ctl_check_file(path, &diag);
	is_good = diag.errors == 0 && !diag.out_of_memory;
	if (!is_good && diag.text != NULL)
		psd_ctl_put(stderr, diag.text);
	psd_diag_free(&diag);
	return is_good;
}

static bool
put_in_place(const char *made, const char *path, bool replaces)
{
	const int r = replaces
	    ? rename(made, path)
	    : renameat2(AT_FDCWD, made, AT_FDCWD, path, RENAME_NOREPLACE);

	if (r == 0)
		return true;
	psd_ctl_complain("cannot write %s: %s", path, strerror(errno));
	return false;
}

bool
psd_ctl_learned_write(const struct psd_learn *learn, enum psd_type type,
    const char *path, bool replaces)
{
	char made[PATH_MAX];
	FILE *stream = open_beside(path, made);
	bool is_good;

	if (stream == NULL) {
		psd_ctl_complain("cannot write %s: %s", path, strerror(errno));
		return false;
	}
	is_good = write_all(learn, type, stream);
	if (!is_good)
		psd_ctl_complain("cannot write %s: %s", made, strerror(errno));
	is_good = is_good && check(made) && put_in_place(made, path, replaces);
	if (!is_good)
		(void)unlink(made);
	return is_good;
}
