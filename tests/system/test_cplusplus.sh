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
. tests/support/service.sh
dir=$service_dir
warnings=(-Wall -Wextra -Wpedantic -Wstrict-aliasing -Wundef -Werror)
sanitizers=()
# shellcheck disable=SC2054 # The comma is the compiler's.
[ -z "${PSD_ASAN:-}" ] || sanitizers=(-fsanitize=address,undefined)

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
	r |= privsep_log_fields(conversation, 6, "files", "FILES=1");
	r |= privsep_restrict(conversation, "open");
	r |= privsep_events(conversation);
	r |= privsep_narrow(conversation, "AllowStat=/x");
	r |= privsep_phase(conversation, "session");
	r |= privsep_clone_fd(conversation);
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
	service_report "the_header_alone_is_${standard/c++/cxx}" \
	    "$cxx" -std=$standard "${warnings[@]}" -Wno-long-long -I. \
	    -fsyntax-only "$dir/alone.cc"
done
for standard in c99 c11 c17; do
	service_report "the_header_alone_is_$standard" "${CC:-cc}" -std=$standard \
	    "${warnings[@]}" -I. -fsyntax-only "$dir/alone.c"
done

compile() {
	"$cxx" -std=c++11 "${warnings[@]}" "${sanitizers[@]}" -I. \
	    -o "$dir/$1" "$dir/uses.cc" "${@:2}"
}
service_report a_program_links_with_the_archive compile static "$B/libprivsep.a"
service_report and_runs "$dir/static"
service_report a_program_links_with_the_shared_library compile shared \
    "$B/libprivsep.so.0"
service_report and_runs_too env LD_LIBRARY_PATH="$B" "$dir/shared"

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
service_report the_library_exports_what_the_header_declares exports_are_the_header

archive_names() {
	nm -g --defined-only "$B/libprivsep.a" |
	    awk 'NF == 3 && $3 !~ /^privsep_/ { print; bad = 1 }
	    END { exit bad }'
}
[ -n "${PSD_ASAN:-}" ] ||
    service_report the_archive_has_no_other_global_names archive_names

links_libc_alone() {
	! readelf -d "$B/libprivsep.so.0" | grep NEEDED |
	    grep -v 'libc\.so\|ld-linux'
}
[ -n "${PSD_ASAN:-}" ] || report the_library_needs_libc_alone links_libc_alone

# A program as C++ has them: it throws, it keeps its descriptors in objects, and
# its callbacks are methods.
cat >"$dir/confined.cc" <<'END'
#include "helper/privsep.h"

#include <cerrno>
#include <fcntl.h>
#include <functional>
#include <iterator>
#include <memory>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <syslog.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace {

struct failure : std::runtime_error {
	failure(const std::string &what, int r)
	    : std::runtime_error(what + ": " + std::to_string(r))
	{
	}
};

int
checked(const char *what, int r)
{
	if (r < 0)
		throw failure(what, r);
	return r;
}

class descriptor {
	int fd;

      public:
	explicit descriptor(int number) : fd(number) {}
	descriptor(const descriptor &) = delete;
	descriptor &operator=(const descriptor &) = delete;
	~descriptor() { close(fd); }
	int get() const { return fd; }
};

struct freed {
	void operator()(struct privsep *p) const { privsep_free(p); }
	void operator()(struct privsep_dir *p) const { privsep_closedir(p); }
	void operator()(FILE *p) const { fclose(p); }
};

/* One request that is not waited for. */
class asking {
	std::unique_ptr<struct privsep, freed> handle;
	std::function<int(struct privsep *)> request;
	static void call(struct privsep *, void *cookie)
	{
		static_cast<asking *>(cookie)->again();
	}

      public:
	int result;
	asking(struct privsep *conversation,
	    std::function<int(struct privsep *)> what)
	    : handle(), request(std::move(what)), result(-EINPROGRESS)
	{
		struct privsep *made = nullptr;

		checked("handle", privsep_handle_new(&made, conversation, 0));
		handle.reset(made);
		privsep_set_callback(made, call, this);
		again();
	}
	asking(const asking &) = delete;
	asking &operator=(const asking &) = delete;
	void again() { result = request(handle.get()); }
};

