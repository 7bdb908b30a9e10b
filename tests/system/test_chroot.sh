#!/bin/bash
# SPDX-License-Identifier: ISC
#
# A daemon whose own root is that of a chroot(2), as in a build's or a rescue
# system's: whoever joins a mount namespace comes out at the namespace's root,
# which is another.  Its helpers see their view all the same, and nothing of what
# is outside.
set -u

if [ "$(id -u)" -ne 0 ]; then
	echo 'SKIP: starting confined helpers takes root'
	exit 77
fi

# in_chroot KIND NUMBER: this script, from that case on, where this machine's root
# is shown again: at a mount, or in a directory that is none.  The mounts are
# shared, as a booted system's, but with nobody outside.
# shellcheck disable=SC2016 # The inner shell expands it.
in_chroot() {
	unshare --mount --propagation slave sh -eu -c '
	    mount --make-rshared /
	    case $2 in
	    mount)
		mount --rbind / "$1/root"
		;;
	    directory)
		for at in /*; do
			if [ -L "$at" ]; then
				cp -P "$at" "$1/root"
			elif [ -d "$at" ]; then
				mkdir "$1/root$at"
				mount --rbind "$at" "$1/root$at"
			fi
		done
		;;
	    esac
	    exec chroot "$1/root" env TOP="$1" KIND="$2" NUMBER="$3" bash -c "
		cd \"\$1\" && exec bash \"\$2\"" chroot "$4" "$5"
	' sh "$top" "$1" "$2" "$PWD" "$0" || failed=1
}
if [ -z "${KIND:-}" ]; then
	failed=0
	top=$(mktemp -d)
	mkdir -m 755 "$top/root"
	chmod 711 "$top"
	in_chroot mount 0
	in_chroot directory 3
	rm -rf --one-file-system "$top"
	echo '1..6'
	exit "$failed"
fi

. tests/support/puppets.sh
puppets_number=$NUMBER
puppets_prepare
finish() {
	[ -z "${puppets_daemon:-}" ] || puppets_stop
	rm -rf "$puppets_dir"
}
trap finish EXIT
echo hello >"$puppets_dir/etc/file"
puppets_policy one '' "AllowOpen=read $puppets_dir/etc/**"
mounts() { awk '{ print $5 }' /proc/self/mountinfo | sort; }
before=$(mounts)

starts() {
	puppets_start && [ "$(puppets_say one "read $puppets_dir/etc/file")" = \
	    'ok hello' ]
}
# What its root has, seen from outside: nothing of the machine's.
sees_its_view() {
	local pid root
	pid=$(puppets_say one pid) && root=/proc/$pid/root || return 1
	ls -A "$root"
	[ -e "$root/usr" ] && [ ! -e "$root/root" ] && [ ! -e "$root$TOP" ] &&
	    [ ! -e "$root/etc/passwd" ] && [ ! -e "$root/proc/self" ]
}
mounts_stay() { diff <(echo "$before") <(mounts); }

helper_starts_in_a_chroot_that_is_a_mount() { starts; }
helper_sees_its_view_where_the_chroot_is_a_mount() { sees_its_view; }
mounts_of_a_chroot_that_is_one_stay() { mounts_stay; }
helper_starts_in_a_chroot_that_is_a_directory() { starts; }
helper_sees_its_view_where_the_chroot_is_a_directory() { sees_its_view; }
mounts_of_a_chroot_that_is_none_stay() { mounts_stay; }

case $KIND in
mount)
	puppets_try helper_starts_in_a_chroot_that_is_a_mount
	puppets_try helper_sees_its_view_where_the_chroot_is_a_mount
	puppets_try mounts_of_a_chroot_that_is_one_stay
	;;
directory)
	puppets_try helper_starts_in_a_chroot_that_is_a_directory
	puppets_try helper_sees_its_view_where_the_chroot_is_a_directory
	puppets_try mounts_of_a_chroot_that_is_none_stay
	;;
esac
