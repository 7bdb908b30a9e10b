#!/bin/sh
# SPDX-License-Identifier: ISC
#
# demo.sh
#
# Serves demo/site on 127.0.0.1:PORT (8080) by a confined web helper, until
# it is interrupted.  B says where privsepd was built.  Nothing is installed,
# and what is made lies in a directory of its own that goes away at the end.
# As root with every layer, as another user with those that are left; the
# daemon says which are missing.
set -eu
umask 022

tree=$(cd "$(dirname "$0")/.." && pwd)
B=${B:-$tree/build}
PORT=${PORT:-8080}
site=$tree/demo/site

fail() {
	printf 'demo.sh: %s\n' "$*" >&2
	exit 1
}

case $PORT in
*[!0-9]* | '') fail "PORT=$PORT is no port number" ;;
esac
for program in privsepd privsepctl helpers/httpd; do
	[ -x "$B/$program" ] || fail "$B/$program is missing; make builds it"
done

# The daemon refuses policies in directories where others may write, so not
# simply below /tmp: mktemp's directory is ours alone.
dir=$(mktemp -d "${TMPDIR:-/tmp}/privsepd-demo.XXXXXX")
daemon=
cleanup() {
	trap - EXIT INT TERM HUP
	if [ -n "$daemon" ]; then
		kill "$daemon" 2>/dev/null || :
		wait "$daemon" 2>/dev/null || :
	fi
	rm -rf "$dir"
}
trap cleanup EXIT
trap 'exit 0' INT TERM HUP
mkdir "$dir/policy" "$dir/run"

# A policy has quotes and patterns; what they make of an odd path is not for
# a demo to show, so such a site is copied to a plain place.
case $site$B in
*[!A-Za-z0-9/._-]*)
	cp -R "$site" "$dir/site"
	site=$dir/site
	cp "$B/helpers/httpd" "$dir/httpd"
	httpd=$dir/httpd
	;;
*)
	httpd=$B/helpers/httpd
	;;
esac
sed -e "s|@HTTPD@|$httpd|" -e "s|@SITE@|$site|" -e "s|@PORT@|$PORT|" \
    "$tree/demo/www.policy.in" >"$dir/policy/www.policy"

"$B/privsepd" --policy-dir "$dir/policy" --runtime-dir "$dir/run" &
daemon=$!

tries=0
until "$B/privsepctl" --runtime-dir "$dir/run" status >/dev/null 2>&1; do
	if ! kill -0 "$daemon" 2>/dev/null; then
		fail "privsepd did not start; it says why above. When the" \
		    "port is taken: make demo PORT=8081"
	fi
	tries=$((tries + 1))
	[ "$tries" -lt 100 ] || fail "privsepd does not answer"
	sleep 0.1
done

cat <<END

A helper without privileges serves http://127.0.0.1:$PORT/ - try, elsewhere:

  curl -i http://127.0.0.1:$PORT/
  '$B/privsepctl' --runtime-dir '$dir/run' status www
  curl -i http://127.0.0.1:$PORT/private/note.txt
      which is refused; below this the daemon says why

Ctrl-C ends it.

END
wait "$daemon"
