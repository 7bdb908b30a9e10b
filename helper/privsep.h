/* SPDX-License-Identifier: ISC */
#ifndef PRIVSEP_H
#define PRIVSEP_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * libprivsep: what a helper asks of its privsepd, privsep(3).
 *
 * Functions return a descriptor, a count or 0, and -errno on failure: -EPERM
 * when the policy does not grant the request, -EPIPE when the conversation
 * has ended, -EPROTO when the other side broke the protocol.  Descriptors
 * returned are close-on-exec and the caller's.
 *
 * Several threads may use a conversation at a time; while one waits for a
 * connection the others are answered.  privsep_end() and privsep_free() want
 * the conversation for themselves.  In a process made by fork() everything
 * fails with -ECHILD; there privsep_free() closes the child's copy.
 */

struct privsep; /* a conversation */

#define PRIVSEP_VERSION "0.1.0"

/* "0.1.0": of the library that is linked at run time. */
const char *privsep_version(void);

/*
 * Finds the end of the pair that this process was started with (LISTEN_PID,
 * LISTEN_FDS and LISTEN_FDNAMES=privsep) and agrees on a protocol version.
 * Call it once.  On success *ret is the caller's until privsep_end() or
 * privsep_free().  -ENOENT: this process was not started by privsepd.
 * -EINVAL: the variables contradict themselves.  -EPROTONOSUPPORT: no common
 * version.
 */
int privsep_init(struct privsep **ret);

/*
 * The same over fd, which it takes over also when it fails.  -EPROTOTYPE: fd
 * is not an AF_UNIX socket of type SOCK_SEQPACKET.
 */
int privsep_from_fd(struct privsep **ret, int fd);

/*
 * For a server that was started with all privileges and has one thread: gives
 * them to a private monitor, privsepd with the policy (an absolute path) of
 * Type=monitor, and goes on as its helper, confined from now on.  -EBUSY: it
 * has several threads.  -EPERM: a descriptor is open that KeepFDs= does not
 * name.  -EINVAL: the policy is no good.  -ENOENT and others: privsepd could
 * not be executed.  The monitor's log, which is standard error, says more.
 * After these errors the process is what it was.  If a step of the confinement
 * itself fails, the process exits.  Once it is confined, what privsep_init()
 * returns may be returned.
 *
 * The monitor ends with this process, and this process is killed when its
 * monitor is gone.
 */
int privsep_start_monitor(struct privsep **ret, const char *policy);

/* The same with the absolute path of another privsepd. */
int privsep_start_monitor_by(struct privsep **ret, const char *policy,
    const char *privsepd);

/*
 * A second conversation of this process, which may what this one may now: for
 * another thread, or for a process that fork(2) makes, which must not use its
 * parent's.  The policy must have AllowClone=yes.  *ret as of privsep_init().
 */
int privsep_clone(struct privsep *conversation, struct privsep **ret);

/*
 * The same for a process to be made: returns the descriptor, close-on-exec, for
 * privsep_from_fd() there.  The parent then closes its copy with close(2), and
 * does not shut it down.
 */
int privsep_clone_fd(struct privsep *conversation);

/* The service's name, valid as long as the conversation. */
const char *privsep_service(const struct privsep *conversation);

/*
 * Says that no further request comes, waits until the daemon has ended its
 * side too (so that it sees an orderly end), and frees, also when it fails.
 * Replies that are still on their way are discarded and their descriptors
 * closed.  Returns 0, or -errno when the end was not orderly.  NULL is fine.
 */
int privsep_end(struct privsep *conversation);

/* Frees without a word: the daemon sees an abrupt end.  NULL is fine. */
void privsep_free(struct privsep *conversation);

/*
 * How long each request that follows may take at most, in microseconds; 0, as
 * at the beginning: as long as it takes.  -ETIMEDOUT after that, and the
 * conversation goes on: what the daemon answers later is discarded, but for a
 * client, who stays for the next privsep_accept(), and for how a program ended,
 * which the next privsep_wait_program() tells.  What was asked for may have
 * been done.
 */
void privsep_set_timeout(struct privsep *conversation, uint64_t usec);

