/* SPDX-License-Identifier: ISC */
#include "policy/callshape.h"

#include "common/mem.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#define WORD(name) \
	{ \
		(uint64_t)(name), #name \
	}
#define END \
	{ \
		0, NULL \
	}

const struct psd_call_word psd_call_words_open[] = { WORD(O_CREAT),
	WORD(O_EXCL), WORD(O_TRUNC), WORD(O_APPEND), WORD(O_NONBLOCK),
	WORD(O_CLOEXEC), WORD(O_NOFOLLOW), WORD(O_NOCTTY),
	/* O_TMPFILE has O_DIRECTORY in it, and O_SYNC has O_DSYNC. */
	WORD(O_TMPFILE), WORD(O_DIRECTORY), WORD(O_PATH), WORD(O_SYNC),
	WORD(O_DSYNC), WORD(O_DIRECT), WORD(O_NOATIME), WORD(O_ASYNC), END };

const struct psd_call_word psd_call_words_prot[] = { WORD(PROT_READ),
	WORD(PROT_WRITE), WORD(PROT_EXEC), WORD(PROT_GROWSDOWN),
	WORD(PROT_GROWSUP), END };

const struct psd_call_word psd_call_words_map[] = { WORD(MAP_SHARED_VALIDATE),
	WORD(MAP_SHARED), WORD(MAP_PRIVATE), WORD(MAP_FIXED),
	WORD(MAP_ANONYMOUS), WORD(MAP_NORESERVE), WORD(MAP_STACK),
	WORD(MAP_POPULATE), WORD(MAP_HUGETLB), WORD(MAP_LOCKED),
	WORD(MAP_FIXED_NOREPLACE), WORD(MAP_DENYWRITE), END };

const struct psd_call_word psd_call_words_family[] = { WORD(AF_UNSPEC),
	WORD(AF_UNIX), WORD(AF_INET), WORD(AF_INET6), WORD(AF_NETLINK),
	WORD(AF_PACKET), WORD(AF_VSOCK), WORD(AF_ALG), WORD(AF_BLUETOOTH),
	WORD(AF_CAN), WORD(AF_XDP), WORD(AF_KEY), END };

const struct psd_call_word psd_call_words_socket_type[] = { WORD(SOCK_STREAM),
	WORD(SOCK_DGRAM), WORD(SOCK_RAW), WORD(SOCK_RDM), WORD(SOCK_SEQPACKET),
	END };

const struct psd_call_word psd_call_words_socket_flags[] = { WORD(SOCK_CLOEXEC),
	WORD(SOCK_NONBLOCK), END };

const struct psd_call_word psd_call_words_level[] = { WORD(SOL_SOCKET),
	WORD(IPPROTO_IP), WORD(IPPROTO_TCP), WORD(IPPROTO_UDP),
	WORD(IPPROTO_IPV6), END };

const struct psd_call_word psd_call_words_clone[] = { WORD(CLONE_VM),
	WORD(CLONE_FS), WORD(CLONE_FILES), WORD(CLONE_SIGHAND),
	WORD(CLONE_PIDFD), WORD(CLONE_PTRACE), WORD(CLONE_VFORK),
	WORD(CLONE_PARENT), WORD(CLONE_THREAD), WORD(CLONE_NEWNS),
	WORD(CLONE_SYSVSEM), WORD(CLONE_SETTLS), WORD(CLONE_PARENT_SETTID),
	WORD(CLONE_CHILD_CLEARTID), WORD(CLONE_UNTRACED),
	WORD(CLONE_CHILD_SETTID), WORD(CLONE_NEWCGROUP), WORD(CLONE_NEWUTS),
	WORD(CLONE_NEWIPC), WORD(CLONE_NEWUSER), WORD(CLONE_NEWPID),
	WORD(CLONE_NEWNET), WORD(CLONE_IO), END };

const struct psd_call_word psd_call_words_prctl[] = { WORD(PR_SET_PDEATHSIG),
	WORD(PR_GET_DUMPABLE), WORD(PR_SET_DUMPABLE), WORD(PR_GET_KEEPCAPS),
	WORD(PR_SET_KEEPCAPS), WORD(PR_SET_NAME), WORD(PR_GET_NAME),
	WORD(PR_GET_SECCOMP), WORD(PR_SET_SECCOMP), WORD(PR_CAPBSET_READ),
	WORD(PR_CAPBSET_DROP), WORD(PR_GET_SECUREBITS), WORD(PR_SET_SECUREBITS),
	WORD(PR_SET_MM), WORD(PR_SET_PTRACER), WORD(PR_SET_CHILD_SUBREAPER),
	WORD(PR_SET_NO_NEW_PRIVS), WORD(PR_GET_NO_NEW_PRIVS),
	WORD(PR_SET_THP_DISABLE), WORD(PR_CAP_AMBIENT), END };

