#!/bin/bash
# SPDX-License-Identifier: ISC
#
# systemd-guest.sh DIR TREE ROOT
#
# The first process of a guest (systemd.sh, beside this file, starts it), in
# fresh namespaces: makes the guest's view of the files in DIR/root and becomes
# its systemd.  The view is that of ROOT, which may be this machine's, with a layer in memory that
# takes every change.  What make install made, DIR/installed, is copied over it;
# TREE, the source tree, is shown where it is, and DIR/shared as /run/shared.
# Neither the machine's enabled units nor what its systemd does to hardware and
# kernel are part of it.
set -eu -o pipefail

dir=$1/root installed=$1/installed shared=$1/shared tree=$2 lower=$3
new=$dir/root
umask 022
mount --make-rprivate /

mount -t tmpfs -o mode=755 guest "$dir"
mkdir "$dir/upper" "$dir/work" "$new"
mount -t overlay -o "lowerdir=$lower,upperdir=$dir/upper,workdir=$dir/work" \
    guest "$new"

# Kernel's own file systems.  What is not the guest's alone is read-only.
mount -t proc proc "$new/proc"
mount --bind "$new/proc/sys" "$new/proc/sys"
mount -o remount,bind,ro "$new/proc/sys"
mount --bind "$new/proc/sys/net" "$new/proc/sys/net"
mount -o remount,bind,rw "$new/proc/sys/net"
[ ! -e "$new/proc/sysrq-trigger" ] ||
    mount --bind /dev/null "$new/proc/sysrq-trigger"
mount -t sysfs -o ro sysfs "$new/sys"
mount -t cgroup2 cgroup2 "$new/sys/fs/cgroup"
for place in run tmp var/tmp dev; do
	mount -t tmpfs -o mode=755 tmpfs "$new/$place"
done
chmod 1777 "$new/tmp" "$new/var/tmp"
while read -r name number; do
	mknod -m 666 "$new/dev/$name" c 1 "$number"
done <<'END'
null 3
zero 5
full 7
random 8
urandom 9
END
mknod -m 666 "$new/dev/console" c 1 3
mknod -m 666 "$new/dev/tty" c 5 0
ln -s /proc/self/fd "$new/dev/fd"
mkdir "$new/dev/shm" "$new/dev/pts"
mount -t tmpfs -o mode=1777 tmpfs "$new/dev/shm"
mount -t devpts -o newinstance,ptmxmode=666 devpts "$new/dev/pts"
ln -s pts/ptmx "$new/dev/ptmx"

# A machine that was just installed: of the units that come with systemd the
# journal and the maker of temporary files, and nothing that is enabled.
units=$new/usr/lib/systemd/system
rm -rf "$new/etc/systemd/system" "$units"/{sysinit,multi-user,timers}.target.wants
mkdir -p "$new/etc/systemd/system" "$units/sysinit.target.wants"
for unit in systemd-journald systemd-tmpfiles-setup; do
	ln -s "../$unit.service" "$units/sysinit.target.wants"
done
for unit in systemd-remount-fs systemd-udevd systemd-logind; do
	ln -s /dev/null "$new/etc/systemd/system/$unit.service"
done
ln -s /dev/null "$new/etc/systemd/system/systemd-initctl.socket"
: >"$new/etc/fstab"
echo guest >"$new/etc/hostname"
tr -d - </proc/sys/kernel/random/uuid >"$new/etc/machine-id"
mkdir -p "$new/etc/systemd/journald.conf.d"
printf '[Journal]\nStorage=volatile\nRateLimitIntervalSec=0\nReadKMsg=no\n' \
    >"$new/etc/systemd/journald.conf.d/guest.conf"

tar -C "$installed" --owner=0 --group=0 -cf - . |
    tar -C "$new" --keep-directory-symlink --no-overwrite-dir -xpf -
mkdir -p "$new$tree" "$new/run/shared" "$new/old"
mount --bind "$tree" "$new$tree"
mount --bind "$shared" "$new/run/shared"
cd "$new"
pivot_root . old
umount -l /old
rmdir /old
# As booted systems are: units with mounts of their own count on it.
mount --make-rshared /
exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    LANG=C.UTF-8 container=guest /lib/systemd/systemd --system \
    --unit=basic.target --show-status=0 --crash-reboot=0 --dump-core=0
