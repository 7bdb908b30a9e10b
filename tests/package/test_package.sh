#!/bin/bash
# SPDX-License-Identifier: ISC
#
# The Debian packages, from the archive that make dist makes of what is
# committed: built twice, in different places, and the same to the byte; judged
# by lintian; holding what make install lays out; and installed into a new
# Debian, where a systemd is booted and the service enabled.
set -u

: "${B:?run me by make check-package}"
. tests/support/systemd.sh

for program in dpkg-buildpackage dh lintian git; do
	command -v "$program" >/dev/null ||
	    guest_skip "$program is not installed (make deps installs it)"
done
git rev-parse --git-dir >/dev/null 2>&1 ||
    guest_skip 'what make dist makes is of a git tree'
version=$(sed -n 's/^.define PRIVSEP_VERSION "\(.*\)"/\1/p' helper/privsep.h)
work=$(mktemp -d) && chmod 755 "$work" || exit 1
trap 'rm -rf "$work"' EXIT
guest_dir=$work

run_make() {
	env -u MAKEFLAGS -u MAKELEVEL "${MAKE:-make}" -s "$@"
}

the_archive_is_made_the_same_twice() {
	run_make dist B="$work/one" && sleep 1 && run_make dist B="$work/two" &&
	    cmp "$work"/{one,two}/privsepd-"$version".tar.gz
}

it_holds_what_is_committed() {
	diff <(git ls-tree -r --name-only HEAD |
	    grep -vE '^(debian|\.ci)/' | sort) \
	    <(tar -tzf "$work/one/privsepd-$version.tar.gz" | grep -v '/$' |
		sed 's|^[^/]*/||' | sort)
}

# In a place, a time zone and with a umask of its own, and not from a cache.
build_in() {
	local place=$1 zone=$2 mask=$3
	mkdir -p "$place"
	cp "$work/one/privsepd-$version.tar.gz" \
	    "$place/privsepd_$version.orig.tar.gz"
	tar -C "$place" -xzf "$place/privsepd_$version.orig.tar.gz"
	git ls-files -z debian | tar --null -T - -cf - |
	    tar -C "$place/privsepd-$version" -xf - || return 1
	(
		umask "$mask"
		cd "$place/privsepd-$version" || exit 1
		env -u MAKEFLAGS -u MAKELEVEL -u B -u WERROR -u CI TZ="$zone" \
		    CCACHE_DISABLE=1 \
		    DEB_BUILD_OPTIONS="nocheck parallel=$(nproc)" \
		    dpkg-buildpackage -us -uc -d
	)
}

the_packages_are_built() {
	build_in "$work/here" UTC 022
}

they_are_built_again_the_same() {
	local package
	build_in "$work/there/and/further" Asia/Tokyo 027 >/dev/null 2>&1 ||
	    return 1
	for package in "$work"/here/*.deb; do
		cmp "$package" "$work/there/and/further/${package##*/}" ||
		    return 1
	done
}

# What is left at the level of information is for an archive's maintainer: no
# upstream page to watch, and no script for other inits.
lintian_has_nothing_against_them() {
	lintian --allow-root --fail-on error,warning "$work"/here/*.changes
}

# The documents of each package are Debian's.
they_hold_what_make_install_lays_out() {
	local package
	run_make install B="$work/installed-build" DESTDIR="$work/installed" \
	    PREFIX=/usr LIBDIR="/usr/lib/$(dpkg-architecture -qDEB_HOST_MULTIARCH)" \
	    UNITDIR="$(pkg-config --variable=systemd_system_unit_dir systemd)" \
	    >/dev/null || return 1
	for package in "$work"/here/{privsepd,libprivsep0,libprivsep-dev}_*.deb; do
		dpkg-deb -x "$package" "$work/unpacked" || return 1
	done
	diff <(cd "$work/installed" && find . ! -type d | sort) \
	    <(cd "$work/unpacked" && find . ! -type d | grep -vE \
		'/doc/[^/]*/(changelog.*|copyright|[A-Z]*\.md(\.gz)?)$' |
		sed 's|\(/man/.*\)\.gz$|\1|' | sort)
}

# The same release as this machine's, with nothing but what a small one has.
they_are_installed_into_a_new_debian() {
	local codename
	rm -f "$work"/here/*-dbgsym_*.deb
	codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
	# The new system's root is what the hook's shell is given.
	# shellcheck disable=SC2016
	mmdebstrap --variant=minbase \
	    --include=systemd,iproute2,curl,procps,gcc,libc6-dev,pkg-config \
	    --customize-hook="cp $work/here/*.deb \"\$1\"/root/" \
	    --customize-hook='chroot "$1" sh -c "apt-get install -y \
		--no-install-recommends /root/*.deb"' \
	    "$codename" "$work/debian"
}

its_systemd_runs_nothing_of_it_yet() {
	! guest systemctl is-active privsepd
}

the_packages_own_test_passes() {
	guest env -C "$PWD" debian/tests/installed
}

it_serves_when_it_is_enabled() {
	guest mkdir -p /srv/www &&
	    guest sh -c 'echo packed >/srv/www/index.html' &&
	    guest cp /usr/share/doc/privsepd/examples/www.policy \
	    /etc/privsepd/ &&
	    guest systemctl enable --now privsepd &&
	    [ "$(guest curl -sS http://127.0.0.1/)" = packed ] &&
	    guest privsepctl status www
}

it_goes_on_when_the_package_is_installed_again() {
	guest sh -c 'dpkg -i /root/privsepd_*.deb' &&
	    guest systemctl is-active privsepd &&
	    [ "$(guest curl -sS --retry 5 --retry-connrefused \
		http://127.0.0.1/)" = packed ]
}

nothing_of_it_runs_when_it_is_removed() {
	guest dpkg -r privsepd && ! guest pgrep privsepd
}

for name in the_archive_is_made_the_same_twice it_holds_what_is_committed \
    the_packages_are_built they_are_built_again_the_same \
    lintian_has_nothing_against_them they_hold_what_make_install_lays_out; do
	guest_try "$name"
done

if ! command -v mmdebstrap >/dev/null; then
	echo "ok $((++guest_number)) # SKIP mmdebstrap is not installed"
elif [ "$guest_failed" -eq 0 ]; then
	guest_need mmdebstrap
	guest_try they_are_installed_into_a_new_debian
	guest_root=$work/debian
	guest_boot
	trap 'guest_finish; rm -rf "$work"' EXIT
	for name in its_systemd_runs_nothing_of_it_yet \
	    the_packages_own_test_passes it_serves_when_it_is_enabled \
	    it_goes_on_when_the_package_is_installed_again \
	    nothing_of_it_runs_when_it_is_removed; do
		guest_try "$name"
	done
fi
guest_done
