/* SPDX-License-Identifier: ISC */
#include "daemon/ctl/ctl.h"
#include "daemon/ctl/learned.h"
#include "daemon/ctl/observe.h"
#include "daemon/ctl/out.h"
#include "daemon/ctl/program.h"
#include "daemon/ctl/pump.h"
#include "daemon/ctl/start.h"

#include "common/fd.h"
#include "common/mem.h"
#include "policy/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
take_type(const struct psd_ctl *ctl, enum psd_type *ret)
{
	*ret = PSD_TYPE_FILTER;
	if (ctl->type == NULL || strcmp(ctl->type, "filter") == 0)
		return true;
	*ret = PSD_TYPE_INETD;
	if (strcmp(ctl->type, "inetd") == 0)
		return true;
	psd_ctl_complain("--type takes filter or inetd, not \"%s\"", ctl->type);
	return false;
}

static bool
are_same(const char *one, const char *other)
{
	struct stat a, b;

	return stat(one, &a) == 0 && stat(other, &b) == 0 &&
	    a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* Before anything is run in vain. */
static bool
may_write(const struct psd_ctl *ctl)
{
	if ((ctl->given & PSD_CTL_TAKES_FORCE) != 0 ||
	    faccessat(AT_FDCWD, ctl->output, F_OK, AT_SYMLINK_NOFOLLOW) < 0 ||
	    (ctl->merge != NULL && are_same(ctl->merge, ctl->output)))
		return true;
	psd_ctl_complain("%s is there already: add to it with --merge=%s, or "
			 "replace it with --force",
	    ctl->output, ctl->output);
	return false;
}

static bool
read_record(struct psd_learn *learn, const char *file, const char *text)
{
	struct psd_diag diag;
	bool is_good;

	psd_diag_init(&diag);
	is_good = psd_learn_read(learn, file, text, &diag);
	if (diag.text != NULL)
		psd_ctl_put(stderr, diag.text);
	psd_diag_free(&diag);
	return is_good;
}

/* What was learned before, of the same program. */
static bool
merge(const struct psd_ctl *ctl, struct psd_learn *learn, const char *program)
{
	struct psd_file file = { .text = NULL };
	struct psd_diag diag;
	bool is_good;

	if (ctl->merge == NULL)
		return true;
	psd_diag_init(&diag);
	is_good = psd_file_read(ctl->merge, PSD_FILE_UNCHECKED, &file, &diag) ==
	    PSD_FOUND_FILE;
	if (!is_good)
		psd_ctl_complain("cannot read %s: %s", ctl->merge,
		    diag.text == NULL ? "there is no such file" : diag.text);
	psd_diag_free(&diag);
	is_good = is_good && read_record(learn, ctl->merge, file.text);
	psd_file_free(&file);
	if (!is_good || psd_learn_is_of(learn, program))
		return is_good;
	psd_ctl_complain("%s was learned of another program than %s",
	    ctl->merge, program);
	return false;
}

/* The program's status, or 125 to 127. */
static int
observe(struct psd_observe *what)
{
	struct psd_start start;
	int r = psd_start_child(&start, psd_observe_run, what);

	if (r == 0) {
		const struct psd_pump_ends ends = {
			.input = STDIN_FILENO,
			.output = STDOUT_FILENO,
			.pair = start.pair,
			.control = start.control,
		};

		r = psd_pump(&ends) < 0 ? PSD_CTL_RUN_FAILED
					: psd_start_status(&start);
	}
	psd_start_end(&start);
	return r;
}

/* All that was written; NULL, with 0 when nothing was, or with -errno. */
static char *
read_all(int fd, int *ret)
{
	FILE *stream = lseek(fd, 0, SEEK_SET) < 0 ? NULL : fdopen(fd, "r");
	char *text = NULL;
	size_t size = 0;

	*ret = 0;
	if (stream == NULL) {
		*ret = -errno;
		psd_fd_close(fd);
		return NULL;
	}
	/* There is no NUL in it. */
	if (getdelim(&text, &size, '\0', stream) < 0) {
		*ret = feof(stream) ? 0 : -errno;
		free(text);
		text = NULL;
	}
	(void)fclose(stream);
	return text;
}

/* What was learned is written whatever the program's status is. */
static int
learn(const struct psd_ctl *ctl, struct psd_learn *learn, enum psd_type type,
    char **argv)
{
	struct psd_observe what = {
		.argv = argv,
		.record = memfd_create("learned", MFD_CLOEXEC),
	};
	_cleanup_free_ char *text = NULL;
	int status, r;

	if (what.record < 0) {
		psd_ctl_complain("cannot begin: %s", strerror(errno));
		return PSD_CTL_RUN_FAILED;
	}
	status = observe(&what);
	text = read_all(what.record, &r);
	if (r < 0) {
		psd_ctl_complain("cannot read what was seen: %s", strerror(-r));
		return PSD_CTL_RUN_FAILED;
	}
	if (text == NULL)
		return status;
	if (!read_record(learn, "what was seen", text) ||
	    !psd_ctl_learned_write(learn, type, ctl->output,
		(ctl->given & PSD_CTL_TAKES_FORCE) != 0 || ctl->merge != NULL))
		return PSD_CTL_RUN_FAILED;
	return status;
}

static int
learn_program(const struct psd_ctl *ctl, enum psd_type type)
{
	struct psd_learn *learned = psd_learn_new();
	_cleanup_free_ char **argv = calloc(ctl->n_args + 2, sizeof(*argv));
	char program[PATH_MAX];
	int status = PSD_CTL_RUN_FAILED;

	if (argv == NULL || learned == NULL) {
		psd_ctl_complain("out of memory");
	} else {
		status = psd_ctl_find_program(ctl->args[0], program);
		argv[0] = program;
		memcpy(&argv[1], ctl->args, ctl->n_args * sizeof(*argv));
		if (status == 0)
			status = merge(ctl, learned, program)
			    ? learn(ctl, learned, type, argv)
			    : PSD_CTL_RUN_FAILED;
	}
	psd_learn_free(learned);
	return status;
}

enum psd_ctl_exit
psd_ctl_learn(struct psd_ctl *ctl)
{
	enum psd_type type;

	if (ctl->output == NULL) {
		psd_ctl_complain("learn needs --output=FILE");
		return PSD_CTL_USAGE;
	}
	if (!take_type(ctl, &type))
		return PSD_CTL_USAGE;
	if (!may_write(ctl))
		return PSD_CTL_RUN_FAILED;
	return (enum psd_ctl_exit)learn_program(ctl, type);
}
