/* SPDX-License-Identifier: ISC */
#include "policy/callgroup.h"

#include "common/mem.h"

#include <asm/ioctls.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

/* What the rows name, and one architecture's or older headers do not have. */
#ifndef PROT_BTI
#define PROT_BTI 0x10
#endif
#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif
/* The header's own needs a structure that clashes with <termios.h>. */
#undef TCGETS2
#define TCGETS2 0x802c542a

/* Of x86-64 alone, where <asm/prctl.h> has some of them. */
enum {
	ARCH_SET_FS = 0x1002,
	ARCH_CET_STATUS = 0x3001,
	ARCH_SHSTK_ENABLE = 0x5001,
	ARCH_SHSTK_DISABLE = 0x5002,
	ARCH_SHSTK_LOCK = 0x5003,
	ARCH_SHSTK_STATUS = 0x5005,
};

/* CLONE_DETACHED has meant nothing since Linux 2.6, but musl sets it. */
#define PSD_CLONE_GLIBC \
	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | \
	    CLONE_SYSVSEM | CLONE_SETTLS | CLONE_PARENT_SETTID | \
	    CLONE_CHILD_CLEARTID)
#define PSD_CLONE_MUSL (PSD_CLONE_GLIBC | CLONE_DETACHED)

/* Processes: what fork() and posix_spawn() ask for, and nothing besides. */
#define PSD_CLONE_FORK (CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD)
#define PSD_CLONE_SPAWN (CLONE_VM | CLONE_VFORK | SIGCHLD)

/* The rows become braces, which clang-format takes for blocks. */
/* clang-format off */

/* Constants of the headers are signed; registers are not. */
#define TEST(kind, index, value, text) \
	{ PSD_TEST_##kind, index, (uint64_t)(value), text }
#define INT_IS(index, name, value) \
	TEST(int_is, index, (uint32_t)(value), #name " = " #value)
#define INT_WITHIN(index, name, value) \
	TEST(int_within, index, (uint32_t)(value), #name " within " #value)
#define INT_LACKS(index, name, value) \
	TEST(int_lacks, index, (uint32_t)(value), #name " without " #value)
#define LONG_IS(index, name, value) \
	TEST(long_is, index, value, #name " = " #value)
#define LONG_WITHIN(index, name, value) \
	TEST(long_within, index, value, #name " within " #value)
#define NO_TEST TEST(end, 0, 0, NULL)

const struct psd_call_row psd_call_rows[] = {
#define CALL(group, call, reason) \
	{ PSD_CALLS_##group, #call, reason, 0, { NO_TEST } },
#define CALL_IF(group, call, reason, ...) \
	{ PSD_CALLS_##group, #call, reason, 0, { __VA_ARGS__, NO_TEST } },
#define CALL_FAILS(group, call, error, reason) \
	{ PSD_CALLS_##group, #call, reason, error, { NO_TEST } },
#define CALL_FAILS_IF(group, call, error, reason, ...) \
	{ PSD_CALLS_##group, #call, reason, error, { __VA_ARGS__, NO_TEST } },
#include "policy/callgroup_rows.h"
#include "policy/callgroup.def"
#include "policy/callgroup_clear.h"
};

static const struct group {
	const char *name;
} groups[] = {
	{ "SystemCallFilter=" }, /* named by the policy itself */
#define GROUP(id, name, text) { name },
#include "policy/callgroup_rows.h"
#include "policy/callgroup.def"
#include "policy/callgroup_clear.h"
};

static const struct danger {
	const char *call;
	const char *reason;
} dangers[] = {
#define DANGER(call, reason) { #call, reason },
#include "policy/callgroup_rows.h"
#include "policy/callgroup.def"
#include "policy/callgroup_clear.h"
};
/* clang-format on */

const size_t psd_call_row_count = PSD_ELEMENTS(psd_call_rows);

enum psd_call_group_id
psd_call_group_find(const char *name)
{
	size_t i;

	if (name[0] != '@')
		return PSD_CALLS_single;
	for (i = 0; i < PSD_ELEMENTS(groups); i++) {
		if (strcmp(groups[i].name, name) == 0)
			return (enum psd_call_group_id)i;
	}
	return PSD_CALLS_single;
}

const char *
psd_call_group_name(enum psd_call_group_id group)
{
	return groups[group].name;
}

void
psd_call_group_names(char *ret, size_t size)
{
	size_t at = 0;
	size_t i;

	ret[0] = '\0';
	for (i = 0; i < PSD_ELEMENTS(groups) && at < size; i++) {
		if (groups[i].name[0] == '@')
			at += (size_t)snprintf(&ret[at], size - at, "%s%s",
			    at > 0 ? " " : "", groups[i].name);
	}
}

const char *
psd_call_danger(const char *call)
{
	size_t i;

	for (i = 0; i < PSD_ELEMENTS(dangers); i++) {
		if (strcmp(dangers[i].call, call) == 0)
			return dangers[i].reason;
	}
	return NULL;
}

bool
psd_call_is_ruled(const char *call)
{
	size_t i;

	for (i = 0; i < psd_call_row_count; i++) {
		if (psd_call_rows[i].error == 0 &&
		    psd_call_rows[i].tests[0].kind != PSD_TEST_end &&
		    strcmp(psd_call_rows[i].call, call) == 0)
			return true;
	}
	return false;
}
