/* SPDX-License-Identifier: ISC */
/*
 * The library's calls, in which each allocation fails once: each does what it
 * is there for or fails with an error that says so, loses nothing, and the
 * conversation goes on.
 */
#include "tests/unit/privsep_fixture.h"

#include "tests/faults/exhaust.h"

#include <limits.h>
#include <netdb.h>
#include <stdio.h>

enum { SAMPLE = 64 };

static struct allocations *board;

static void
tell(struct exhaust_outcome *ret, int result)
{
	ret->is_error = result == -ENOMEM || result == EAI_MEMORY;
	(void)snprintf(ret->text, sizeof(ret->text), "%d", result);
}

/* NULL has its reason in errno. */
static int
reason(const void *pointer)
{
	return pointer != NULL ? 0 : -errno;
}

static int
serve_once(void *argument)
{
	struct both *b = argument;

	psd_fd_close(b->helper_end);
	return fake_daemon_serve(&b->daemon);
}

/* With a daemon of its own. */
static void
begin_and_end(struct allocations *it, void *argument,
    struct exhaust_outcome *ret)
{
	struct privsep *conversation = NULL;
	struct both b;
	pid_t child;
	int ends[2], r;

	(void)argument;
	assert_int_equal(psd_pair(SOCK_SEQPACKET, ends), 0);
	b.daemon = (struct fake_daemon){ ends[1], PSD_NO_FD, PSD_NO_FD };
	b.helper_end = ends[0];
	child = test_child_start(serve_once, &b);
	psd_fd_close(ends[1]);
	r = privsep_from_fd(&conversation, ends[0]);
	(void)allocations_disarm(it);
	assert_true(child > 0);
	assert_int_equal(privsep_end(conversation), 0);
	test_child_kill(child);
	tell(ret, r);
}

static void
have_a_handle(struct allocations *it, void *argument,
    struct exhaust_outcome *ret)
{
	const struct talk *t = argument;
	struct privsep *handle = NULL;
	int r;

	r = privsep_handle_new(&handle, t->conversation, 0);
	if (r == 0)
		privsep_free(handle);
	(void)allocations_disarm(it);
	tell(ret, r);
}

static void
clone_it(struct allocations *it, void *argument, struct exhaust_outcome *ret)
{
	const struct talk *t = argument;
	struct privsep *clone = NULL;
	int r;

	r = privsep_clone(t->conversation, &clone);
	(void)allocations_disarm(it);
	privsep_free(clone);
	tell(ret, r);
}

static void
list_a_directory(struct allocations *it, void *argument,
    struct exhaust_outcome *ret)
{
	const struct talk *t = argument;
	struct privsep_dir *dir = privsep_opendir(t->conversation, t->dir);
	int r = reason(dir);
	size_t n = 0;

	while (dir != NULL && privsep_readdir(dir) != NULL)
		n++;
	if (dir != NULL)
		(void)privsep_closedir(dir);
	(void)allocations_disarm(it);
	tell(ret, r);
	(void)snprintf(ret->text, sizeof(ret->text), "%d, %zu entries", r, n);
}

static void
resolve_a_path(struct allocations *it, void *argument,
    struct exhaust_outcome *ret)
{
	const struct talk *t = argument;
	char *path = privsep_realpath(t->conversation, t->dir, NULL);
	const int r = reason(path);

	free(path);
	(void)allocations_disarm(it);
	tell(ret, r);
}

static void
open_a_stream(struct allocations *it, void *argument,
    struct exhaust_outcome *ret)
{
	const struct talk *t = argument;
	FILE *stream = privsep_fopen(t->conversation, "/etc/passwd", "r");
	const int r = reason(stream);

	if (stream != NULL)
		(void)fclose(stream);
	(void)allocations_disarm(it);
	tell(ret, r);
}

static void
find_addresses(struct allocations *it, void *argument,
    struct exhaust_outcome *ret)
{
	const struct talk *t = argument;
	const struct addrinfo hints = { .ai_flags = AI_CANONNAME };
	struct addrinfo *list = NULL;
	size_t n = 0;
	const int r =
	    privsep_getaddrinfo(t->conversation, "www", "https", &hints, &list);

	for (const struct addrinfo *one = list; one != NULL; one = one->ai_next)
		n++;
	privsep_freeaddrinfo(list);
	(void)allocations_disarm(it);
	tell(ret, r);
	(void)snprintf(ret->text, sizeof(ret->text), "%d, %zu addresses", r, n);
}

static void
find_numbers(struct allocations *it, void *argument,
    struct exhaust_outcome *ret)
{
	const struct talk *t = argument;
	const struct addrinfo hints = {
		.ai_flags = AI_NUMERICHOST | AI_CANONNAME,
	};
	struct addrinfo *list = NULL;
	const int r = privsep_getaddrinfo(t->conversation, "192.0.2.1", "443",
	    &hints, &list);

	privsep_freeaddrinfo(list);
	(void)allocations_disarm(it);
	tell(ret, r);
	/* Which is what glibc 2.36 says when it has no memory, too. */
	ret->is_error = ret->is_error || r == EAI_NONAME;
}

static void
a_call_is_done_or_says_that_there_is_no_memory(void **state)
{
	static const struct {
		const char *what;
		exhaust_perform *perform;
	} calls[] = {
		{ "privsep_from_fd", begin_and_end },
		{ "privsep_handle_new", have_a_handle },
		{ "privsep_clone", clone_it },
		{ "privsep_opendir", list_a_directory },
		{ "privsep_realpath", resolve_a_path },
		{ "privsep_fopen", open_a_stream },
		{ "privsep_getaddrinfo", find_addresses },
		{ "privsep_getaddrinfo of numbers", find_numbers },
	};

	for (size_t i = 0; i < PSD_ELEMENTS(calls); i++)
		exhaust(board, calls[i].what, SAMPLE, calls[i].perform, *state);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		WITH_DAEMON(a_call_is_done_or_says_that_there_is_no_memory),
	};
	int status;

	(void)argc;
	board = exhaust_begin(argv, &status);
	if (board == NULL)
		return status;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