const struct psd_call_word psd_call_words_signal[] = { WORD(SIGHUP),
	WORD(SIGINT), WORD(SIGQUIT), WORD(SIGILL), WORD(SIGTRAP), WORD(SIGABRT),
	WORD(SIGBUS), WORD(SIGFPE), WORD(SIGKILL), WORD(SIGUSR1), WORD(SIGSEGV),
	WORD(SIGUSR2), WORD(SIGPIPE), WORD(SIGALRM), WORD(SIGTERM),
	WORD(SIGCHLD), WORD(SIGCONT), WORD(SIGSTOP), WORD(SIGTSTP),
	WORD(SIGTTIN), WORD(SIGTTOU), WORD(SIGURG), WORD(SIGXCPU),
	WORD(SIGXFSZ), WORD(SIGVTALRM), WORD(SIGPROF), WORD(SIGWINCH),
	WORD(SIGIO), WORD(SIGPWR), WORD(SIGSYS), END };

const struct psd_call_word psd_call_words_fcntl[] = { WORD(F_DUPFD),
	WORD(F_GETFD), WORD(F_SETFD), WORD(F_GETFL), WORD(F_SETFL),
	WORD(F_GETLK), WORD(F_SETLK), WORD(F_SETLKW), WORD(F_SETOWN),
	WORD(F_GETOWN), WORD(F_SETSIG), WORD(F_SETLEASE), WORD(F_NOTIFY),
	WORD(F_DUPFD_CLOEXEC), WORD(F_SETPIPE_SZ), WORD(F_GETPIPE_SZ),
	WORD(F_ADD_SEALS), WORD(F_GET_SEALS), END };

/* Calls that programs make and policies refuse. */
static const struct {
	const char *call;
	const char *shape;
} shapes[] = {
	{ "accept", "ixx" },
	{ "accept4", "ixxw" },
	{ "access", "xm" },
	{ "arch_prctl", "wx" },
	{ "bind", "ixi" },
	{ "chdir", "x" },
	{ "chmod", "xm" },
	{ "chroot", "x" },
	{ "clone", "Cxxxx" },
	{ "clone3", "xn" },
	{ "connect", "ixi" },
	{ "creat", "xm" },
	{ "dup", "i" },
	{ "dup2", "ii" },
	{ "dup3", "iiO" },
	{ "execve", "xxx" },
	{ "execveat", "dxxxw" },
	{ "faccessat", "dxm" },
	{ "faccessat2", "dxmw" },
	{ "fchmod", "im" },
	{ "fcntl", "ifx" },
	{ "fork", "" },
	{ "ftruncate", "in" },
	{ "futex", "xinxxw" },
	{ "getcwd", "xn" },
	{ "getdents64", "ixn" },
	{ "getsockopt", "iLixx" },
	{ "ioctl", "iwx" },
	{ "io_uring_setup", "nx" },
	{ "kill", "iS" },
	{ "listen", "ii" },
	{ "lstat", "xx" },
	{ "madvise", "xni" },
	{ "memfd_create", "xw" },
	{ "mkdir", "xm" },
	{ "mkdirat", "dxm" },
	{ "mmap", "xnPMix" },
	{ "mount", "xxxxx" },
	{ "mprotect", "xnP" },
	{ "mremap", "xnnwx" },
	{ "newfstatat", "dxxw" },
	{ "open", "xOm" },
	{ "openat", "dxOm" },
	{ "openat2", "dxxn" },
	{ "personality", "w" },
	{ "pidfd_getfd", "iiw" },
	{ "pidfd_open", "iw" },
	{ "pidfd_send_signal", "iSxw" },
	{ "pipe", "x" },
	{ "pipe2", "xO" },
	{ "pkey_mprotect", "xnPi" },
	{ "prctl", "Rxxxx" },
	{ "prlimit64", "iixx" },
	{ "ptrace", "iixx" },
	{ "readlink", "xxn" },
	{ "readlinkat", "dxxn" },
	{ "rename", "xx" },
	{ "rt_sigqueueinfo", "iSx" },
	{ "sched_setaffinity", "inx" },
	{ "seccomp", "wwx" },
	{ "sendmmsg", "ixnw" },
	{ "sendmsg", "ixw" },
	{ "setns", "iw" },
	{ "setpgid", "ii" },
	{ "setresuid", "iii" },
	{ "setresgid", "iii" },
	{ "setsid", "" },
	{ "setsockopt", "iLixn" },
	{ "setuid", "i" },
	{ "setgid", "i" },
	{ "shmat", "ixw" },
	{ "socket", "FTi" },
	{ "socketpair", "FTix" },
	{ "stat", "xx" },
	{ "statfs", "xx" },
	{ "statx", "dxwwx" },
	{ "symlink", "xx" },
	{ "sysinfo", "x" },
	{ "tgkill", "iiS" },
	{ "tkill", "iS" },
	{ "umask", "m" },
	{ "uname", "x" },
	{ "unlink", "x" },
	{ "unlinkat", "dxw" },
	{ "unshare", "C" },
	{ "userfaultfd", "w" },
	{ "vfork", "" },
	{ "wait4", "ixwx" },
};

const char *
psd_call_shape(const char *call)
{
	size_t i;

	for (i = 0; i < PSD_ELEMENTS(shapes); i++) {
		if (strcmp(shapes[i].call, call) == 0)
			return shapes[i].shape;
	}
	return NULL;
}
