#!/bin/sh
# SPDX-License-Identifier: ISC
#
# deps.sh [bench|build|check|coverage|demo|lint|package|all]
#
# Installs the Debian or Ubuntu packages that a target needs, and those only
# that are missing; when none is, it does nothing at all.  Not as root it
# prints the command instead.  The exit status is 0 when all is there.
set -eu

build='gcc make pkg-config libc6-dev libseccomp-dev libcap-dev libsystemd-dev
    libjansson-dev libmicrohttpd-dev'
demo="$build curl"
check="$build g++ libcmocka-dev curl apache2-utils wrk valgrind strace procps
    iproute2 util-linux libcap2-bin perl git tftp-hpa libwrap0 jq systemd
    libxml2-utils poppler-utils imagemagick ghostscript libimage-exiftool-perl
    ffmpeg bind9-dnsutils micro-httpd busybox fingerd finger"
coverage="$check clang libclang-rt-dev llvm"
# What privsepd is held against.
bench="$check bubblewrap firejail python3-oslo.privsep"
lint="$build libcmocka-dev git clang clang-tidy clang-format libclang-rt-dev
    perl cppcheck mandoc shellcheck abigail-tools"
package="$build dpkg-dev debhelper lintian mmdebstrap git systemd iproute2
    util-linux"

case ${1:-all} in
bench) wanted=$bench ;;
build) wanted=$build ;;
demo) wanted=$demo ;;
check) wanted=$check ;;
coverage) wanted=$coverage ;;
lint) wanted=$lint ;;
package) wanted=$package ;;
# Without bench: its peers are some fifty packages, most of them Python's.
all) wanted="$coverage $lint $package" ;;
*)
	echo 'usage: deps.sh [bench|build|check|coverage|demo|lint|package|all]' >&2
	exit 2
	;;
esac

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
	# Elsewhere the names differ; only the reader knows what is there.
	echo 'deps: not a Debian or Ubuntu system; please see to it that these,'
	echo 'or what they are called here, are installed:'
	printf '%s\n' "$wanted" | tr -s ' \t\n' '\n' | sort -u |
	    sed '/^$/d; s/^/    /'
	exit 0
fi

# The runtime of clang's sanitizers may come with the compiler's version in
# its name.  Any pkg-config will do.
is_installed() {
	case $1 in
	libclang-rt-dev)
		dpkg-query -W -f '${db:Status-Status}\n' 'libclang-rt*-dev' \
		    2>/dev/null | grep -qx installed
		;;
	pkg-config)
		command -v pkg-config >/dev/null
		;;
	*)
		test "$(dpkg-query -W -f '${db:Status-Status}' "$1" \
		    2>/dev/null)" = installed
		;;
	esac
}

missing=
for package in $(printf '%s\n' "$wanted" | tr -s ' \t\n' '\n' | sort -u); do
	is_installed "$package" || missing="$missing $package"
done
if [ -z "$missing" ]; then
	exit 0
fi
command="apt-get install -y --no-install-recommends$missing"
if [ "$(id -u)" -ne 0 ]; then
	echo "deps: please run as root: apt-get update && $command" >&2
	exit 1
fi
echo "deps: installing$missing"
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
# Older releases have the runtime in another package, which clang brings.
if ! apt-cache show libclang-rt-dev >/dev/null 2>&1; then
	command=$(printf '%s' "$command" | sed 's/ libclang-rt-dev//')
fi
# shellcheck disable=SC2086 # The command is words, made above.
exec $command
