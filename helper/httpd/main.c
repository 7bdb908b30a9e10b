/* SPDX-License-Identifier: ISC */
#include "helper/httpd/httpd.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Each needs two descriptors, and LimitNOFILE= is 1024 unless it is said. */
enum { CONNECTIONS_DEFAULT = 256, CONNECTIONS_MAX = 100000 };

static const char USAGE[] =
    "usage: httpd --root=DIR [--index=FILE] [--name=TEXT] [--connections=N]\n"
    "    [--log-requests]\n"
    "A web server for ExecStart= of a policy of privsepd.\n";

static void
read_root(struct httpd *httpd, char *root)
{
	size_t len = strlen(root);

	if (root[0] != '/')
		return;
	while (len > 0 && root[len - 1] == '/')
		root[--len] = '\0';
	httpd->root = root;
}

static bool
read_options(struct httpd *httpd, int argc, char **argv)
{
	static const struct option options[] = {
		{ "root", required_argument, NULL, 'r' },
		{ "index", required_argument, NULL, 'i' },
		{ "name", required_argument, NULL, 'n' },
		{ "connections", required_argument, NULL, 'c' },
		{ "log-requests", no_argument, NULL, 'l' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'r')
			read_root(httpd, optarg);
		else if (option == 'i')
			httpd->index = optarg;
		else if (option == 'n')
			httpd->name = optarg;
		else if (option == 'c')
			httpd->connections_max =
			    (unsigned int)strtoul(optarg, NULL, 10);
		else if (option == 'l')
			httpd->log_requests = true;
		else
			return false;
	}
	return optind == argc && httpd->root != NULL &&
	    strchr(httpd->index, '/') == NULL && httpd->connections_max > 0 &&
	    httpd->connections_max <= CONNECTIONS_MAX;
}

int
main(int argc, char **argv)
{
	struct httpd httpd = {
		.index = "index.html",
		.name = "privsepd",
		.connections_max = CONNECTIONS_DEFAULT,
	};
	int r;

	if (!read_options(&httpd, argc, argv)) {
		(void)fputs(USAGE, stderr);
		return 2;
	}
	/* MHD uses sendfile(2) only where that cannot raise the signal. */
	(void)signal(SIGPIPE, SIG_IGN);
	r = privsep_init(&httpd.conversation);
	if (r < 0) {
		(void)fprintf(stderr, "httpd: no privsepd to speak with: %s\n",
		    strerror(-r));
		return 1;
	}
	r = psd_httpd_serve(&httpd);
	/* Waits for the daemon's end, so that it sees an orderly one. */
	if (privsep_end(httpd.conversation) < 0)
		r = 1;
	return r;
}
