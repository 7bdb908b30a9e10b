/* SPDX-License-Identifier: ISC */
/*
 * Each operation that is given a path, while somebody exchanges a component of
 * it with a link to another place, or with a file: never is anything of that
 * place told, handed out, changed or called.  The place lies outside of the
 * grant's directory, or, where links are followed, in it and is denied.
 *
 * PSD_SOAK=1 asks some five hundred times as often.
 */
#include "tests/op/race_fixture.h"

enum { ROUNDS = 24, ROUNDS_SOAK = 12000, CHILDREN_COST = 8, TRIES = 50 };

/* A row, and with which access it is asked where it has one. */
struct contest {
	enum psd_op op;
	enum leaf leaf;
	uint32_t access;
	const char *words; /* of the policy's line, before the path */
};

static const struct contest contests[] = {
	{ PSD_OP_open, LEAF_FILE, PSD_ACCESS_READ, "read" },
	{ PSD_OP_open, LEAF_FILE, PSD_ACCESS_WRITE | PSD_ACCESS_TRUNCATE,
	    "write,truncate" },
	{ PSD_OP_open, LEAF_NONE, PSD_ACCESS_WRITE | PSD_ACCESS_CREATE,
	    "write,create" },
	{ PSD_OP_open, LEAF_NONE,
	    PSD_ACCESS_WRITE | PSD_ACCESS_CREATE | PSD_ACCESS_EXCLUSIVE,
	    "write,create" },
	{ PSD_OP_open, LEAF_FILE, PSD_ACCESS_APPEND | PSD_ACCESS_CREATE,
	    "append,create" },
	{ PSD_OP_stat, LEAF_FILE, 0, "" },
	{ PSD_OP_read_directory, LEAF_DIRECTORY, 0, "" },
	{ PSD_OP_readlink, LEAF_LINK, 0, "" },
	{ PSD_OP_unlink, LEAF_FILE, 0, "" },
	{ PSD_OP_mkdir, LEAF_NONE, 0, "" },
	{ PSD_OP_rmdir, LEAF_DIRECTORY, 0, "" },
	{ PSD_OP_rename, LEAF_FILE, 0, "" },
	{ PSD_OP_truncate, LEAF_FILE, 0, "" },
	{ PSD_OP_set_times, LEAF_FILE, 0, "" },
	{ PSD_OP_temporary_file, LEAF_DIRECTORY, 0, "" },
	{ PSD_OP_access, LEAF_FILE, PSD_ACCESS_READ, "read" },
	{ PSD_OP_realpath, LEAF_FILE, 0, "" },
	{ PSD_OP_change_mode, LEAF_FILE, 0, "0640" },
	{ PSD_OP_change_owner, LEAF_FILE, 0, "1:2" },
	{ PSD_OP_connect_unix, LEAF_SOCKET, 0, "" },
	{ PSD_OP_listen_unix, LEAF_NONE, 0, "" },
	{ PSD_OP_bind_unix, LEAF_NONE, 0, "" },
};

/* Where the other place is, and what the policy says of links. */
static const struct manner {
	const char *name, *modifiers;
	bool is_inside;
} manners[] = {
	{ "outside", "", false },
	{ "outside, links followed", "follow", false },
	{ "denied, links followed", "follow", true },
};

static unsigned long n_asked, n_done;

/* Every path of the request is that which is raced for. */
static void
fill(const struct race *race, const struct contest *contest,
    union psd_any_req *ret)
{
	static char path[2][PATH_MAX];
	const struct psd_op_row *row = psd_op_find(contest->op);
	size_t n = 0;

	sample_fill(row, SAMPLE_MISSING, race->rig->op.dir, ret);
	for (const struct psd_field *f = row->req; f->kind != PSD_KIND_end;
	     f++) {
		unsigned char *at = (unsigned char *)ret + f->offset;
		struct psd_str field;

		if (f->kind == PSD_KIND_access)
			memcpy(at, &contest->access, sizeof(contest->access));
		if (f->kind != PSD_KIND_path)
			continue;
		(void)snprintf(path[n], sizeof(path[n]), "%s/one/two/three%s",
		    race->rig->op.dir, n > 0 ? ".new" : "");
		field = psd_str_of(path[n++]);
		memcpy(at, &field, sizeof(field));
	}
}

/* The file that is sent along is the one that has the name, at times. */
static void
send_leaf(const struct race *race, const struct psd_op_row *row,
    union psd_any_req *req)
{
	for (const struct psd_field *f = row->req; f->kind != PSD_KIND_end;
	     f++) {
		unsigned char *at = (unsigned char *)req + f->offset;
		int fd;

		if (f->kind != PSD_KIND_fd)
			continue;
		memcpy(&fd, at, sizeof(fd));
		psd_fd_close(fd);
		fd = openat(race->last, "three",
		    O_RDWR | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0)
			fd = openat(race->last, ".", O_RDONLY | O_CLOEXEC);
		memcpy(at, &fd, sizeof(fd));
	}
}