/*
 * For a program with an event loop of its own: a handle is a conversation
 * whose functions do not wait.  A function that makes a request returns
 * -EINPROGRESS; when the daemon has answered, it is called again with the same
 * arguments, and returns what it would have returned.  A handle has one
 * request at a time (-EALREADY: another than is under way was called); make as
 * many handles as requests are to be under way, from 16 on they wait for each
 * other.  privsep_set_timeout() of a handle is its own, and at first its
 * conversation's.  A function that makes several requests may return
 * -EINPROGRESS again.
 *
 * PRIVSEP_DISCARD: nobody wants the answers, as with a log.  -EINPROGRESS then
 * says that the request was sent, -EBUSY that it could not be.
 *
 * privsep_free() frees a handle, and so does the end of its conversation.
 */
enum { PRIVSEP_DISCARD = 1 };
int privsep_handle_new(struct privsep **ret, struct privsep *conversation,
    unsigned int flags);

/*
 * done(handle, cookie) is called by privsep_process() when it is time to call
 * the function again.  It may do anything but end, free or process the
 * conversation.
 */
void privsep_set_callback(struct privsep *handle,
    void (*done)(struct privsep *handle, void *cookie), void *cookie);

/* Gives up what the handle has asked for; another request can be made. */
void privsep_cancel(struct privsep *handle);

/*
 * A turn of the loop: watch privsep_fd() for privsep_events() (those of
 * poll(2): POLLIN, and POLLOUT when a request found no room) at most
 * privsep_next_timeout() milliseconds (-1: for ever; 0: something is there
 * already), and call privsep_process() whatever came of it.  It never waits.
 * It returns 0, or what the conversation ended with.
 */
int privsep_events(struct privsep *conversation);
int privsep_next_timeout(struct privsep *conversation);
int privsep_process(struct privsep *conversation);

/* Waits for the answer.  0, or -errno. */
int privsep_ping(struct privsep *conversation);

/*
 * open(2) by the daemon: flags of O_RDONLY, O_WRONLY, O_RDWR, O_APPEND,
 * O_CREAT, O_EXCL, O_TRUNC, O_CLOEXEC (always on); others are -EINVAL, and
 * so are those that write together with O_RDONLY, and O_APPEND together with
 * O_RDWR: what can be read and written can be mapped, and changed anywhere.
 * path is absolute.  mode counts with O_CREAT, up to 0777; no umask is applied
 * to it.
 */
int privsep_open(struct privsep *conversation, const char *path, int flags,
    mode_t mode);

struct privsep_stat {
	uint32_t mode; /* type and permissions, as st_mode */
	uint32_t links;
	uint32_t uid, gid;
	uint64_t size;         /* bytes */
	int64_t modified_nsec; /* since the epoch */
};

int privsep_stat(struct privsep *conversation, const char *path,
    struct privsep_stat *ret);

/*
 * Where the symbolic link path leads, into ret, with a NUL behind it.
 * Returns its length.  -ERANGE: size is too small; 4097 always suffices.
 */
int privsep_readlink(struct privsep *conversation, const char *path, char *ret,
    size_t size);

/*
 * realpath(3) by the daemon, beneath the directory that the policy's line
 * names.  resolved has room for PATH_MAX bytes, or is NULL, and then what is
 * returned is to be freed with free(3).  Unlike the others it has realpath's
 * own result: NULL on failure, with errno.
 */
char *privsep_realpath(struct privsep *conversation, const char *path,
    char *resolved);

/*
 * Removes a file, socket, FIFO or symbolic link (the link itself).  -EISDIR:
 * it is a directory.
 */
int privsep_unlink(struct privsep *conversation, const char *path);

/*
 * Makes a directory with exactly this mode, up to 0777; no umask is applied
 * to it.
 */
int privsep_mkdir(struct privsep *conversation, const char *path, mode_t mode);

/* Removes an empty directory. */
int privsep_rmdir(struct privsep *conversation, const char *path);

/*
 * Gives from the name to; what has that name is replaced, as by rename(2).
 * One line of the policy must cover both.
 */
enum { PRIVSEP_NO_REPLACE = 1 }; /* -EEXIST when something has the name */
int privsep_rename(struct privsep *conversation, const char *from,
    const char *to, unsigned int flags);

/* Cuts or extends a regular file to size bytes. */
int privsep_truncate(struct privsep *conversation, const char *path,
    uint64_t size);

