/* SPDX-License-Identifier: ISC */
/*
 * An arbitrary policy file, and an arbitrary path asked of it.  Whatever
 * loads must judge the same with and without its index, and the line that is
 * suggested for a request must load and allow it.
 *
 * The bytes up to the first NUL are the file; the rest is the path.
 */
#include "common/fd.h"
#include "common/mem.h"
#include "policy/glob.h"
#include "policy/load.h"

#include <assert.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 65536 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char head[] = "[Helper]\nExecStart=/bin/true\n[Policy]\n";

/* A file of our own, written anew for each policy. */
static const char *
file_path(void)
{
	static char path[64];

	if (path[0] == '\0')
		(void)snprintf(path, sizeof(path), "/tmp/fuzz-%d.policy",
		    (int)getpid());
	return path;
}

static void
write_file(const void *bytes, size_t len, const char *more)
{
	_cleanup_fd_ int fd =
	    open(file_path(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert(fd >= 0);
	assert(write(fd, bytes, len) == (ssize_t)len);
	assert(write(fd, more, strlen(more)) == (ssize_t)strlen(more));
}

/* Loads the file; what is refused must have a reason. */
static struct psd_policy *
load(void)
{
	struct psd_policy *policy;
	struct psd_diag diag;

	psd_diag_init(&diag);
	policy = psd_policy_load_file(file_path(), PSD_LOAD_TRUST, &diag);
	assert((policy == NULL) == (diag.errors > 0));
	if (policy == NULL)
		assert(diag.len > 0 && strlen(diag.text) == diag.len);
	psd_diag_free(&diag);
	(void)unlink(file_path());
	return policy;
}

/* Tries each line of the row instead of those that the index finds. */
static void
check_index(const struct psd_policy *policy, const struct psd_op_row *row,
    const void *req)
{
	const struct psd_verdict found =
	    psd_policy_check(policy, NULL, row, req);
	struct psd_grants *grants = &policy->grants[row - psd_op_rows];
	struct psd_index *index = grants->index;
	struct psd_verdict tried;

	grants->index = NULL;
	tried = psd_policy_check(policy, NULL, row, req);
	grants->index = index;
	assert(found.is_allowed == tried.is_allowed);
	assert(found.grant == tried.grant);
}

static void
check_suggestion(const struct psd_op_row *row, const void *req)
{
	static char line[LINE_MAX_BYTES];
	struct psd_policy *policy;

	psd_policy_suggest(line, sizeof(line), row, req);
	write_file(head, sizeof(head) - 1, line);
	policy = load();
	assert(policy != NULL);
	assert(psd_policy_check(policy, NULL, row, req).is_allowed);
	psd_policy_free(policy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nul = size == 0 ? NULL : memchr(data, 0, size);
	const size_t len = nul == NULL ? size : (size_t)(nul - data);
	const size_t path_len = nul == NULL ? 0 : size - len - 1;
	const struct psd_op_row *open = psd_op_find(PSD_OP_open);
	_cleanup_free_ char *path = calloc(1, path_len + 1);
	struct psd_open_req req = { .access = PSD_ACCESS_READ };
	struct psd_policy *policy;

	assert(path != NULL);
	if (path_len > 0)
		memcpy(path, nul + 1, path_len);
	req.path = (struct psd_str){ path, (uint32_t)path_len };
	write_file(data, len, "");
	policy = load();
	if (policy != NULL && path_len <= PSD_PATH_MAX)
		check_index(policy, open, &req);
	psd_policy_free(policy);
	if (path_len <= PSD_PATH_MAX && psd_glob_can_cover(path, path_len))
		check_suggestion(open, &req);
	return 0;
}
