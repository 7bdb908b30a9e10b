/* SPDX-License-Identifier: ISC */
#ifndef PSD_CARRY_H
#define PSD_CARRY_H

#include "daemon/client.h"
#include "daemon/daemon.h"
#include "daemon/state.h"

struct psd_conversation;
struct psd_instance;

/*
 * What a re-exec carries over, part by part: each is written by the daemon
 * that goes, and read by the one that comes, in the same order.  Reading makes
 * what was there; nothing is answered, started or ended by it, so that it can
 * be rehearsed.
 */

void psd_carry_save(struct psd_state_writer *writer,
    const struct psd_daemon *daemon);

/*
 * Makes daemon, which has its configuration and its event loop, what it was.
 * 0, or -errno of the reader, which knows more.
 */
int psd_carry_load(struct psd_state_reader *reader, struct psd_daemon *daemon);

/* Its parts. */
void psd_carry_save_host(struct psd_state_writer *writer,
    const struct psd_host *host);
bool psd_carry_load_host(struct psd_state_reader *reader,
    struct psd_daemon *daemon);

/*
 * Policies, counted from 0 as they are written; what is not found there is
 * UINT32_MAX.
 */
struct psd_carry_policies {
	struct psd_loaded **at; /* a reference each, or borrowed in saving */
	uint32_t n;
};

void psd_carry_save_policies(struct psd_state_writer *writer,
    const struct psd_daemon *daemon, struct psd_carry_policies *ret);
bool psd_carry_load_policies(struct psd_state_reader *reader,
    struct psd_daemon *daemon, struct psd_carry_policies *ret);
uint32_t psd_carry_find_policy(const struct psd_carry_policies *policies,
    const struct psd_loaded *loaded);
void psd_carry_free_policies(struct psd_carry_policies *policies);

void psd_carry_save_service(struct psd_state_writer *writer,
    const struct psd_carry_policies *policies,
    const struct psd_service *service);
bool psd_carry_load_service(struct psd_state_reader *reader,
    const struct psd_carry_policies *policies, struct psd_daemon *daemon);

void psd_carry_save_instance(struct psd_state_writer *writer,
    const struct psd_carry_policies *policies,
    const struct psd_instance *instance);
bool psd_carry_load_instance(struct psd_state_reader *reader,
    const struct psd_carry_policies *policies, struct psd_service *service);

struct psd_tally;
void psd_carry_save_tally(struct psd_state_writer *writer,
    const struct psd_tally *tally);
bool psd_carry_load_tally(struct psd_state_reader *reader,
    struct psd_tally *tally);

/* What the turns of the loop were like. */
struct psd_turns;
void psd_carry_save_turns(struct psd_state_writer *writer,
    const struct psd_turns *turns);
bool psd_carry_load_turns(struct psd_state_reader *reader,
    struct psd_turns *turns);

void psd_carry_save_clients(struct psd_state_writer *writer,
    const struct psd_client_list *clients);

/* One who waits for a helper of the service, or, with instance, is its own. */
bool psd_carry_load_client(struct psd_state_reader *reader,
    struct psd_service *service, struct psd_instance *instance);

/*
 * What an instance has to do with others: it is told by their ids, and found
 * when all are there.
 */
void psd_carry_save_links(struct psd_state_writer *writer,
    const struct psd_instance *instance);
bool psd_carry_load_links(struct psd_state_reader *reader,
    struct psd_instance *instance);
bool psd_carry_tie_links(struct psd_state_reader *reader,
    const struct psd_daemon *daemon);

void psd_carry_save_conversations(struct psd_state_writer *writer,
    const struct psd_instance *instance);
bool psd_carry_load_conversations(struct psd_state_reader *reader,
    struct psd_instance *instance);

void psd_carry_save_calls(struct psd_state_writer *writer,
    const struct psd_conversation *conversation);
bool psd_carry_load_call(struct psd_state_reader *reader,
    struct psd_conversation *conversation);

/*
 * Ends what all calls that wait have begun; nothing may be done but to carry
 * them, or to have them performed again, the oldest first: 0 or -ENOMEM.
 */
void psd_carry_suspend_calls(const struct psd_daemon *daemon);
int psd_carry_answer_calls(struct psd_daemon *daemon);

void psd_carry_save_rights(struct psd_state_writer *writer,
    const struct psd_conversation *conversation);
bool psd_carry_load_rights(struct psd_state_reader *reader,
    struct psd_conversation *conversation);

/* A line that was narrowed to stands for itself. */
struct psd_grant;
struct psd_narrowed;
struct psd_op_row;
void psd_carry_save_line(struct psd_state_writer *writer,
    const struct psd_op_row *row, const struct psd_grant *line);

/* Its text is the caller's. */
bool psd_carry_load_line(struct psd_state_reader *reader,
    struct psd_narrowed *ret, char **ret_text);

void psd_carry_save_control(struct psd_state_writer *writer,
    const struct psd_control *control);
bool psd_carry_load_control(struct psd_state_reader *reader,
    struct psd_daemon *daemon);

/* Deadlines: when source is due (NULL or off: 0), and how long from now. */
uint64_t psd_carry_due(sd_event_source *source);
uint64_t psd_carry_left(uint64_t due_usec);

#endif
