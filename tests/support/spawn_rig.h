/* SPDX-License-Identifier: ISC */
#ifndef TEST_SPAWN_RIG_H
#define TEST_SPAWN_RIG_H

#include "daemon/spawn.h"
#include "tests/helpers/remote.h"

#include <stdbool.h>
#include <stddef.h>

/* A plan for a small helper of tests/helpers/, and the helper once it runs. */
struct spawn_rig {
	struct psd_plan plan;
	struct psd_birth birth;
	struct psd_limit limits[2]; /* NOFILE and CORE */
	char program[4096];
	char *argv[3];
	int pair; /* our end, or PSD_NO_FD */
	struct psd_child child;
	struct psd_spawn_failure failure;
	struct remote_result result; /* of the last remote call */
};

enum { RIG_NOFILE = 256 };

/*
 * Uid and gid of what is started; of this test program alone, since ends of
 * conversations sweep whoever has the uid.
 */
uid_t spawn_rig_uid(void);

/*
 * Once a test program, before the first start: makes this process a daemon as
 * far as starting helpers goes.  0, or a reason to skip on standard output
 * and 77.
 */
int spawn_rig_prepare(void);

/* Path of a program of tests/helpers/. */
void spawn_rig_program(char *ret, size_t size, const char *name);

/* The simplest plan: no namespaces, no Landlock, no filter.  0 or -errno. */
int spawn_rig_init(struct spawn_rig *rig, const char *name);

/* psd_spawn() with a pair; 0, or -errno and rig->failure. */
int spawn_rig_start(struct spawn_rig *rig);

/* Ends our side, waits for the helper, which is killed after a while. */
void spawn_rig_stop(struct spawn_rig *rig);

/* Closes what init opened; after stop. */
void spawn_rig_free(struct spawn_rig *rig);

/* Reaps the child: its exit status, 128 + signal, or -1 after the deadline. */
int spawn_rig_wait(struct spawn_rig *rig);

/*
 * Has tiny_remote make a system call.  Returns what the kernel said, -errno
 * or not, or -EPIPE << 16 when the helper is gone.
 */
long spawn_rig_call(struct spawn_rig *rig, long number, const uint64_t args[6]);

/* The same with text as argument which, as a pointer. */
long spawn_rig_call_text(struct spawn_rig *rig, long number, unsigned which,
    const char *text, const uint64_t args[6]);

#define RIG_GONE (-(1L << 20))

/* A line of /proc/PID/status: "CapEff", without blanks; "" when missing. */
void spawn_rig_status(const struct spawn_rig *rig, const char *name, char *ret,
    size_t size);

/* A file of /proc/PID/, closed by NUL; its length, or -1. */
long spawn_rig_proc(const struct spawn_rig *rig, const char *name, char *ret,
    size_t size);

/* A link of /proc/PID/. */
void spawn_rig_link(const struct spawn_rig *rig, const char *name, char *ret,
    size_t size);

#endif