/*
 * Sets the times of the last access and the last modification, in nanoseconds
 * since the epoch.
 */
int privsep_set_times(struct privsep *conversation, const char *path,
    int64_t accessed_nsec, int64_t modified_nsec);

/*
 * Opens, for reading and writing, a new file in the directory's file system
 * that has no name, cannot get one, and is gone when it is closed.
 * -EOPNOTSUPP: the file system has no such files.
 */
int privsep_temporary_file(struct privsep *conversation, const char *directory,
    mode_t mode);

/*
 * Would privsep_open() with these flags be allowed, and find a file?  0, or
 * the error that it would fail with; -ENOENT also with O_CREAT.
 */
int privsep_access(struct privsep *conversation, const char *path, int flags);

/*
 * chmod(2) and chown(2) of a regular file that has no other name than path, and
 * that fd, which stays the caller's, is open on to write.  -EBADF: fd cannot
 * write.  -ESTALE: path is the name of another file.  (uid_t)-1 and (gid_t)-1
 * leave that as it is.
 */
int privsep_change_mode(struct privsep *conversation, const char *path, int fd,
    mode_t mode);
int privsep_change_owner(struct privsep *conversation, const char *path, int fd,
    uid_t uid, gid_t gid);

/* A program that the daemon runs; the descriptors are the caller's. */
struct privsep_program {
	uint32_t handle;   /* good within this conversation */
	int input;         /* to write */
	int output, error; /* to read */
};

/*
 * Starts a program that has a policy of this name.  -EAGAIN: as many run as
 * that allows, or too many were started of late.  -EBUSY: 16 of the caller's run
 * or have not been awaited.
 */
int privsep_run(struct privsep *conversation, const char *program,
    struct privsep_program *ret);

/* How a program ended: by itself or as it was asked to, or not, or too late. */
enum privsep_ending { PRIVSEP_ORDERLY, PRIVSEP_ABRUPT, PRIVSEP_OVERDUE };

struct privsep_program_end {
	uint32_t ending;     /* enum privsep_ending */
	uint32_t was_killed; /* by a signal, then status is its number */
	int status;          /* else what it exited with */
};

/*
 * Waits for its end, after which the handle means nothing any more.  -ESRCH:
 * there is no such handle.  -EBUSY: another thread waits for it.
 */
int privsep_wait_program(struct privsep *conversation, uint32_t handle,
    struct privsep_program_end *ret);

/* Sends it SIGHUP, SIGINT, SIGTERM or SIGKILL; others are -EINVAL. */
int privsep_kill_program(struct privsep *conversation, uint32_t handle,
    int signal);

/*
 * Calls entry(cookie, name, type) for each entry of a directory but "." and
 * "..", type being one of dirent.h's DT_*, until it returns other than 0,
 * which is then returned.  entry may make requests.
 */
int privsep_read_directory(struct privsep *conversation, const char *path,
    int (*entry)(void *cookie, const char *name, unsigned char type),
    void *cookie);

/*
 * Takes the next client connection of the service's listeners; waits for
 * one.  -ESHUTDOWN: a newer policy is in force and its helpers take over;
 * finish what is under way and end.  Returns its descriptor, and in
 * *ret_listener (if not NULL) which ListenStream= line it came by, from 0.
 */
int privsep_accept(struct privsep *conversation, uint32_t *ret_listener);

/*
 * The same without waiting, for an event loop: ask, watch privsep_fd() for
 * input, and take the answer.  take returns -EAGAIN as long as there is none,
 * and -EPIPE once the daemon has ended its side, whether something was asked
 * or not.  ask may be called again before the answer came, for one more
 * connection; -EBUSY: too many.
 *
 * Any other request may find the answer on its way, and privsep_fd() has no
 * input for it any more: take until -EAGAIN before every wait, and let only
 * the thread that watches privsep_fd() make requests.
 */
int privsep_accept_ask(struct privsep *conversation);
int privsep_accept_take(struct privsep *conversation, uint32_t *ret_listener);

/*
 * A service's clients, and what they say to its helpers: each call is a
 * message of bytes and descriptors, answered by another.  What it means is
 * between the two.  Neither trusts the other: all is bounded in size, and what
 * waits for the other side is bounded in time.
 */
