#!/bin/bash
# SPDX-License-Identifier: ISC
#
# What make install puts in place: a program finds the library with pkg-config
# and nothing else, shared and static, and make uninstall leaves nothing.
set -u

: "${B:?run me by make check}"
if ! command -v pkg-config >/dev/null; then
	echo 'SKIP: there is no pkg-config'
	exit 77
fi
. tests/support/service.sh
root=$service_dir/root
prefix=/opt/privsep

# Nothing is built anew: the flags of this make may be others.
make_target() {
	env -u MAKEFLAGS -u MAKELEVEL "${MAKE:-make}" -s -o all "$1" B="$B" \
	    DESTDIR="$root" PREFIX="$prefix"
}

config() {
	PKG_CONFIG_SYSROOT_DIR=$root PKG_CONFIG_PATH='' \
	    PKG_CONFIG_LIBDIR=$root$prefix/lib/pkgconfig pkg-config "$@" privsep
}

cat >"$service_dir/program.c" <<'END'
#include <privsep.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int
main(void)
{
	struct privsep *conversation = NULL;
	int client, r;

	r = privsep_init(&conversation);
	if (r == -ENOENT)
		return strcmp(privsep_version(), PRIVSEP_VERSION) == 0 ? 7 : 1;
	if (r < 0)
		return 1;
	while ((client = privsep_accept(conversation, NULL)) >= 0) {
		r = dprintf(client, "%s %s\n", privsep_service(conversation),
		    privsep_version());
		close(client);
		if (r < 0)
			return 1;
	}
	return privsep_end(conversation) == 0 ? 0 : 1;
}
END

# The flags are words.
compile() {
	local words=()
	read -ra words < <(config --cflags --libs "${@:2}")
	"${CC:-cc}" -Wall -Wextra -Werror -o "$service_dir/$1" \
	    "$service_dir/program.c" "${words[@]}"
}
compile_static() {
	local words=()
	read -ra words < <(config --static --cflags --libs)
	"${CC:-cc}" -Wall -Wextra -Werror -static -o "$service_dir/static" \
	    "$service_dir/program.c" "${words[@]}"
}

version_is_the_headers() {
	config --exact-version="$(sed -n \
	    's/^.define PRIVSEP_VERSION "\(.*\)"/\1/p' helper/privsep.h)"
}

needs_the_shared_one() {
	readelf -d "$service_dir/shared" | grep NEEDED |
	    grep -q '\[libprivsep\.so\.0\]'
}
needs_none() {
	! readelf -d "$service_dir/static" | grep NEEDED
}

# Each that there is, as it stands, but for where our own helpers are.
examples_are_there() {
	local installed=$root$prefix/share/doc/privsepd/examples
	local file
	[ "$(ls policy/examples)" = "$(ls "$installed")" ] || return 1
	for file in policy/examples/*; do
		sed "s|/usr/local/libexec/privsepd/|$prefix/libexec/privsepd/|" \
		    "$file" | diff - "$installed/${file##*/}" || return 1
	done
}

# Without a daemon it says so by its status.
finds_no_daemon() {
	LD_LIBRARY_PATH=$root$prefix/lib "$service_dir/$1"
	[ $? -eq 7 ]
}

is_all_gone() {
	make_target uninstall || return 1
	! find "$root" -not -type d | grep .
}

service_report everything_is_installed make_target install
service_report the_examples_are_among_it examples_are_there
service_report its_version_is_that_of_the_header version_is_the_headers
service_report a_program_is_linked_with_the_shared_library compile shared
service_report and_needs_it needs_the_shared_one
service_report and_runs finds_no_daemon shared
service_report a_program_is_linked_with_the_static_library compile_static
service_report and_needs_nothing needs_none
service_report and_runs_too finds_no_daemon static
if service_is_possible; then
	version=$(config --modversion)
	service_report and_is_started_as_a_helper service_start \
	    "$service_dir/static" ''
	service_report and_speaks_with_its_daemon service_says "one $version"
	service_report and_ends_in_an_orderly_way service_ends_orderly
else
	for _ in 1 2 3; do
		service_skip 'starting helpers takes root and no sanitizer'
	done
fi
service_report nothing_is_left_after_make_uninstall is_all_gone
echo "1..$service_number"
