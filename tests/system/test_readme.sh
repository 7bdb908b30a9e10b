#!/bin/bash
# SPDX-License-Identifier: ISC
#
# What README.md tells a new user to type, typed: the program and the policy
# that are to be saved are cut out of it, the commands are run in order, and
# what it says the daemon says is looked for.
set -u

: "${B:?run me by make check}"
if [ "$(id -u)" -ne 0 ]; then
	echo 'SKIP: what the daemon says differs without root'
	exit 77
fi
if [ -n "${PSD_ASAN:-}" ]; then
	echo 'SKIP: the library is built without sanitizers'
	exit 77
fi
command -v curl >/dev/null || {
	echo 'SKIP: curl is not installed'
	exit 77
}
dir=$(mktemp -d)
finish() {
	if [ -s "$dir/pid" ]; then
		kill "$(cat "$dir/pid")" 2>/dev/null
	fi
	rm -rf "$dir"
}
trap finish EXIT
umask 022
chmod 755 "$dir"

number=0 failed=0
# report NAME STATUS
report() {
	number=$((number + 1))
	if [ "$2" -eq 0 ]; then
		echo "ok $number - $1"
	else
		echo "not ok $number - $1"
		failed=1
	fi
}

# In a place of our own, at a port of our own.
port=$((20000 + RANDOM % 10000))
while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
	port=$((port + 1))
done
place() {
	sed -e "s|/tmp/hello|$dir/hello|g" -e "s|127.0.0.1:8099|127.0.0.1:$port|g" \
	    -e "s|build/|$B/|g"
}
# The part that is to be followed.
part() {
	awk '/^## / { is = /^## Ten minutes/ } is' README.md
}
# block LANGUAGE: what stands there between the fences.
block() {
	part | awk -v fence="\`\`\`$1" '$0 == fence { is = 1; next }
	    /^```$/ { is = 0 } is' | place
}
indented() {
	part | sed -n 's/^    //p'
}

mkdir -p "$dir/hello/policy"
block c >"$dir/hello/hello.c"
block ini >"$dir/hello/policy/hello.policy"
[ -s "$dir/hello/hello.c" ] && [ -s "$dir/hello/policy/hello.policy" ]
report there_is_a_program_and_a_policy $?

# make was run.  The daemon's words are not commands.  curl waits until the
# daemon is there, as whoever types does.  explain tells by its status that
# what it was asked about is refused.  The helper from before a reload serves
# until the next one is ready, and nobody types as quickly as that.
{
	echo 'set -m'
	indented | grep -v -e '^make$' -e '^hello\[' | place |
	    sed -e "s|^\(.*privsepd .*\) &\$|\1 >$dir/daemon 2>\&1 \& echo \$! >$dir/pid|" \
		-e 's|^curl |curl -sS --retry 20 --retry-connrefused --retry-delay 1 |' \
		-e 's/ reload$/&; sleep 2/' \
		-e 's/ explain .*/& || [ $? -eq 3 ]/'
	echo 'wait %1'
} >"$dir/commands"
timeout 100 bash -e "$dir/commands" >"$dir/said" 2>&1
report each_command_can_be_typed $?

# says NAME FILE TEXT
says() {
	grep -qF -- "$3" "$dir/$2"
	report "$1" $?
}
says the_policy_is_good said 'hello.policy: ok'
says what_is_granted_is_served said 'Hello.'
says what_is_not_is_refused said 'Operation not permitted'
says a_dry_run_tells_what_would_change said 'nothing was changed'
says after_a_reload_it_is_served said 'root:'
says explain_says_what_would_allow_it said 'to allow: AllowOpen=read /etc/shadow'
says the_daemon_ends_its_helpers daemon 'stopping: '

# The lines that the daemon is said to say; those about a call are of another
# program, which calls socket().
wanted=$(indented | grep '^hello\[.*passwd' | sed 's/^hello\[[0-9]*\]/hello/')
[ -n "$wanted" ] &&
    [ "$wanted" = "$(sed 's/^hello\[[0-9]*\]/hello/' "$dir/daemon" |
    grep -F passwd)" ]
report the_daemon_says_what_is_written_there $?

sed -e 's|#include <unistd.h>|&\n#include <sys/socket.h>|' \
    -e 's|(void)sscanf|(void)socket(AF_INET, SOCK_STREAM, 0);\n\t&|' \
    "$dir/hello/hello.c" >"$dir/hello/worse.c"
"${CC:-cc}" -Ihelper -o "$dir/hello/hello" "$dir/hello/worse.c" \
    "$B/libprivsep.a" -pthread
"$B/privsepd" --policy-dir "$dir/hello/policy" --runtime-dir "$dir/hello/run" \
    >"$dir/daemon.worse" 2>&1 &
echo $! >"$dir/pid"
curl -sS --retry 20 --retry-connrefused --retry-delay 1 \
    "http://127.0.0.1:$port/" >/dev/null 2>&1
for _ in $(seq 100); do
	grep -q 'ended: abrupt' "$dir/daemon.worse" && break
	sleep 0.1
done
wanted=$(indented | grep '^hello\[.*socket' | sed 's/^hello\[[0-9]*\]/hello/')
[ -n "$wanted" ] &&
    [ "$wanted" = "$(sed 's/^hello\[[0-9]*\]/hello/' "$dir/daemon.worse" |
    grep -F socket)" ]
report a_denied_call_is_told_as_written_there $?
echo "1..$number"
[ "$failed" -eq 0 ] || sed 's/^/# /' "$dir"/daemon* "$dir/said"