enum { PRIVSEP_MESSAGE_MAX = 12288, PRIVSEP_FDS_MAX = 4 };

/* What is sent.  The descriptors stay the sender's; others get copies. */
struct privsep_message {
	const void *bytes;
	size_t len;
	int fds[PRIVSEP_FDS_MAX];
	size_t n_fds;
};

/* What is received: bytes has room for size; the rest is filled in. */
struct privsep_buffer {
	void *bytes;
	size_t size;
	size_t len;
	int fds[PRIVSEP_FDS_MAX]; /* the receiver's */
	size_t n_fds;
};

/*
 * For any program of the host: connects to a service of privsepd that has
 * Clients= with this user or one of its groups, and waits for a helper.
 * Looks for the service below $PRIVSEP_RUNTIME_DIR where that is set, else
 * below /run/privsepd and then $XDG_RUNTIME_DIR/privsepd.  -ENOENT: there is
 * no such service.  -EPERM, and -EACCES from the file's mode: not admitted.
 * -EUSERS: this user has too many connections.  -EAGAIN: all do, or no helper
 * became free.  -ESHUTDOWN: the service is stopped.
 *
 * Requests to the daemon fail with -EOPNOTSUPP over what it returns.
 */
int privsep_connect(struct privsep **ret, const char *service);

/*
 * For a helper: the same with the service of this daemon that provides name, as
 * the policy grants by AllowCall=.  -EPERM: not granted.  -ENOENT: nobody
 * provides it.  Else as privsep_connect().  Not for handles (-EOPNOTSUPP), since
 * it waits for the other helper.
 */
int privsep_call_service(struct privsep *conversation, const char *name,
    struct privsep **ret);

/*
 * Makes a call and waits for its answer, for 30 seconds unless
 * privsep_set_timeout() says otherwise.  0, or what the service's helper
 * answered, -errno of its choice; -EPIPE: it is gone.  -ERANGE: the reply is
 * longer than ret_reply has room for, and lost.  Several threads may call at
 * a time, and handles, too; the helper answers one after the other.
 */
int privsep_call(struct privsep *client, const struct privsep_message *call,
    struct privsep_buffer *ret_reply);

/*
 * For the helper: makes a conversation of a connection that privsep_accept()
 * returned, which it takes over also when it fails.  Waits up to 10 seconds
 * for the client's hello.
 */
int privsep_from_client(struct privsep **ret, int fd);

/*
 * The client's next call.  -EPIPE: it has ended.  -ERANGE: longer than there is
 * room; still to be answered.  -EALREADY: the last one is still to be answered.
 * -ETIMEDOUT: after privsep_set_timeout(); without that it waits for ever.
 */
int privsep_receive(struct privsep *client, struct privsep_buffer *ret_call);

/*
 * Answers it: status 0 and reply, or -errno, with which reply may be NULL.
 * A client that does not take its answer within the time (10 seconds where
 * none was set) is given up.  -EMSGSIZE, -EBADF, -EMFILE: reply cannot be sent;
 * the call is still to be answered.
 */
int privsep_answer(struct privsep *client, int status,
    const struct privsep_message *reply);

/*
 * All of it: takes clients one after the other, and has answer(cookie, call,
 * reply) answer their calls, by 0 or -errno; reply has room for
 * PRIVSEP_MESSAGE_MAX bytes.  Descriptors of call are closed afterwards unless
 * set to -1, those of reply always.  Returns 0 when the daemon has no further
 * client for this process, which is then to call privsep_end(); most helpers
 * have one client.
 */
int privsep_serve(struct privsep *conversation,
    int (*answer)(void *cookie, struct privsep_buffer *call,
	struct privsep_buffer *reply),
    void *cookie);

/*
 * Listens for TCP clients at an address of AF_INET or AF_INET6 that the policy
 * grants.  Returns the listening socket, to be used with accept4(2), which
 * the policy's SystemCallFilter= has to name.
 */
int privsep_listen(struct privsep *conversation, const struct sockaddr *address,
    socklen_t len);

