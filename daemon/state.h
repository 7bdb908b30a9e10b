/* SPDX-License-Identifier: ISC */
#ifndef PSD_STATE_H
#define PSD_STATE_H

#include "common/kind.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The state of a daemon as its successor is told of it: records of
 * daemon/state.def in a memory that is sealed.  Nothing of it is believed
 * before it was judged as a hostile helper's frame is: every byte has to be
 * used, and every descriptor to be there, and named once.
 */

/* Counted up whenever the records or what they mean change. */
enum { PSD_STATE_VERSION = 8 };

/* What a field says that stands for a descriptor which is not there. */
#define PSD_STATE_NO_FD UINT32_MAX

enum psd_record {
#define OP(name, number, text) PSD_RECORD_##name = (number),
#include "common/ops_rows.h"
#include "daemon/state.def"
#include "common/ops_clear.h"
};

/* Rows open braces that other rows close, which clang-format cannot follow. */
/* clang-format off */

/* struct psd_record_daemon and so on.  C wants a member, so each has an end. */
#define OP(name, number, text) struct psd_record_##name {
#define REQ(name, kind, field) psd_kind_##kind field;
#define END(name) \
	unsigned char end; \
	};
#include "common/ops_rows.h"
#include "daemon/state.def"
#include "common/ops_clear.h"
/* clang-format on */

/* A state being written.  The first error stays, and what follows is void. */
struct psd_state_writer;

/* NULL: out of memory. */
struct psd_state_writer *psd_state_write(void);
void psd_state_writer_free(struct psd_state_writer *writer);

/* Adds a record (its structure). */
void psd_state_put(struct psd_state_writer *writer, enum psd_record record,
    const void *fields);

/* Adds bytes as so many pieces.  The record before them tells their size. */
void psd_state_put_bytes(struct psd_state_writer *writer, const void *bytes,
    size_t size);

/*
 * Notes that fd (or PSD_NO_FD) goes along.  Returns the number that stands for
 * it in a record.
 */
uint32_t psd_state_hold(struct psd_state_writer *writer, int fd);

/* This cannot be carried: says what stands in the way. */
void psd_state_refuse(struct psd_state_writer *writer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Ends the writing.  Returns the sealed memory, which is the caller's, or
 * -errno; psd_state_why() tells more.
 */
int psd_state_seal(struct psd_state_writer *writer);
const char *psd_state_why(const struct psd_state_writer *writer);

/*
 * Makes all that goes along survive an exec, or no longer.  0, or -errno and
 * nothing survives.
 */
int psd_state_let_go(const struct psd_state_writer *writer);
void psd_state_keep_back(const struct psd_state_writer *writer);

/* A state being read.  The first error stays, and what follows is void. */
struct psd_state_reader;

/*
 * Looks at what fd is, which stays the caller's.  NULL with errno, EBADMSG:
 * it is no state of this version.
 */
struct psd_state_reader *psd_state_read(int fd);

/* What was not taken stays open. */
void psd_state_reader_free(struct psd_state_reader *reader);

/* Is the next record one of these? */
bool psd_state_next_is(const struct psd_state_reader *reader,
    enum psd_record record);

/*
 * Takes the next record, which has to be one of these.  False, and ret is
 * empty, when it is not.  What strings point to is valid until the next call.
 */
bool psd_state_get(struct psd_state_reader *reader, enum psd_record record,
    void *ret);

/*
 * Takes pieces of so many bytes, with a NUL behind them.  NULL when that is
 * not what comes, or memory is short; else the caller's.
 */
unsigned char *psd_state_get_bytes(struct psd_state_reader *reader,
    size_t size);

/*
 * The descriptor of that number, close-on-exec from now on, and the caller's;
 * PSD_NO_FD for none, and for one that is not open or was taken before, which
 * is an error.  psd_state_take_fd() has none for an error, too.
 */
int psd_state_take(struct psd_state_reader *reader, uint32_t number);
int psd_state_take_fd(struct psd_state_reader *reader, uint32_t number);

/* What was read means nothing.  False, for returning. */
bool psd_state_bad(struct psd_state_reader *reader, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Memory is short.  False, likewise. */
bool psd_state_no_memory(struct psd_state_reader *reader);

/* Closes what is open from first on and is not in the state. */
void psd_state_close_others(const struct psd_state_reader *reader,
    unsigned first);

/* Was all read, and every descriptor taken?  Else that is an error. */
bool psd_state_is_used_up(struct psd_state_reader *reader);

/* 0, or the first error, of which psd_state_wrong() tells more. */
int psd_state_error(const struct psd_state_reader *reader);
const char *psd_state_wrong(const struct psd_state_reader *reader);

#endif
