/* SPDX-License-Identifier: ISC */
#include "policy/advice_place.h"

#include "common/mem.h"

/* clang-format off */
#define ALL (PSD_USE_READ | PSD_USE_CHANGE | PSD_USE_STAT | PSD_USE_LIST)
#define CONTENT (PSD_USE_READ | PSD_USE_CHANGE | PSD_USE_LIST)
#define SECRET(glob, reason) { glob, PSD_EXTENT_ANY, ALL, reason, NULL }
#define TREE(glob, name, reason) { glob, PSD_EXTENT_ANY, ALL, reason, name }
#define KEY(glob) { glob, PSD_EXTENT_WITHIN, ALL, "a user's private key", NULL }
#define KERNEL(glob, reason) \
	{ glob, PSD_EXTENT_MOUNT, CONTENT, reason, NULL }
#define SERVER(glob, reason) \
	{ glob, PSD_EXTENT_ANY, PSD_USE_CONNECT, reason, NULL }
#define TRUSTED(glob, reason) \
	{ glob, PSD_EXTENT_ANY, PSD_USE_CHANGE, reason, NULL }
#define SETTING(glob, reason) \
	{ glob, PSD_EXTENT_MOUNT, PSD_USE_CHANGE, reason, NULL }

const struct psd_advice_place psd_advice_secrets[] = {
	SECRET("/etc/shadow", "the users' passwords"),
	SECRET("/etc/shadow-", "the users' passwords before the last change"),
	SECRET("/etc/gshadow", "the groups' passwords"),
	SECRET("/etc/gshadow-", "the groups' passwords before the last change"),
	SECRET("/etc/security/opasswd", "the users' former passwords"),
	TREE("/root/**", ".bash_history", "root's own files"),
	SECRET("/etc/ssh/ssh_host_*_key", "the keys that prove this host"),
	TREE("/etc/ssl/private/**", "server.key", "the keys of certificates"),
	TREE("/etc/pki/tls/private/**", "server.key",
	    "the keys of certificates"),
	TREE("/home/*/.ssh/**", "id_ed25519",
	    "the users' keys, and who may log in"),
	TREE("/home/*/.gnupg/**", "secring.gpg", "the users' keys"),
	SECRET("/etc/sudoers", "who may act as root"),
	SECRET("/etc/sudoers.d/**", "who may act as root"),
	SECRET("/etc/krb5.keytab", "the key that proves this host"),
	SECRET("/etc/wireguard/**", "the keys of tunnels"),
	SECRET("/etc/NetworkManager/system-connections/**",
	    "the passwords of networks"),
	SECRET("/etc/credstore/**", "credentials of services"),
	SECRET("/run/credentials/**", "credentials of services"),
	SECRET("/var/lib/systemd/credential.secret",
	    "the key of all encrypted credentials"),
	KEY("/**/id_rsa"),
	KEY("/**/id_dsa"),
	KEY("/**/id_ecdsa"),
	KEY("/**/id_ecdsa_sk"),
	KEY("/**/id_ed25519"),
	KEY("/**/id_ed25519_sk"),
	SERVER("/run/docker.sock", "Docker, which starts anything as root"),
	SERVER("/run/containerd/**", "containerd, which does so, too"),
	SERVER("/run/podman/**", "Podman, which starts anything as root"),
	SERVER("/run/crio/**", "CRI-O, which starts anything as root"),
	SERVER("/run/libvirt/**", "libvirt, which starts machines as root"),
	SERVER("/run/privsepd/**", "the daemon's own sockets"),
	SERVER("/run/systemd/**", "systemd, which acts as root"),
	SERVER("/run/udev/**", "udev, which acts as root"),
	SERVER("/run/dbus/system_bus_socket",
	    "the system bus, by which much is asked that root does"),
	SERVER("/run/user/**", "the agents and sessions of users"),
	/* What the kernel tells of every process, not what it tells all. */
	KERNEL("/proc/kcore", "the kernel's memory"),
	KERNEL("/proc/*/mem", "the memory of processes"),
	KERNEL("/proc/*/environ",
	    "what processes were started with, passwords among it"),
	KERNEL("/proc/kallsyms", "where the kernel's code lies"),
	KERNEL("/sys/module/*/sections/*", "where the kernel's code lies"),
	KERNEL("/sys/kernel/debug/**", "the kernel's own state"),
	KERNEL("/dev/**",
	    "devices, which are never opened, and memory that programs share"),
	{ "/boot/**", PSD_EXTENT_ANY, CONTENT,
	    "what starts the system, and keys for its disks", NULL },
};
const size_t psd_advice_secret_count = PSD_ELEMENTS(psd_advice_secrets);

const struct psd_advice_place psd_advice_trusted[] = {
	TRUSTED("/etc/privsepd/**", "policies, which say what helpers may do"),
	TRUSTED("/run/privsepd/**", "policies, which say what helpers may do"),
	TRUSTED("/usr/local/lib/privsepd/**",
	    "policies, which say what helpers may do"),
	TRUSTED("/usr/lib/privsepd/**",
	    "policies, which say what helpers may do"),
	TRUSTED("/etc/**", "the settings of the whole system"),
	TRUSTED("/run/systemd/**", "what systemd acts upon"),
	TRUSTED("/usr/bin/**", "programs that root runs"),
	TRUSTED("/usr/sbin/**", "programs that root runs"),
	TRUSTED("/usr/lib/**", "programs and libraries that root runs"),
	TRUSTED("/usr/libexec/**", "programs that root runs"),
	TRUSTED("/usr/local/bin/**", "programs that root runs"),
	TRUSTED("/usr/local/sbin/**", "programs that root runs"),
	TRUSTED("/usr/local/lib/**", "programs and libraries that root runs"),
	TRUSTED("/var/spool/cron/**", "what cron runs, also as root"),
	TRUSTED("/boot/**", "what starts the system"),
	SETTING("/proc/**", "the kernel's settings"),
	SETTING("/sys/**", "the kernel's settings"),
};
const size_t psd_advice_trusted_count = PSD_ELEMENTS(psd_advice_trusted);
/* clang-format on */
