#!/bin/bash
# SPDX-License-Identifier: ISC
#
# The examples of privsep(3): the program compiles without a warning, and
# under the policy beside it does what the page says.
set -u

: "${B:?run me by make check}"
dir=$(mktemp -d)
daemon=
finish() {
	if [ -n "$daemon" ]; then
		kill "$daemon" 2>/dev/null
		wait "$daemon"
	fi
	rm -rf "$dir"
}
trap finish EXIT
umask 022
chmod 755 "$dir"
mkdir -m 755 "$dir/etc" "$dir/run" "$dir/data"
flags=(-Wall -Wextra -Wpedantic -Werror -Ihelper)
# shellcheck disable=SC2054 # The comma is the compiler's.
[ -z "${PSD_ASAN:-}" ] || flags+=(-fsanitize=address,undefined)
number=0

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

# block N: the Nth example of the page, without mdoc's escapes.
block() {
	awk -v wanted="$1" '
	/^\.Sh / { examples = /EXAMPLES/ }
	examples && /^\.Bd -literal/ { n++; inside = 1; next }
	/^\.Ed/ { inside = 0 }
	inside && n == wanted { gsub(/\\e/, "\\"); print }
	' man/privsep.3
}

block 1 >"$dir/sizes.c"
block 2 >"$dir/sizes.policy"
block 3 >"$dir/loop.c"
block 6 >"$dir/signer.c"
block 7 >"$dir/signer.policy"
block 8 >"$dir/authenticate.c"

report the_example_compiles "${CC:-cc}" "${flags[@]}" -o "$dir/sizes" \
    "$dir/sizes.c" "$B/libprivsep.a"
report and_so_does_the_one_with_a_loop "${CC:-cc}" "${flags[@]}" \
    -o "$dir/loop" "$dir/loop.c" "$B/libprivsep.a"

report and_those_of_a_service "${CC:-cc}" "${flags[@]}" -c -o "$dir/signer.o" \
    "$dir/signer.c"
report and_of_its_client "${CC:-cc}" "${flags[@]}" -c \
    -o "$dir/authenticate.o" "$dir/authenticate.c"

alone() {
	"$dir/sizes"
	[ $? -eq 1 ]
}
report without_a_daemon_it_gives_up alone

# write_policy PORT
write_policy() {
	sed -e "s|/usr/local/libexec/sizes|$dir/sizes|" \
	    -e "s|127.0.0.1:7001|127.0.0.1:$1|" \
	    -e "s|/srv/data/list|$dir/data/list|" "$dir/sizes.policy" \
	    >"$dir/etc/sizes.policy"
}

good_policy() {
	write_policy 7001
	"$B/privsepctl" check "$dir/etc/sizes.policy"
}
service_policy() {
	sed -e "s|/usr/local/libexec/signer|/bin/true|" \
	    -e "s|/etc/signer/key|/etc/passwd|" "$dir/signer.policy" \
	    >"$dir/checked.policy"
	"$B/privsepctl" check "$dir/checked.policy"
}
report and_so_is_the_services service_policy
printf 'twelve bytes' >"$dir/data/list"
report its_policy_is_good good_policy

# Some port is free; the daemon says at once when one is not.
start() {
	local try
	for try in $(seq 1000); do
		if [ -z "$daemon" ]; then
			port=$((20000 + RANDOM % 10000))
			write_policy "$port"
			# The one before was ready, too.
			: >"$dir/log"
			"$B/privsepd" --policy-dir "$dir/etc" \
			    --runtime-dir "$dir/run" >"$dir/log" 2>&1 &
			daemon=$!
		fi
		grep -q '^ready' "$dir/log" && return 0
		sleep 0.1
		kill -0 "$daemon" 2>/dev/null || daemon=
	done
	echo "not ready after $try looks"
	return 1
}

ask() {
	exec 9<>"/dev/tcp/127.0.0.1/$port" && timeout 30 cat <&9
	exec 9>&-
}

# serves SOURCE: the path of the file is the program's, so that is changed,
# too.  Clients that come at the same time are all told.
serves() {
	local i pids=()
	sed "s|/srv/data/list|$dir/data/list|" "$dir/$1" >"$dir/here.c"
	"${CC:-cc}" "${flags[@]}" -o "$dir/sizes" "$dir/here.c" \
	    "$B/libprivsep.a" || return 1
	start || return 1
	for i in 1 2 3 4 5 6; do
		ask >"$dir/told.$i" &
		pids+=($!)
	done
	wait "${pids[@]}"
	[ "$(sort -u "$dir"/told.*)" = '12 bytes' ] &&
	    [ "$(cat "$dir"/told.* | wc -l)" -eq 6 ] && return 0
	cat "$dir/log"
	return 1
}

ends() {
	kill "$daemon" && wait "$daemon" || return 1
	daemon=
	cat "$dir/log"
	grep -q 'ended: orderly' "$dir/log" && ! grep -q refused "$dir/log"
}

if [ "$(id -u)" -ne 0 ] || [ -n "${PSD_ASAN:-}" ]; then
	echo 'ok 5 # SKIP starting helpers takes root and no sanitizer'
	echo 'ok 6 # SKIP the same'
	echo 'ok 7 # SKIP the same'
	echo 'ok 8 # SKIP the same'
	number=8
else
	report it_tells_the_size_of_a_file serves sizes.c
	report it_ends_in_an_orderly_way ends
	report so_does_the_one_with_a_loop serves loop.c
	report and_it_ends_like_that_too ends
fi
echo "1..$number"
