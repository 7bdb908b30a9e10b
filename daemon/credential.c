/* SPDX-License-Identifier: ISC */
#include "daemon/credential.h"

#include "common/fd.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/ops.h"
#include "common/seal.h"
#include "common/sys.h"
#include "daemon/proc_fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/stat.h>
#include <unistd.h>

/* The service manager passes no larger ones. */
enum { CREDENTIAL_MAX = 1 << 20 };

/*
 * One copy for all who ask: however often a helper does, it costs no memory of
 * ours but that of the credentials that there are.
 */
struct copy {
	TAILQ_ENTRY(copy) of_all;
	char *name;
	int fd; /* sealed */
};

static TAILQ_HEAD(, copy) copies = TAILQ_HEAD_INITIALIZER(copies);
static int directory = PSD_NO_FD;

void
psd_credential_init(const char *path)
{
	psd_credential_stop();
	if (path == NULL)
		return;
	directory = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0) {
		psd_log(LOG_WARNING, "no credentials: %s: %s", path,
		    strerror(errno));
		directory = PSD_NO_FD;
	}
}

void
psd_credential_stop(void)
{
	struct copy *copy;

	while ((copy = TAILQ_FIRST(&copies)) != NULL) {
		TAILQ_REMOVE(&copies, copy, of_all);
		psd_fd_close(copy->fd);
		free(copy->name);
		free(copy);
	}
	psd_fd_cleanup(&directory);
}

int
psd_credential_directory(void)
{
	return directory;
}

void
psd_credential_adopt(int adopted)
{
	psd_credential_stop();
	directory = adopted;
}

/*
 * Returns sealed memory with what the file has.  It lies in memory itself, so
 * that neither opening nor reading it waits for a disk.
 */
static int
read_sealed(const char *name)
{
	_cleanup_free_ unsigned char *bytes = NULL;
	_cleanup_fd_ int fd = psd_sys_openat2(directory, name,
	    O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0,
	    PSD_RESOLVE_BENEATH | PSD_RESOLVE_NO_SYMLINKS |
		PSD_RESOLVE_NO_MAGICLINKS | PSD_RESOLVE_NO_XDEV);
	struct stat status;

	if (fd < 0)
		return fd == -ELOOP || fd == -EXDEV ? -EPERM : fd;
	if (fstat(fd, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return -EPERM;
	if (status.st_size > CREDENTIAL_MAX)
		return -EFBIG;
	/* One more byte, since an empty one is one, too. */
	bytes = malloc((size_t)status.st_size + 1);
	if (bytes == NULL)
		return -ENOMEM;
	if (pread(fd, bytes, (size_t)status.st_size, 0) != status.st_size)
		return -EIO;
	return psd_seal_write("credential", bytes, (size_t)status.st_size);
}

/* NULL with errno. */
static const struct copy *
make_copy(const char *name)
{
	struct copy *copy = calloc(1, sizeof(*copy));

	if (copy == NULL)
		return NULL;
	copy->name = strdup(name);
	copy->fd = copy->name != NULL ? read_sealed(name) : -ENOMEM;
	if (copy->fd < 0) {
		errno = -copy->fd;
		free(copy->name);
		free(copy);
		return NULL;
	}
	TAILQ_INSERT_TAIL(&copies, copy, of_all);
	return copy;
}

static const struct copy *
find_copy(const char *name)
{
	const struct copy *copy;

	TAILQ_FOREACH(copy, &copies, of_all)
		if (strcmp(copy->name, name) == 0)
			return copy;
	return make_copy(name);
}

int
psd_credential_open(const struct psd_str *label)
{
	char name[PSD_LABEL_MAX + 1];
	const struct copy *copy;

	/* The policy compared a label, which has no slash. */
	if (label->len > PSD_LABEL_MAX ||
	    memchr(label->at, '/', label->len) != NULL)
		return -EPERM;
	memcpy(name, label->at, label->len);
	name[label->len] = '\0';
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return -EPERM;
	if (directory < 0)
		return -ENOENT;
	copy = find_copy(name);
	/* Opened anew, since what is shared otherwise is where one reads. */
	return copy != NULL ? psd_proc_fd_reopen(copy->fd, O_RDONLY) : -errno;
}

void
psd_credential_check(const struct psd_policy *const *policies,
    size_t n_policies, struct psd_diag *diag)
{
	const ptrdiff_t row = psd_op_find(PSD_OP_credential) - psd_op_rows;

	for (size_t i = 0; directory < 0 && i < n_policies; i++) {
		const struct psd_grants *grants = &policies[i]->grants[row];

		for (size_t k = 0; k < grants->n; k++)
			if (!grants->at[k].is_deny)
				psd_diag_warning(diag, &grants->at[k].where,
				    "there are no credentials: "
				    "CREDENTIALS_DIRECTORY is not set, see "
				    "LoadCredential= of systemd.exec(5)");
	}
}
