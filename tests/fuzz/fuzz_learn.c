/* SPDX-License-Identifier: ISC */
/*
 * An arbitrary record of what was learned.  Whatever is taken makes a policy
 * that loads, and whose own record makes the same policy again.
 */
#include "common/fd.h"
#include "common/mem.h"
#include "policy/learn.h"
#include "policy/load.h"

#include <assert.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char head[] = "\n[X-Learned]\n";

static enum psd_learn_there
look(void *cookie, const char *path, bool writes)
{
	(void)cookie;
	return strlen(path) % 3 == 0 ? PSD_LEARN_GONE
	    : writes                 ? PSD_LEARN_OWNERS
				     : PSD_LEARN_ANYBODYS;
}

/* Some paths are links to longer ones, so that there is an end to it. */
static bool
hop(void *cookie, const char *path, char *ret)
{
	(void)cookie;
	return strlen(path) % 5 == 0 && strlen(path) < 64 &&
	    snprintf(ret, PSD_PATH_MAX + 1, "/etc/alternatives%s", path) > 0;
}

static void
tell(void *cookie, enum psd_learn_word word, const char *line,
    const char *reason)
{
	(void)cookie;
	(void)word;
	assert(line[0] != '\0' && reason[0] != '\0');
}

/* NULL: it is refused, and there is a reason. */
static struct psd_learn *
read_record(const char *text)
{
	struct psd_learn *learn = psd_learn_new();
	struct psd_diag diag;
	bool is_good;

	assert(learn != NULL);
	psd_diag_init(&diag);
	is_good = psd_learn_read(learn, "record", text, &diag);
	assert(is_good == (diag.errors == 0));
	psd_diag_free(&diag);
	if (is_good && !psd_learn_is_short(learn))
		return learn;
	psd_learn_free(learn);
	return NULL;
}

static char *
write_policy(const struct psd_learn *learn)
{
	static const struct psd_learn_system system = {
		.look = look,
		.hop = hop,
		.tell = tell,
	};
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	assert(stream != NULL);
	assert(psd_learn_write(learn, PSD_TYPE_FILTER, &system, stream));
	assert(fclose(stream) == 0);
	return text;
}

/* A file of our own, written anew for each policy. */
static void
load(const char *text)
{
	static char path[64];
	struct psd_policy *policy;
	struct psd_diag diag;
	FILE *stream;

	(void)snprintf(path, sizeof(path), "/tmp/fuzz-learn-%d.policy",
	    (int)getpid());
	stream = fopen(path, "we");
	assert(stream != NULL && fputs(text, stream) >= 0);
	assert(fclose(stream) == 0);
	psd_diag_init(&diag);
	policy = psd_policy_load_file(path, PSD_LOAD_TRUST, &diag);
	if (policy == NULL) {
		(void)fprintf(stderr, "%s\n%s", diag.text, text);
		assert(policy != NULL);
	}
	psd_policy_free(policy);
	psd_diag_free(&diag);
	(void)unlink(path);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = malloc(sizeof(head) + size);
	_cleanup_free_ char *first = NULL, *second = NULL;
	struct psd_learn *learn;

	assert(text != NULL);
	memcpy(text, head, sizeof(head) - 1);
	memcpy(text + sizeof(head) - 1, data, size);
	text[sizeof(head) - 1 + size] = '\0';
	learn = read_record(text);
	if (learn == NULL)
		return 0;
	first = write_policy(learn);
	psd_learn_free(learn);
	load(first);
	learn = read_record(first);
	assert(learn != NULL);
	second = write_policy(learn);
	psd_learn_free(learn);
	assert(strcmp(first, second) == 0);
	return 0;
}
