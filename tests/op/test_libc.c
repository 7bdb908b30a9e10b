/* SPDX-License-Identifier: ISC */
/*
 * With a grant for everything, a helper is answered what the C library would
 * answer, and the same is done.  Every row of the catalogue has a line here.
 */
#include "tests/op/libc_change_fixture.h"
#include "tests/op/libc_tree_fixture.h"

typedef int own_call(const char *path, char *text);
typedef int our_call(struct op_rig *rig, struct psd_str path, char *text);

/*
 * How a row is compared with the C library: by two calls for each thing of a
 * tree, or by a test of its own, or, where there is nothing to compare, not
 * at all, and why.  differs names the things that are answered otherwise:
 * -EPERM, or what stands behind their name.
 */
static const struct comparison {
	enum psd_op op;
	own_call *own;
	our_call *our;
	const char *differs;
	const char *test; /* of tests/op/test_op_ROW.c */
	const char *why_not;
} comparisons[] = {
#define TWO(op, name, differs) \
	{ \
		PSD_OP_##op, own_##name, our_##name, differs, NULL, NULL \
	}
#define TEST(op, name) \
	{ \
		PSD_OP_##op, NULL, NULL, NULL, name, NULL \
	}
#define NONE(op, why) \
	{ \
		PSD_OP_##op, NULL, NULL, NULL, NULL, why \
	}
	NONE(log, "written by the daemon, under its own rules"),
	NONE(log_fields, "written by the daemon, under its own rules"),
	TEST(accept, "a_client_that_waits_is_handed_over"),
	TEST(call, "the_provider_is_given_the_other_end_of_a_pair"),
	NONE(clone, "of conversations, which the C library does not know"),
	/* Regular files only. */
	TWO(open, read, " fifo directory:EISDIR full:EISDIR dirlink:EISDIR "),
	TWO(open, append, " "),
	TWO(open, rewrite, " fifo "),
	TWO(stat, stat, " "),
	TWO(read_directory, list, " "),
	TWO(readlink, readlink, " "),
	TWO(unlink, unlink, " "),
	TWO(mkdir, mkdir, " "),
	TWO(rmdir, rmdir, " "),
	TWO(rename, rename, " "),
	TWO(truncate, truncate, " fifo "),
	TWO(set_times, set_times, " fifo "),
	TWO(temporary_file, temporary_file, " "),
	TWO(access, access,
	    " fifo directory:EISDIR full:EISDIR dirlink:EISDIR "),
	TWO(realpath, realpath, " "),
	TEST(change_mode, "the_mode_is_one_that_the_line_lists"),
	TEST(change_owner, "the_owner_is_one_that_the_line_lists"),
	TEST(listen, "clients_of_a_granted_address_are_served"),
	TEST(connect, "a_stream_to_a_granted_address_carries_data"),
	TEST(bind, "who_sends_to_a_granted_address_is_heard"),
	TEST(list_interfaces, "what_is_told_equals_getifaddrs"),
	TEST(icmp_socket, "a_granted_address_answers"),
	TEST(packet_socket, "frames_of_the_granted_ethertype_arrive"),
	TEST(send_frame, "what_is_sent_has_the_granted_ethertype"),
	TEST(join_multicast, "what_is_sent_to_a_granted_group_is_heard"),
	TEST(connect_unix, "a_granted_server_is_connected_to"),
	TEST(listen_unix, "clients_of_a_granted_path_are_served"),
	TEST(bind_unix, "who_sends_to_a_granted_path_is_heard"),
	TEST(get_hostname, "the_names_equal_those_of_the_c_library"),
	TEST(credential, "what_is_read_equals_the_file"),
	TEST(read_sysctl, "the_value_equals_what_the_file_says"),
	TEST(write_sysctl, "a_value_is_written_in_either_spelling"),
	TEST(set_hostname, "the_host_is_called_what_was_asked"),
	TEST(adjust_clock, "the_clock_is_slewed_and_never_jumps"),
	TEST(set_clock, "the_clock_is_set_to_the_moment"),
	TEST(run, "a_program_gets_the_other_ends_of_what_is_answered"),
	NONE(resolve, "compared where a resolver is, in system/test_names.c"),
	NONE(resolve_address, "compared in system/test_names_users.c"),
	NONE(get_user, "compared in system/test_names_users.c"),
	NONE(get_group, "compared in system/test_names_users.c"),
	NONE(get_groups, "compared in system/test_names_users.c"),
	NONE(get_service, "compared in system/test_names_users.c"),
	NONE(connect_name, "what it connects to is seen in its own test"),
	NONE(get_protocol, "compared in system/test_names_users.c"),
#undef TWO
#undef TEST
#undef NONE
};

static const char *const things[] = { "file", "directory", "full", "fifo",
	"link", "dirlink", "dangling", "loop", "none", "file/none", "none/none",
	"full/entry-7", "dirlink/none", "loop/none" };

/*
 * What the daemon is to answer where the library answers own.  It cannot tell
 * links that lead in circles from ones that a grant leaves out.
 */
