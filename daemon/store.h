/* SPDX-License-Identifier: ISC */
#ifndef PSD_STORE_H
#define PSD_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

/*
 * Listening sockets that outlive the daemon, since the service manager has
 * them, too.  It hands over two kinds at the start: those of socket units, each
 * named after the service it is for (FileDescriptorName=), and those that an
 * earlier daemon put into the manager's descriptor store.  What is taken is
 * looked up by name and believed only after the socket itself was asked.
 */
enum psd_holder {
	PSD_HELD_BY_US, /* by nobody else */
	PSD_HELD_IN_STORE,
	PSD_HELD_BY_UNIT,
};

/* A descriptor that was passed to us. */
struct psd_passed {
	char *name;
	int fd;         /* PSD_NO_FD: it is somebody else's by now */
	bool is_in_use; /* by whoever found it: a unit's, which stays here */
};

/* Zeroed, it is empty: nothing was passed, and there is no store. */
struct psd_store {
	struct psd_passed *at;
	size_t n;
	bool is_there;  /* a descriptor store to put sockets into */
	bool is_frozen; /* see psd_store_freeze() */
};

/* What a socket has to be, to be the one that is looked for. */
struct psd_listen_place {
	const char *kind; /* "listen", "door" or "control" */
	const char *service;
	int type;
	const struct sockaddr_storage *address;
	socklen_t len;
	bool is_dual; /* IPv4, too, where the address is of IPv6 */
};

/*
 * Takes what the service manager passes, before anything is opened and while
 * the environment is as it was.  Returns how many descriptors from 3 on are
 * taken, or -errno.
 */
int psd_store_init(struct psd_store *store);

/*
 * What was passed, as it is told to a process that goes on with it: one that is
 * in use is named by its number and belongs to whoever uses it.  The store is
 * there again from psd_store_resume() on.
 */
void psd_store_tell(const struct psd_store *store,
    void (*each)(void *cookie, const char *name, int fd, bool is_in_use),
    void *cookie);
int psd_store_adopt(struct psd_store *store, const char *name, int fd,
    bool is_in_use);
void psd_store_resume(struct psd_store *store);

/*
 * The socket for a place, or -ENOENT.  It is open until psd_store_drop(), which
 * takes the holder.
 */
int psd_store_find(struct psd_store *store,
    const struct psd_listen_place *place, enum psd_holder *ret_holder);

/* Puts a socket that is in use now into the store, if there is one. */
void psd_store_put(const struct psd_store *store, const char *kind,
    const char *service, int fd, enum psd_holder *holder);

/* It is in the store under this name no longer; it stays open. */
void psd_store_forget(const char *kind, const char *service, int fd,
    enum psd_holder *holder);

/*
 * Nobody needs it any more: closes it, or gives it back for a later reload to
 * take, if it is a unit's.  PSD_NO_FD is fine.
 */
void psd_store_drop(struct psd_store *store, const char *kind,
    const char *service, int fd, enum psd_holder holder);

/* All policies have found theirs: what is left over is refused. */
void psd_store_refuse_rest(struct psd_store *store);

/* Closes what nobody uses and forgets the rest. */
void psd_store_free(struct psd_store *store);

/* The daemon ends: whatever is dropped from now on stays for the next one. */
void psd_store_freeze(struct psd_store *store);

/* Will the next daemon find it, so that its name in the files has to stay? */
bool psd_store_keeps(const struct psd_store *store, enum psd_holder holder);

#endif
