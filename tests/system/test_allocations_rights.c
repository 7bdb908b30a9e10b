/* SPDX-License-Identifier: ISC */
/*
 * A policy with a line of every kind is read, and narrowed, while one
 * allocation fails: as without, or with an error that is told, and nothing is
 * lost.  A sample here, all of them with PSD_SOAK=1 (make soak).
 */
#include "policy/load.h"
#include "policy/narrowing.h"
#include "policy/rights_carried.h"
#include "tests/faults/exhaust.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { SAMPLE = 20 };

static struct allocations *board;

static char policy_text[] =
    "[Helper]\n"
    "Type=native\n"
    "ExecStart=/bin/true one two\n"
    "Clients=user:0 group:0\n"
    "Provides=one two\n"
    "Environment=A=1 B=2\n"
    "ListenStream=127.0.0.1:8080\n"
    "User=daemon\n"
    "[Policy]\n"
    "SystemCallFilter=@helper @loader socket\n"
    "Phases=first second third\n"
    "AllowOpen=@runtime\n"
    "AllowOpen=read,write,create /srv/** owner=root phase=first\n"
    "DenyOpen=any /srv/secret\n"
    "AllowStat=/srv/** once\n"
    "AllowConnect=tcp 10.0.0.0/8:80,443\n"
    "AllowConnectName=tcp **.example.org:443 to=10.0.0.0/8\n"
    "AllowResolve=*.example.org family=ipv4\n"
    "AllowReadSysctl=net.ipv4.*\n"
    "AllowGetUser=alice,www-*\n"
    "AllowChangeMode=0640 /srv/**\n"
    "AllowChangeOwner=1:2 /srv/**\n"
    "AllowLog=info phase=second\n"
    "AllowAccept=yes\n"
    "AllowRun=one\n"
    "AllowCall=other\n";

static void
load(struct allocations *it, void *argument, struct exhaust_outcome *ret)
{
	const char *text = argument;
	struct psd_policy *policy;
	struct psd_diag diag;

	psd_diag_init(&diag);
	policy = psd_policy_load_text("test", text, &diag);
	(void)allocations_disarm(it);
	ret->is_error =
	    policy == NULL && (diag.errors > 0 || diag.out_of_memory);
	(void)snprintf(ret->text, sizeof(ret->text), "%s",
	    policy != NULL          ? "a policy"
		: diag.text == NULL ? "none"
				    : diag.text);
	psd_policy_free(policy);
	psd_diag_free(&diag);
}

static void
policy_with_lines_of_all_kinds_is_read_or_refused(void **state)
{
	(void)state;
	exhaust(board, "load", SAMPLE, load, policy_text);
}

/* What is said of the rights that a conversation comes to have. */
static void
narrow(struct allocations *it, void *argument, struct exhaust_outcome *ret)
{
	static const char lines[] = "AllowStat=/srv/a once\n"
				    "AllowOpen=read /srv/a phase=first\n"
				    "AllowConnectName=tcp a.example.org:443 "
				    "to=10.1.0.0/16\n";
	const struct psd_policy *policy = argument;
	const struct psd_op_row *row = psd_op_find(PSD_OP_stat);
	const struct psd_narrowed line = {
		.row = row,
		.within = policy->grants[row - psd_op_rows].at[0].index,
		.text = "AllowStat=/srv/b",
	};
	const struct psd_str text = { lines, sizeof(lines) - 1 };
	struct psd_narrowing *narrowing = NULL;
	const struct psd_grant *grant = NULL;
	struct psd_rights rights, clone;
	struct psd_diag diag;
	int r, cloned = -ENOMEM;

	psd_diag_init(&diag);
	r = psd_rights_init(&rights, policy);
	if (r == 0) {
		r = psd_rights_narrow(&rights, policy, &text, &diag);
		if (r == 0)
			r = psd_rights_add_line(&rights, policy, &line);
		if (r == 0)
			r = psd_rights_make_line(&rights, policy, &line,
			    &narrowing, &grant);
		cloned = psd_rights_clone(&clone, &rights);
		if (cloned == 0)
			psd_rights_free(&clone);
		psd_narrowing_unref(narrowing);
		psd_rights_free(&rights);
	}
	(void)allocations_disarm(it);
	ret->is_error = r == -ENOMEM || cloned == -ENOMEM;
	(void)snprintf(ret->text, sizeof(ret->text), "%d %d", r, cloned);
	psd_diag_free(&diag);
}

static void
rights_are_narrowed_or_stay(void **state)
{
	struct psd_policy *policy;
	struct psd_diag diag;

	(void)state;
	psd_diag_init(&diag);
	policy = psd_policy_load_text("test", policy_text, &diag);
	if (policy == NULL)
		fail_msg("%s", diag.text);
	psd_diag_free(&diag);
	exhaust(board, "narrow", SAMPLE, narrow, policy);
	psd_policy_free(policy);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rights_are_narrowed_or_stay),
		cmocka_unit_test(
		    policy_with_lines_of_all_kinds_is_read_or_refused),
	};
	int status;

	(void)argc;
	board = exhaust_begin(argv, &status);
	if (board == NULL)
		return status;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