static int
wanted(const struct comparison *with, const char *thing, int own)
{
	char name[NAME_MAX];
	const char *at;

	if (own == -ELOOP)
		return -EPERM;
	(void)snprintf(name, sizeof(name), " %s", thing);
	at = strstr(with->differs, name);
	if (at == NULL)
		return own;
	at += strlen(name);
	if (strncmp(at, ":EISDIR ", 8) == 0)
		return -EISDIR;
	return *at == ' ' ? -EPERM : own;
}

/* Runs both, each in a tree of its own, and tells whether they agree. */
static bool
is_equal(struct op_rig *rig, const struct comparison *with, const char *thing)
{
	static char own_text[ANSWER_MAX], our_text[ANSWER_MAX];
	_cleanup_free_ char *own_tree = NULL, *our_tree = NULL;
	char own_dir[PATH_MAX], our_dir[PATH_MAX], path[2 * PATH_MAX];
	int own, our;

	(void)snprintf(own_dir, sizeof(own_dir), "%s/own@", rig->dir);
	(void)snprintf(our_dir, sizeof(our_dir), "%s/our@", rig->dir);
	make_tree(own_dir);
	make_tree(our_dir);
	own_text[0] = our_text[0] = '\0';
	(void)umask(0);
	(void)snprintf(path, sizeof(path), "%s/%s", own_dir, thing);
	own = with->own(path, own_text);
	/* As the daemon has it. */
	(void)umask(077);
	(void)snprintf(path, sizeof(path), "%s/%s", our_dir, thing);
	our = with->our(rig, psd_str_of(path), our_text);
	own_tree = tell_tree(own_dir);
	our_tree = tell_tree(our_dir);
	if (our == wanted(with, thing, own) &&
	    (our != own ||
		(strcmp(our_text, own_text) == 0 &&
		    strcmp(our_tree, own_tree) == 0)))
		return true;
	print_error("%s %s\nthe library: %d %s\n%s\nthe daemon: %d %s\n%s\n",
	    psd_op_find((uint32_t)with->op)->name, thing, own, own_text,
	    own_tree, our, our_text, our_tree);
	return false;
}

static bool
agrees(const struct comparison *with, const char *thing)
{
	struct op_rig rig;
	bool is;

	op_rig_start(&rig, NULL,
	    "AllowOpen=any %s/** follow\nAllowAccess=any %s/** follow\n"
	    "AllowStat=%s/** follow\nAllowReadDirectory=%s/** follow\n"
	    "AllowReadlink=%s/** follow\nAllowUnlink=%s/** follow\n"
	    "AllowMkdir=%s/** follow\nAllowRmdir=%s/** follow\n"
	    "AllowRename=%s/** follow\nAllowTruncate=%s/** follow\n"
	    "AllowSetTimes=%s/** follow\nAllowTemporaryFile=%s/** follow\n"
	    "AllowRealpath=%s/** follow");
	is = is_equal(&rig, with, thing);
	op_rig_stop(&rig);
	return is;
}

static void
what_is_answered_and_done_equals_the_c_library(void **state)
{
	size_t wrong = 0;

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(comparisons); i++)
		for (size_t j = 0; j < PSD_ELEMENTS(things); j++)
			if (comparisons[i].own != NULL &&
			    !agrees(&comparisons[i], things[j]))
				wrong++;
	assert_int_equal(wrong, 0);
}

/* Is there such a test in the file of the row's tests? */
static bool
is_tested(const struct psd_op_row *row, const char *test)
{
	_cleanup_free_ char *line = NULL;
	char path[PATH_MAX];
	bool is = false;
	size_t size = 0;
	FILE *file;

	(void)snprintf(path, sizeof(path), "tests/op/test_op_%s.c", row->name);
	file = fopen(path, "re");
	if (file == NULL)
		return false;
	while (!is && getline(&line, &size, file) > 0)
		is = strncmp(line, test, strlen(test)) == 0 &&
		    line[strlen(test)] == '(';
	(void)fclose(file);
	return is;
}

static void
check_row(const struct psd_op_row *row)
{
	for (size_t i = 0; i < PSD_ELEMENTS(comparisons); i++) {
		const struct comparison *with = &comparisons[i];

		if (with->op != row->op)
			continue;
		assert_true(with->own != NULL || with->test != NULL ||
		    with->why_not != NULL);
		if (with->test != NULL && !is_tested(row, with->test))
			fail_msg("%s: there is no test %s", row->name,
			    with->test);
		return;
	}
	fail_msg("%s: add a line to comparisons[], which says how its answer "
		 "is compared with the C library's",
	    row->name);
}

static void
every_operation_is_compared_or_says_why_not(void **state)
{
	(void)state;
	/* Those that are free are the protocol's own. */
	for (size_t i = 0; i < psd_op_count; i++)
		if (!psd_op_rows[i].is_free)
			check_row(&psd_op_rows[i]);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    what_is_answered_and_done_equals_the_c_library),
		cmocka_unit_test(every_operation_is_compared_or_says_why_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