/*
 * Connects to an address of AF_INET or AF_INET6 that the policy grants; type
 * is SOCK_STREAM (TCP) or SOCK_DGRAM (UDP).  Waits until the connection is
 * there, or has failed: -ETIMEDOUT after the policy's RequestTimeoutSec=.
 * Returns the connected socket.
 */
int privsep_connect_address(struct privsep *conversation, int type,
    const struct sockaddr *address, socklen_t len);

/*
 * The same by a host's name and a port: the daemon looks for the addresses, and
 * connects to the first of those that the policy grants which answers.  -EPERM
 * also when it grants none of them; -ENOENT: there is no such name, -EAGAIN: it
 * cannot be told now.
 */
int privsep_connect_name(struct privsep *conversation, int type,
    const char *host, uint16_t port);

/*
 * Binds a UDP socket to an address of AF_INET or AF_INET6 that the policy
 * grants, and returns it.  To answer those whom it hears, the policy's
 * SystemCallFilter= has to name @datagrams.
 */
int privsep_bind(struct privsep *conversation, const struct sockaddr *address,
    socklen_t len);

/*
 * Receives by UDP what is sent to a group, an address of AF_INET or AF_INET6
 * and a port, and comes by one network interface.  Returns the socket.
 */
int privsep_join_multicast(struct privsep *conversation, const char *interface,
    const struct sockaddr *group, socklen_t len);

/*
 * Receives frames of one ethertype on one network interface, and sends one to
 * an address of 6 bytes; link is as in "eth0:0x88cc", with four lower-case
 * digits.  The first returns a socket of AF_PACKET and SOCK_DGRAM, which sends
 * nothing, the second 0.
 */
int privsep_packet_socket(struct privsep *conversation, const char *link);
int privsep_send_frame(struct privsep *conversation, const char *link,
    const unsigned char destination[6], const void *payload, size_t len);

/*
 * Asks an address of AF_INET or AF_INET6 for an echo (ping(8)): returns a
 * connected socket to which ICMP's header and data are written and from which
 * answers are read.  The port is the identifier, or 0 for any that is free.
 */
int privsep_icmp_socket(struct privsep *conversation,
    const struct sockaddr *address, socklen_t len);

/* A network interface, or an address that it has. */
struct privsep_interface {
	const char *name;
	unsigned index;
	unsigned flags;  /* IFF_UP and so on, netdevice(7) */
	int family;      /* AF_INET, AF_INET6; AF_UNSPEC: its hardware's */
	unsigned prefix; /* bits of the network's part of an address */
	unsigned char address[16];
	size_t address_len; /* bytes of it */
};

/*
 * Calls entry(cookie, interface) for the network interface called name and
 * then for each of its addresses, or with "all" for those of every interface
 * that the policy grants, until it returns other than 0, which is then
 * returned.  entry may make requests.
 */
int privsep_list_interfaces(struct privsep *conversation, const char *name,
    int (*entry)(void *cookie, const struct privsep_interface *interface),
    void *cookie);

/*
 * Connects to a local server (AF_UNIX, SOCK_STREAM) at an absolute path that
 * the policy grants, or listens or receives datagrams at one with a mode of up
 * to 0777; a socket that has the name already is replaced.  The others are
 * told of the helper's own user, not of the daemon's.  Each returns the socket.
 */
int privsep_connect_unix(struct privsep *conversation, const char *path);
int privsep_listen_unix(struct privsep *conversation, const char *path,
    mode_t mode);
int privsep_bind_unix(struct privsep *conversation, const char *path,
    mode_t mode);

/* The descriptor to watch (poll(2)); owned by the conversation. */
int privsep_fd(const struct privsep *conversation);

/*
 * One message to the log, cut at 4096 bytes; priority is a level of
 * syslog(3).
 */
int privsep_log(struct privsep *conversation, int priority, const char *format,
    ...) __attribute__((format(printf, 3, 4)));
int privsep_vlog(struct privsep *conversation, int priority, const char *format,
    va_list arguments) __attribute__((format(printf, 3, 0)));

/*
 * One message of at most 4096 bytes with named values, "USER=alice\nTRIES=3":
 * at most 16, of up to 255 bytes each, joined by newlines.  A name is a capital
 * letter and up to 63 capital letters, digits and "_" behind it.  -EINVAL:
 * another name; -E2BIG: too many or too long; -EMSGSIZE: more than 4096 bytes.
 */
