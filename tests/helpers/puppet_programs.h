/* SPDX-License-Identifier: ISC */
#ifndef PUPPET_PROGRAMS_H
#define PUPPET_PROGRAMS_H

/* A puppet's programs: it keeps the ends of the one that it ran last. */

static struct privsep_program program = { 0, -1, -1, -1 };

/* "NAME": the status, and the handle. */
static void
do_run(const char *argument)
{
	struct privsep_program next = { 0, -1, -1, -1 };
	const int r = privsep_run(conversation, argument, &next);

	/* The others go on, and what they speak by is not asked for again. */
	if (r == 0)
		program = next;
	answer("%d %u", r, next.handle);
}

static void
do_input(const char *argument)
{
	answer("%zd", write(program.input, argument, strlen(argument)));
}

static void
do_close_input(const char *argument)
{
	(void)argument;
	answer("%d", close(program.input));
	program.input = -1;
}

/* What comes by a descriptor, or that nothing more comes. */
static void
answer_from(int fd)
{
	char text[256];
	ssize_t n;

	n = read(fd, text, sizeof(text) - 1);
	text[n < 0 ? 0 : n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	answer("%s", n > 0 ? text : n == 0 ? "end" : "error");
}

static void
do_output(const char *argument)
{
	(void)argument;
	answer_from(program.output);
}

static void
do_errors(const char *argument)
{
	(void)argument;
	answer_from(program.error);
}

/* "HANDLE" */
static void
do_await(const char *argument)
{
	struct privsep_program_end end;
	const int r = privsep_wait_program(conversation,
	    (uint32_t)strtoul(argument, NULL, 10), &end);

	if (r < 0)
		answer("%d", r);
	else
		answer("%u %u %d", end.ending, end.was_killed, end.status);
}

/* "SIGNAL HANDLE" */
static void
do_signal(const char *argument)
{
	char *rest;
	const long number = strtol(argument, &rest, 10);

	answer("%d",
	    privsep_kill_program(conversation,
		(uint32_t)strtoul(rest, NULL, 10), (int)number));
}

#endif
