/* SPDX-License-Identifier: ISC */
/*
 * Arbitrary lines to narrow to, twice, and an arbitrary path asked of what is
 * left.  Whatever is taken, nothing may be allowed that was not before, and
 * whatever is refused changes nothing.
 *
 * The bytes up to the first NUL are the lines first narrowed to, those up to
 * the second the next ones; the rest is the path.
 */
#include "common/codec.h"
#include "common/fd.h"
#include "common/mem.h"
#include "policy/load.h"
#include "policy/request.h"
#include "policy/rights.h"

#include <assert.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { QUESTIONS_MAX = 64, WORDS_MAX = 8, PARTS = 3 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char text[] = "[Helper]\nExecStart=/bin/true\n[Policy]\n"
			   "AllowOpen=read,write /srv/** follow\n"
			   "AllowOpen=any /srv/[a-c]*/?/** owner=7\n"
			   "AllowOpen=read /a once\n"
			   "AllowStat=/srv/*/b links=1\n"
			   "AllowStat=/** once\n"
			   "AllowRename=/srv/**\n"
			   "AllowLog=info\n"
			   "AllowListen=tcp 10.0.0.0/8:1-99\n"
			   "AllowListen=tcp *:*\n"
			   "AllowReadSysctl=net.**\n"
			   "AllowSetClock=yes\n"
			   "DenyOpen=any /srv/secret/**\n";

static const struct psd_policy *
policy(void)
{
	static struct psd_policy *loaded;
	struct psd_diag diag;
	char path[64];
	int fd;

	if (loaded != NULL)
		return loaded;
	(void)snprintf(path, sizeof(path), "/tmp/fuzz-narrow-%d.policy",
	    (int)getpid());
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert(fd >= 0);
	assert(write(fd, text, sizeof(text) - 1) == (ssize_t)sizeof(text) - 1);
	psd_fd_close(fd);
	psd_diag_init(&diag);
	loaded = psd_policy_load_file(path, PSD_LOAD_TRUST, &diag);
	assert(loaded != NULL);
	psd_diag_free(&diag);
	(void)unlink(path);
	return loaded;
}

/* What is asked each time, about the path and about other things. */
struct answers {
	bool may[QUESTIONS_MAX];
	size_t n;
};

static void
ask(struct answers *answers, const struct psd_rights *rights, enum psd_op op,
    const void *req)
{
	assert(answers->n < QUESTIONS_MAX);
	answers->may[answers->n++] =
	    psd_policy_check(policy(), rights, psd_op_find((uint32_t)op), req)
		.is_allowed;
}

static void
ask_of_path(struct answers *answers, const struct psd_rights *rights,
    const struct psd_str *path)
{
	struct psd_open_req open = { .path = *path };
	struct psd_stat_req stat = { .path = *path };
	struct psd_rename_req rename = { .from = *path,
		.to = psd_str_of("/srv/a/b/c") };
	struct psd_change_mode_req mode = { .mode = 0640, .path = *path };
	struct psd_change_owner_req owner = { .owner = PSD_OWNER(7, 8),
		.path = *path };

	for (uint32_t access = 1; access <= PSD_ACCESS_ALL; access *= 2) {
		open.access = access;
		ask(answers, rights, PSD_OP_open, &open);
	}
	ask(answers, rights, PSD_OP_stat, &stat);
	ask(answers, rights, PSD_OP_rename, &rename);
	ask(answers, rights, PSD_OP_change_mode, &mode);
	ask(answers, rights, PSD_OP_change_owner, &owner);
}

/* Of every kind of field that lines speak of, some values. */
static const char *const requests[] = {
	"log emerg x",
	"log info x",
	"log debug x",
	"read_sysctl net.ipv4.a",
	"read_sysctl net.b",
	"read_sysctl kernel.c",
	"listen tcp 10.0.0.1:80",
	"listen tcp 127.0.0.1:80",
	"listen tcp 192.0.2.1:80",
	"connect udp 10.0.0.1:53",
	"connect tcp 10.0.0.1:53",
	"set_clock 0",
	"resolve a.example.org",
	"resolve example.org",
	"resolve a.b.example.org",
	"connect_name tcp a.example.org:80",
	"connect_name tcp a.example.org:81",
	"get_user alice",
	"get_user bob",
	"get_user b",
};

static void
ask_words(struct answers *answers, const struct psd_rights *rights,
    const char *request)
{
	char copy[64], wrong[256], *rest = copy;
	const char *words[WORDS_MAX];
	const struct psd_op_row *row;
	union psd_any_req req;
	size_t n = 0;
	int r;

	(void)snprintf(copy, sizeof(copy), "%s", request);
	while (n < WORDS_MAX && (words[n] = strsep(&rest, " ")) != NULL)
		n++;
	row = psd_request_find(words[0], strlen(words[0]));
	assert(row != NULL);
	r = psd_request_parse(row, words + 1, n - 1, &req, wrong,
	    sizeof(wrong));
	assert(r == 0);
	ask(answers, rights, row->op, &req);
}

static void
ask_of_the_rest(struct answers *answers, const struct psd_rights *rights)
{
	for (size_t i = 0; i < PSD_ELEMENTS(requests); i++)
		ask_words(answers, rights, requests[i]);
}

static struct answers
ask_all(const struct psd_rights *rights, const struct psd_str *path)
{
	struct answers answers = { .n = 0 };

	if (path->len <= PSD_PATH_MAX)
		ask_of_path(&answers, rights, path);
	ask_of_the_rest(&answers, rights);
	return answers;
}

static void
narrow(struct psd_rights *rights, const struct psd_str *lines,
    const struct psd_str *path)
{
	const struct answers before = ask_all(rights, path);
	struct answers after;
	struct psd_diag diag;
	int r;

	psd_diag_init(&diag);
	r = psd_rights_narrow(rights, policy(), lines, &diag);
	assert((r == 0) == (diag.errors == 0));
	psd_diag_free(&diag);
	after = ask_all(rights, path);
	assert(after.n == before.n);
	for (size_t i = 0; i < before.n; i++) {
		assert(!after.may[i] || before.may[i]);
		assert(r == 0 || after.may[i] == before.may[i]);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *copy = calloc(1, size + 1);
	struct psd_str parts[PARTS];
	struct psd_rights rights;
	size_t at = 0;

	assert(copy != NULL);
	if (size > 0)
		memcpy(copy, data, size);
	for (size_t i = 0; i < PARTS; i++) {
		parts[i] = psd_str_of(copy + (at < size ? at : size));
		at += (size_t)parts[i].len + 1;
	}
	if (parts[0].len > PSD_TEXT_MAX || parts[1].len > PSD_TEXT_MAX)
		return 0;
	assert(psd_rights_init(&rights, policy()) == 0);
	narrow(&rights, &parts[0], &parts[2]);
	narrow(&rights, &parts[1], &parts[2]);
	psd_rights_free(&rights);
	return 0;
}
