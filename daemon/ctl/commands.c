/* SPDX-License-Identifier: ISC */
#include "daemon/ctl/ctl.h"

#include "common/mem.h"

#include <stdint.h>
#include <string.h>

enum { ARGS_ANY = 4096, NAME_MAX_COMPARED = 32 };

const struct psd_ctl_command psd_ctl_commands[] = {
	{
	    .name = "status",
	    .arguments = "[SERVICE]",
	    .text = "what the daemon, its services and their helpers do",
	    .help = "Without SERVICE, a line for the daemon, one for the "
		    "layers of confinement it has and\nlacks, and a table of "
		    "services.  With SERVICE, the details of it and a table "
		    "of its\ninstances.",
	    .args_max = 1,
	    .run = psd_ctl_status,
	},
	{
	    .name = "check",
	    .arguments = "[--strict] FILE...",
	    .text = "judge policy files as the daemon would, without loading "
		    "them",
	    .help = "Reads each FILE with the drop-ins beside it, compiles "
		    "and proves its system call\nfilter, and prints what is "
		    "wrong.  Exit status 1 when there are errors, with "
		    "--strict\nalso when there are warnings.",
	    .args_min = 1,
	    .args_max = ARGS_ANY,
	    .takes = PSD_CTL_TAKES_STRICT,
	    .run = psd_ctl_check,
	},
	{
	    .name = "explain",
	    .arguments = "SERVICE|FILE OPERATION ARG...",
	    .text = "tell whether a request is allowed, and by which line",
	    .help = "SERVICE asks the daemon; a FILE (with a slash, or ending "
		    "in .policy) is judged here.\nArguments are the "
		    "request's fields: open ACCESS PATH [MODE], log PRIORITY "
		    "[MESSAGE],\nstat PATH.  Exit status 0 when allowed, 3 "
		    "when refused.",
	    .args_min = 2,
	    .args_max = ARGS_ANY,
	    .run = psd_ctl_explain,
	},
	{
	    .name = "syscalls",
	    .arguments = "SERVICE|FILE",
	    .text = "list the system calls that a helper may make, and why",
	    .help = "One line a call: its name, the group that brings it, and "
		    "the reason or the rule for its\narguments.",
	    .args_min = 1,
	    .args_max = 1,
	    .run = psd_ctl_syscalls,
	},
	{
	    .name = "cat",
	    .arguments = "SERVICE",
	    .text = "print the lines of a policy that count, each with its "
		    "file",
	    .help = "The policy and its drop-ins, merged, in the order in "
		    "which they count.",
	    .args_min = 1,
	    .args_max = 1,
	    .run = psd_ctl_cat,
	},
	{
	    .name = "reload",
	    .arguments = "[--dry-run]",
	    .text = "have the daemon read its policies again, all or nothing",
	    .help = "Prints what widens (+) and narrows (-) for each service, "
		    "or the errors; then nothing has\nchanged and the exit "
		    "status is 1.  With --dry-run nothing changes either way.",
	    .takes = PSD_CTL_TAKES_DRY_RUN,
	    .run = psd_ctl_reload,
	},
	{
	    .name = "stop",
	    .arguments = "SERVICE[/INSTANCE]",
	    .text = "end a service's helpers, or one of them",
	    .help = "INSTANCE is the number that status shows.  What is under "
		    "way is answered first; a helper\nthat then lingers is "
		    "killed after its policy's TimeoutStopSec=.",
	    .args_min = 1,
	    .args_max = 1,
	    .run = psd_ctl_stop,
	},
};

const size_t psd_ctl_n_commands = PSD_ELEMENTS(psd_ctl_commands);

const struct psd_ctl_command *
psd_ctl_find_command(const char *name)
{
	for (size_t i = 0; i < psd_ctl_n_commands; i++)
		if (strcmp(psd_ctl_commands[i].name, name) == 0)
			return &psd_ctl_commands[i];
	return NULL;
}

static size_t
smallest(size_t a, size_t b, size_t c)
{
	const size_t d = a < b ? a : b;

	return c < d ? c : d;
}

/* How many letters must be added, dropped or changed to make a of b. */
static size_t
distance(const char *a, const char *b)
{
	size_t costs[NAME_MAX_COMPARED + 1];
	const size_t width = strlen(b);

	if (width > NAME_MAX_COMPARED)
		return SIZE_MAX;
	for (size_t k = 0; k <= width; k++)
		costs[k] = k;
	for (size_t i = 0; a[i] != '\0'; i++) {
		size_t diagonal = costs[0]++;

		for (size_t k = 0; k < width; k++) {
			const size_t above = costs[k + 1];

			costs[k + 1] = smallest(above + 1, costs[k] + 1,
			    diagonal + (a[i] != b[k]));
			diagonal = above;
		}
	}
	return costs[width];
}

const struct psd_ctl_command *
psd_ctl_nearest_command(const char *name)
{
	const struct psd_ctl_command *nearest = NULL;
	/* Beyond a third of the letters it is another word. */
	size_t best = strlen(name) / 3 + 2;

	for (size_t i = 0; i < psd_ctl_n_commands; i++) {
		const size_t d = distance(psd_ctl_commands[i].name, name);

		if (d < best) {
			best = d;
			nearest = &psd_ctl_commands[i];
		}
	}
	return nearest;
}

void
psd_ctl_print_help(FILE *stream)
{
	fputs("Usage: privsepctl [OPTION]... COMMAND [ARGUMENT]...\n"
	      "Looks after privsepd, the daemon of privilege-separated "
	      "helpers.\n\nCommands:\n",
	    stream);
	for (size_t i = 0; i < psd_ctl_n_commands; i++)
		fprintf(stream, "  %s %s\n        %s\n",
		    psd_ctl_commands[i].name, psd_ctl_commands[i].arguments,
		    psd_ctl_commands[i].text);
	fputs("\nOptions:\n"
	      "  --runtime-dir DIR  where the daemon's control.sock is "
	      "(/run/privsepd)\n"
	      "  --policy-dir DIR   where policies are; may be repeated, the "
	      "first counts most\n"
	      "  --json             print JSON for programs\n"
	      "  --help             print this, or the help of COMMAND\n"
	      "  --version          print the version\n"
	      "\nExit status: 0 done, 1 failed, 2 usage, 3 denied by policy, "
	      "4 daemon not reachable.\n"
	      "More in privsepctl(1).\n",
	    stream);
}

void
psd_ctl_print_command_help(FILE *stream, const struct psd_ctl_command *command)
{
	fprintf(stream, "Usage: privsepctl [OPTION]... %s %s\n%c%s.\n\n%s\n",
	    command->name, command->arguments, command->text[0] - 'a' + 'A',
	    command->text + 1, command->help);
}
