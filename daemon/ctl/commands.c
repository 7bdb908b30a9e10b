/* SPDX-License-Identifier: ISC */
#include "daemon/ctl/ctl.h"

#include "common/mem.h"
#include "policy/near.h"

#include <string.h>

enum { ARGS_ANY = 4096 };

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
	    .arguments = "[--phase=NAME] SERVICE|FILE OPERATION ARG...",
	    .text = "tell whether a request is allowed, and by which line",
	    .help = "SERVICE asks the daemon; a FILE (with a slash, or ending "
		    "in .policy) is judged here.\nArguments are the "
		    "request's fields: open ACCESS PATH [MODE], log PRIORITY "
		    "[MESSAGE],\nstat PATH.  With --phase only lines that "
		    "count in that phase.  Exit status 0 when\nallowed, 3 "
		    "when refused.",
	    .args_min = 2,
	    .args_max = ARGS_ANY,
	    .takes = PSD_CTL_TAKES_PHASE,
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
	    .name = "diff",
	    .arguments = "[--strict] OLD NEW",
	    .text = "tell what a policy widens and narrows compared with "
		    "another",
	    .help = "OLD and NEW are policy files (with a slash, or ending "
		    "in .policy), read with their\ndrop-ins, or names of "
		    "services.  Lines begin with + for what widens a "
		    "helper's reach,\n- for what narrows it, ~ for what "
		    "does neither.  With --strict the exit status is 1\n"
		    "when anything widens.",
	    .args_min = 2,
	    .args_max = 2,
	    .takes = PSD_CTL_TAKES_STRICT,
	    .run = psd_ctl_diff,
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
	    .name = "reexec",
	    .arguments = "[--dry-run]",
	    .text = "have the daemon execute its program anew, and go on",
	    .help = "For a new privsepd.  Helpers, conversations, clients and "
		    "counters stay, and so does the\nprocess.  The program "
		    "is tried beforehand; when it cannot take over, the "
		    "daemon goes\non as it is, says why, and the exit status "
		    "is 1.  With --dry-run it is only tried.",
	    .takes = PSD_CTL_TAKES_DRY_RUN,
	    .run = psd_ctl_reexec,
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
	{
	    .name = "run",
	    .arguments = "--policy=FILE|SERVICE [--progress|--trace] "
			 "[-- PROGRAM ARG...]",
	    .text = "run one program, confined, from standard input to output",
	    .help =
		"FILE (with a slash, or ending in .policy) has Type=filter; "
		"without PROGRAM its\nExecStart= is run.  No daemon is "
		"needed, and nothing is done with more privileges\nthan "
		"yours.  SERVICE has the daemon run its own program.  With "
		"--progress, a\nline on a terminal tells how far it is.\n"
		"\nA FILE of Type=native runs that helper until it ends or "
		"you interrupt it; with\n--trace each of its requests and "
		"their replies are printed, with --json as JSON,\na line "
		"each.\n"
		"\nExit status: that of the program, 128 and its number when "
		"a signal ended it,\n124 overdue, 125 failed, 126 not "
		"executable, 127 not found.",
	    .args_max = ARGS_ANY,
	    .takes = PSD_CTL_TAKES_POLICY | PSD_CTL_TAKES_PROGRESS |
		PSD_CTL_TAKES_TRACE,
	    .run = psd_ctl_run_program,
	},
	{
	    .name = "log",
	    .arguments = "[-f] [-n N] [--since=TIME] [--service=NAME] "
			 "[--instance=N] [--operation=NAME] [--verdict=WORD]",
	    .text = "print what the daemon wrote to the journal",
	    .help = "Only entries about that service, instance (N or "
		    "SERVICE/N), operation and verdict\n(allowed, refused).  "
		    "With -n the last N, with --since those from then on "
		    "(10min, or\n2026-11-26 19:00); with -f (--follow) also "
		    "those that are still to come.",
	    .takes = PSD_CTL_TAKES_FOLLOW | PSD_CTL_TAKES_COUNT |
		PSD_CTL_TAKES_SERVICE | PSD_CTL_TAKES_INSTANCE |
		PSD_CTL_TAKES_OPERATION | PSD_CTL_TAKES_VERDICT |
		PSD_CTL_TAKES_SINCE,
	    .run = psd_ctl_log,
	},
	{
	    .name = "learn",
	    .arguments = "--output=FILE [--merge=FILE] [--force] "
			 "[--type=filter|inetd] -- PROGRAM ARG...",
	    .text = "run a program unconfined, and write a policy of what it "
		    "did",
	    .help =
		"PROGRAM runs with all of your rights, from standard input to "
		"output, and each of its\ncalls is looked at.  With --merge, "
		"what was learned before is added.  FILE is replaced\nonly "
		"with --force, or when it is that of --merge.  What had better "
		"not be granted is\nwritten as a comment, and told.  Exit "
		"status as of run.",
	    .args_min = 1,
	    .args_max = ARGS_ANY,
	    .takes = PSD_CTL_TAKES_OUTPUT | PSD_CTL_TAKES_MERGE |
		PSD_CTL_TAKES_FORCE | PSD_CTL_TAKES_TYPE,
	    .run = psd_ctl_learn,
	},
	{
	    .name = "metrics",
	    .arguments = "[--output=FILE]",
	    .text = "print what is counted, as OpenMetrics text",
	    .help = "For node_exporter's collector of text files, say: with "
		    "--output the text takes the place\nof FILE at once, "
		    "never half of it.",
	    .takes = PSD_CTL_TAKES_OUTPUT,
	    .run = psd_ctl_metrics,
	},
	{
	    .name = "top",
	    .arguments = "[--batch] [-n N] [--delay=SECONDS]",
	    .text = "show what services do, again and again",
	    .help = "A table of what was done since the look before, 2 "
		    "seconds ago or --delay.  On a terminal\nq ends it and "
		    "n r f e m l sort by name, requests, refused, ends, "
		    "memory, latency; with\n--batch tables follow each "
		    "other, N of them.",
	    .takes =
		PSD_CTL_TAKES_BATCH | PSD_CTL_TAKES_COUNT | PSD_CTL_TAKES_DELAY,
	    .run = psd_ctl_top,
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

const struct psd_ctl_command *
psd_ctl_nearest_command(const char *name)
{
	struct psd_near near = psd_near_to(name);

	for (size_t i = 0; i < psd_ctl_n_commands; i++)
		psd_near_try(&near, psd_ctl_commands[i].name);
	return psd_near_best(&near) == NULL
	    ? NULL
	    : psd_ctl_find_command(psd_near_best(&near));
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
