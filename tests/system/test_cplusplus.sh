#!/bin/bash
# SPDX-License-Identifier: ISC
#
# privsep.h in other people's programs: C++ and older C, without a warning,
# linked with both libraries, and run.
set -u

: "${B:?run me by make check}"
cxx=${CXX:-g++}
if ! command -v "$cxx" >/dev/null; then
	echo "SKIP: there is no C++ compiler ($cxx)"
	exit 77
fi
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
number=0
warnings=(-Wall -Wextra -Wpedantic -Wstrict-aliasing -Wundef -Werror)
sanitizers=()
# shellcheck disable=SC2054 # The comma is the compiler's.
[ -z "${PSD_ASAN:-}" ] || sanitizers=(-fsanitize=address,undefined)

# report NAME COMMAND...: one case, and what it said when it failed.
report() {
	local name=$1
	shift
	number=$((number + 1))
	if "$@" >"$dir/out" 2>&1; then
		echo "ok $number - $name"
	else
		echo "not ok $number - $name"
		sed 's/^/# /' "$dir/out"
	fi
}

cat >"$dir/uses.cc" <<'END'
#include "helper/privsep.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>

namespace {

int
count(void *cookie, const char *name, unsigned char type)
{
	int *const files = static_cast<int *>(cookie);

	*files += name[0] != '\0' && type != 0;
	return 0;
}

/* Every function is called, if only by a program that found its daemon. */
int
talk(struct privsep *conversation)
{
	struct privsep_stat status = {};
	uint32_t listener = 0;
	int files = 0;
	int r = 0;

	r |= privsep_service(conversation) == nullptr;
	r |= privsep_ping(conversation);
	r |= privsep_open(conversation, "/x", O_RDONLY, 0);
	r |= ::privsep_stat(conversation, "/x", &status);
	r |= privsep_read_directory(conversation, "/", count, &files);
	r |= privsep_accept(conversation, &listener);
	r |= privsep_accept_ask(conversation);
	r |= privsep_accept_take(conversation, nullptr);
	r |= privsep_fd(conversation);
	r |= privsep_log(conversation, 6, "%d files", files);
	r |= privsep_restrict(conversation, "open");
	r |= privsep_narrow(conversation, "AllowStat=/x");
	r |= privsep_phase(conversation, "session");
	return r;
}

} // namespace

int
main()
{
	struct privsep *conversation = nullptr;
	int r;

	unsetenv("LISTEN_PID");
	r = privsep_init(&conversation);
	if (r == 0) {
		talk(conversation);
		return privsep_end(conversation);
	}
	if (r != -ENOENT || conversation != nullptr)
		return 1;
	if (privsep_from_fd(&conversation, -1) != -EBADF)
		return 2;
	privsep_free(nullptr);
	return std::strcmp(privsep_version(), PRIVSEP_VERSION) == 0 ? 0 : 3;
}
END

# It stands alone, and does no more than a compiler of that year knows.
printf '#include "helper/privsep.h"\nint main(void) { return 0; }\n' \
    >"$dir/alone.c"
cp "$dir/alone.c" "$dir/alone.cc"
for standard in c++98 c++11 c++17 c++20; do
	report "the_header_alone_is_${standard/c++/cxx}" \
	    "$cxx" -std=$standard "${warnings[@]}" -Wno-long-long -I. \
	    -fsyntax-only "$dir/alone.cc"
done
for standard in c99 c11 c17; do
	report "the_header_alone_is_$standard" "${CC:-cc}" -std=$standard \
	    "${warnings[@]}" -I. -fsyntax-only "$dir/alone.c"
done

compile() {
	"$cxx" -std=c++11 "${warnings[@]}" "${sanitizers[@]}" -I. \
	    -o "$dir/$1" "$dir/uses.cc" "${@:2}"
}
report a_program_links_with_the_archive compile static "$B/libprivsep.a"
report and_runs "$dir/static"
report a_program_links_with_the_shared_library compile shared \
    "$B/libprivsep.so.0"
report and_runs_too env LD_LIBRARY_PATH="$B" "$dir/shared"

# What other programs may rely on, and nothing else.
names() {
	nm -D --defined-only "$1" | awk '$2 == "T" { print $3 }' |
	    sed 's/@.*//' | sort
}
declared() {
	grep -oE '\bprivsep_[a-z_]+\(' helper/privsep.h | tr -d '(' | sort -u
}
exports_are_the_header() {
	# privsep_end() and privsep_free() are named in comments, too.
	diff <(declared) <(names "$B/libprivsep.so.0")
}
report the_library_exports_what_the_header_declares exports_are_the_header

archive_names() {
	nm -g --defined-only "$B/libprivsep.a" |
	    awk 'NF == 3 && $3 !~ /^privsep_/ { print; bad = 1 }
	    END { exit bad }'
}
[ -n "${PSD_ASAN:-}" ] ||
    report the_archive_has_no_other_global_names archive_names

links_libc_alone() {
	! readelf -d "$B/libprivsep.so.0" | grep NEEDED |
	    grep -v 'libc\.so\|ld-linux'
}
[ -n "${PSD_ASAN:-}" ] || report the_library_needs_libc_alone links_libc_alone
echo "1..$number"