std::string
text_of(struct privsep *conversation, const std::string &path)
{
	const descriptor file(checked("open",
	    privsep_open(conversation, path.c_str(), O_RDONLY, 0)));
	char text[64];
	const ssize_t n = read(file.get(), text, sizeof(text));

	return std::string(text, n < 0 ? 0 : static_cast<size_t>(n));
}

int
count(void *cookie, const char *, unsigned char)
{
	++*static_cast<int *>(cookie);
	return 0;
}

void
wait_for(struct privsep *conversation, const asking &a)
{
	while (a.result == -EINPROGRESS) {
		struct pollfd look = { privsep_fd(conversation),
			static_cast<short>(privsep_events(conversation)), 0 };

		if (poll(&look, 1, privsep_next_timeout(conversation)) < 0)
			throw failure("poll", -errno);
		checked("process", privsep_process(conversation));
	}
}

std::string
all_is_well(struct privsep *conversation, const std::string &dir)
{
	struct privsep_stat status = {};
	int names = 0;

	checked("ping", privsep_ping(conversation));
	checked("stat", ::privsep_stat(conversation, (dir + "/a").c_str(),
	    &status));
	checked("read_directory", privsep_read_directory(conversation,
	    dir.c_str(), count, &names));
	checked("log", privsep_log(conversation, LOG_INFO, "%d names", names));
	privsep_syslog(conversation, LOG_DAEMON | LOG_INFO, "as in C");

	const std::unique_ptr<FILE, freed> stream(
	    privsep_fopen(conversation, (dir + "/a").c_str(), "re"));
	const std::unique_ptr<struct privsep_dir, freed> entries(
	    privsep_opendir(conversation, dir.c_str()));
	if (!stream || std::fgetc(stream.get()) != 'x' || !entries ||
	    privsep_readdir(entries.get()) == nullptr)
		throw failure("stream or directory", -errno);

	struct privsep_stat later = {};
	asking first(conversation, [&](struct privsep *handle) {
		return ::privsep_stat(handle, (dir + "/a").c_str(), &later);
	});
	asking second(conversation, [](struct privsep *handle) {
		return privsep_open(handle, "/nothing", O_RDONLY, 0);
	});
	wait_for(conversation, second);
	wait_for(conversation, first);
	if (second.result != -EPERM || later.size != status.size)
		throw failure("handles", second.result);

	privsep_set_timeout(conversation, 10000);
	if (privsep_accept(conversation, nullptr) != -ETIMEDOUT)
		throw failure("limit of time", 0);
	privsep_set_timeout(conversation, 0);
	return text_of(conversation, dir + "/a") + " " +
	    std::to_string(names) + " " + std::to_string(status.size);
}

} // namespace

int
main(int argc, char **argv)
{
	struct privsep *conversation = nullptr;

	if (argc != 2 || privsep_init(&conversation) < 0)
		return 1;
	for (;;) {
		const int fd = privsep_accept(conversation, nullptr);
		std::string said;

		if (fd < 0)
			break;
		const descriptor client(fd);
		try {
			said = all_is_well(conversation, argv[1]);
		} catch (const std::exception &e) {
			said = e.what();
		}
		if (write(fd, said.data(), said.size()) < 0)
			return 1;
	}
	return privsep_end(conversation) == 0 ? 0 : 1;
}
END

confined() {
	"$cxx" -std=c++11 "${warnings[@]}" -I. -o "$dir/confined" \
	    "$dir/confined.cc" "$B/libprivsep.a"
}
service_report a_program_of_objects_and_exceptions_compiles confined
if service_is_possible; then
	printf x >"$dir/files/a"
	printf y >"$dir/files/b"
	service_report and_is_started_as_a_helper service_start \
	    "$dir/confined $dir/files" "AllowOpen=read %s/files/*
AllowStat=%s/files/*
AllowReadDirectory=%s/files
AllowLog=info
LogVerdicts=none"
	service_report and_holds_a_whole_conversation service_says 'x 2 1'
	service_report and_a_second_one service_says 'x 2 1'
	service_report and_ends_in_an_orderly_way service_ends_orderly
else
	for _ in 1 2 3 4; do
		service_skip 'starting helpers takes root and no sanitizer'
	done
fi
echo "1..$service_number"