int privsep_log_fields(struct privsep *conversation, int priority,
    const char *message, const char *fields);

/*
 * Gives up an operation ("open", "accept", ...; see privsepd.policy(5)) for
 * the rest of the conversation.  Nothing brings it back.
 */
int privsep_restrict(struct privsep *conversation, const char *operation);

/*
 * Replaces what the conversation may do by less, for the rest of it: lines are
 * Allow lines as in privsepd.policy(5), joined by newlines, and for each
 * operation that they name they are all that is left of it.  -EACCES: some
 * line is not certainly within what the conversation has, and nothing has
 * changed.  -EINVAL: a line is malformed; the daemon's log says how.
 */
int privsep_narrow(struct privsep *conversation, const char *lines);

/*
 * Goes on to a phase of the policy (Phases=), which starts with the first.
 * Lines that have phase= another one do not count from then on.  -EACCES: that
 * phase is over.  -EINVAL: there is no such phase.  What waits and was allowed
 * by a line of an earlier phase fails with -ECANCELED.
 */
int privsep_phase(struct privsep *conversation, const char *phase);

struct privsep_hostname {
	char name[256];
	char domain[256]; /* of NIS; "(none)" where there is none */
};

/* The host's names, which uname(2) does not tell a helper. */
int privsep_get_hostname(struct privsep *conversation,
    struct privsep_hostname *ret);

/*
 * Gives the host another name: at most 64 letters, digits and "-", in labels
 * with "." between them that do not begin with "-"; -EINVAL for another.
 */
int privsep_set_hostname(struct privsep *conversation, const char *name);

/*
 * What follows has the C library's signatures (netdb.h), with the
 * conversation first, and its results and errors.  The daemon's resolver looks
 * for what the policy grants.  A refusal is EAI_SYSTEM with errno EPERM; a look
 * that takes longer than RequestTimeoutSec= is EAI_AGAIN.
 */
struct addrinfo;

/*
 * getaddrinfo(3).  Host names are looked for as they are, without the domains
 * of resolv.conf's "search".  A node that is an address, or NULL, needs no
 * grant, is not asked for, and goes with a service that is a number.  The list
 * is freed by privsep_freeaddrinfo().
 */
int privsep_getaddrinfo(struct privsep *conversation, const char *node,
    const char *service, const struct addrinfo *hints, struct addrinfo **ret);
void privsep_freeaddrinfo(struct addrinfo *list);

/*
 * getnameinfo(3).  Numbers alone are not asked for.  NI_NOFQDN is
 * EAI_BADFLAGS.
 */
int privsep_getnameinfo(struct privsep *conversation,
    const struct sockaddr *address, socklen_t len, char *host,
    socklen_t host_len, char *service, socklen_t service_len, int flags);

/*
 * getpwnam_r(3) and its kin: 0 and *ret, which is NULL when there is none or
 * the policy hides it, or a positive error number: EPERM when the policy
 * refuses, ERANGE when the buffer is too small.  Fields that the policy's
 * fields= leaves out are empty, ids among them (uid_t)-1; a password is always
 * "*".  Names of digits alone are nobody's.
 */
struct passwd;
struct group;

int privsep_getpwnam_r(struct privsep *conversation, const char *name,
    struct passwd *entry, char *buffer, size_t size, struct passwd **ret);
int privsep_getpwuid_r(struct privsep *conversation, uid_t uid,
    struct passwd *entry, char *buffer, size_t size, struct passwd **ret);
int privsep_getgrnam_r(struct privsep *conversation, const char *name,
    struct group *entry, char *buffer, size_t size, struct group **ret);
int privsep_getgrgid_r(struct privsep *conversation, gid_t gid,
    struct group *entry, char *buffer, size_t size, struct group **ret);

/*
 * getgrouplist(3): the number of groups, also in *n_groups, or -1 when they do
 * not fit, and then *n_groups is larger than it was; else errno is set.
 */
int privsep_getgrouplist(struct privsep *conversation, const char *user,
    gid_t gid, gid_t *groups, int *n_groups);

/* getservbyname_r(3) and its kin, with the same results. */
struct servent;
struct protoent;