static void
ask_once(struct race *race, const struct contest *contest)
{
	const struct psd_op_row *row = psd_op_find(contest->op);
	union psd_any_req req;
	union psd_any_rep rep;
	uint32_t id;
	int status;

	restore_leaf(race);
	fill(race, contest, &req);
	send_leaf(race, row, &req);
	id = op_rig_send(&race->rig->op, contest->op, &req);
	net_wait(&race->rig->op);
	status = op_rig_take(&race->rig->op, contest->op, id, &rep);
	n_asked++;
	if (status != 0)
		return;
	n_done++;
	for (const struct psd_field *f = row->rep; f->kind != PSD_KIND_end; f++)
		if (tells_of_it(race, f->kind,
			(const unsigned char *)&rep + f->offset))
			fail_msg("%s tells of elsewhere: %s", row->name,
			    f->name);
	psd_fields_release(row->rep, &rep);
}

static size_t
count_rounds(const struct contest *contest)
{
	const size_t n = getenv("PSD_SOAK") != NULL ? ROUNDS_SOAK : ROUNDS;

	/* These have a child each. */
	return contest->op == PSD_OP_connect_unix ||
		contest->op == PSD_OP_listen_unix ||
		contest->op == PSD_OP_bind_unix
	    ? n / CHILDREN_COST
	    : n;
}

static void
write_lines(const struct contest *contest, const struct manner *manner,
    char *ret, size_t size)
{
	char key[PSD_NAME_MAX + 1];

	psd_op_key(psd_op_find(contest->op), key, sizeof(key));
	(void)snprintf(ret, size, "Allow%s=%s %%s/** %s\n%s%s%s", key,
	    contest->words, manner->modifiers,
	    contest->op == PSD_OP_access ? "AllowOpen=read %s/** follow\n" : "",
	    manner->is_inside ? "Deny" : "X-", key);
	(void)snprintf(ret + strlen(ret), size - strlen(ret), "=%s %%s/%s/**\n",
	    contest->words, ELSEWHERE);
}

static void
run_race(const struct contest *contest, const struct manner *manner,
    size_t component)
{
	_cleanup_free_ char *before = NULL, *after = NULL;
	char lines[SAMPLE_LINES_MAX];
	struct path_rig rig;
	struct race race;
	pthread_t thread;

	write_lines(contest, manner, lines, sizeof(lines));
	path_rig_start(&rig, lines);
	prepare_race(&rig, manner->is_inside, contest->leaf, component, &race);
	before = path_rig_snapshot(race.elsewhere);
	assert_int_equal(pthread_create(&thread, NULL, exchange_for_ever,
			     &race),
	    0);
	for (size_t i = count_rounds(contest); i > 0; i--)
		ask_once(&race, contest);
	atomic_store(&race.is_over, true);
	assert_int_equal(pthread_join(thread, NULL), 0);
	after = path_rig_snapshot(race.elsewhere);
	assert_string_equal(before, after);
	assert_false(was_called(&race));
	end_race(&race);
	path_rig_stop(&rig);
}

/* A contest in which nothing ever succeeds would say nothing. */
static void
check_contest(const struct contest *contest, const struct manner *manner)
{
	const unsigned long before = n_done;

	for (size_t i = 0; i < PSD_ELEMENTS(components); i++)
		run_race(contest, manner, i);
	/* On a busy machine all of a few rounds may find it exchanged. */
	for (size_t i = 0; n_done == before && i < TRIES; i++)
		run_race(contest, manner, i % PSD_ELEMENTS(components));
	if (n_done == before)
		fail_msg("%s, %s: never done", psd_op_find(contest->op)->name,
		    manner->name);
}

static void
check_manner(void **state)
{
	const struct manner *manner = *state;

	n_asked = 0;
	n_done = 0;
	for (size_t i = 0; i < PSD_ELEMENTS(contests); i++)
		check_contest(&contests[i], manner);
	print_message("# %s: %lu requests, %lu of them done\n", manner->name,
	    n_asked, n_done);
}

static void
every_row_with_a_path_has_a_contest(void **state)
{
	(void)state;
	for (size_t i = 0; i < psd_op_count; i++) {
		const struct psd_field *f = psd_op_rows[i].req;
		size_t k = 0;

		while (f->kind != PSD_KIND_end && f->kind != PSD_KIND_path)
			f++;
		while (k < PSD_ELEMENTS(contests) &&
		    contests[k].op != psd_op_rows[i].op)
			k++;
		if (f->kind == PSD_KIND_path && k == PSD_ELEMENTS(contests))
			fail_msg("%s has none", psd_op_rows[i].name);
	}
}

int
main(void)
{
	struct CMUnitTest tests[1 + PSD_ELEMENTS(manners)] = {
		cmocka_unit_test(every_row_with_a_path_has_a_contest),
	};

	for (size_t i = 0; i < PSD_ELEMENTS(manners); i++)
		tests[1 + i] = (struct CMUnitTest){ .name = manners[i].name,
			.test_func = check_manner,
			.initial_state = (void *)(uintptr_t)&manners[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