int privsep_getservbyname_r(struct privsep *conversation, const char *name,
    const char *protocol, struct servent *entry, char *buffer, size_t size,
    struct servent **ret);
int privsep_getservbyport_r(struct privsep *conversation, int port,
    const char *protocol, struct servent *entry, char *buffer, size_t size,
    struct servent **ret);
int privsep_getprotobyname_r(struct privsep *conversation, const char *name,
    struct protoent *entry, char *buffer, size_t size, struct protoent **ret);
int privsep_getprotobynumber_r(struct privsep *conversation, int number,
    struct protoent *entry, char *buffer, size_t size, struct protoent **ret);

/*
 * Copies the value of one of the kernel's settings ("net.ipv4.ip_forward",
 * sysctl(8)), without the newline at its end, into ret_value, which has room
 * for size bytes.  Returns its length.  -ERANGE: it is longer.  -EFBIG: it is
 * longer than 4096 bytes.
 */
int privsep_read_sysctl(struct privsep *conversation, const char *setting,
    char *ret_value, size_t size);

/* -EINVAL: it takes no such value, or only the beginning of it. */
int privsep_write_sysctl(struct privsep *conversation, const char *setting,
    const char *value);

/*
 * Opens a credential that the service manager passed to the daemon's unit
 * (systemd.exec(5), LoadCredential=): a descriptor for reading of sealed memory,
 * close-on-exec.  -ENOENT: there is none of that name.
 */
int privsep_credential(struct privsep *conversation, const char *name);

/*
 * Slews the host's clock by so many nanoseconds, forth or back, in whole
 * microseconds, as adjtime(3) does: it never jumps.  What is left of an
 * earlier offset is dropped.
 */
int privsep_adjust_clock(struct privsep *conversation, int64_t offset_nsec);

/* Sets the host's clock; nanoseconds since the epoch, not before it. */
int privsep_set_clock(struct privsep *conversation, int64_t time_nsec);

/*
 * What servers call in the C library, with its arguments behind the
 * conversation, so that a program is ported by search and replace.  Like those
 * they return NULL or -1 and set errno when they fail.
 */

struct dirent;
struct timeval;
struct timezone;

/*
 * fopen(3): "r", "r+", "w", "w+" or "a", followed by any of "x", "e" (always
 * on) and "b" (nothing).  "a+" is refused as privsep_open() does it, and so
 * are other letters: EINVAL.  A file that is made has the mode 0600.
 */
FILE *privsep_fopen(struct privsep *conversation, const char *path,
    const char *mode);

/*
 * opendir(3) and so on, without "." and "..".  Of an entry d_name and d_type
 * are told; it is valid until the next, or until privsep_closedir(), which
 * always succeeds.  The conversation has to live as long.
 */
struct privsep_dir;
struct privsep_dir *privsep_opendir(struct privsep *conversation,
    const char *path);
struct dirent *privsep_readdir(struct privsep_dir *dir);
int privsep_closedir(struct privsep_dir *dir);

/*
 * access(2) with R_OK, W_OK or both: privsep_access() for reading, writing or
 * both; F_OK: privsep_stat().  X_OK: EINVAL.
 */
int privsep_access_mode(struct privsep *conversation, const char *path,
    int mode);

/*
 * syslog(3): "%m" is errno, which stays as it is; a facility says nothing.
 * For a program that cannot tell anybody that its log is lost.
 */
void privsep_syslog(struct privsep *conversation, int priority,
    const char *format, ...) __attribute__((format(printf, 3, 4)));
void privsep_vsyslog(struct privsep *conversation, int priority,
    const char *format, va_list arguments)
    __attribute__((format(printf, 3, 0)));

/* ENAMETOOLONG: the name and a NUL do not fit. */
int privsep_gethostname(struct privsep *conversation, char *name, size_t size);
int privsep_sethostname(struct privsep *conversation, const char *name,
    size_t len);

/* old_delta has to be NULL, else EINVAL: a helper is not told it. */
int privsep_adjtime(struct privsep *conversation, const struct timeval *delta,
    struct timeval *old_delta);

/* zone has to be NULL, else EINVAL. */
int privsep_settimeofday(struct privsep *conversation,
    const struct timeval *time, const struct timezone *zone);

#ifdef __cplusplus
}
#endif

#endif
