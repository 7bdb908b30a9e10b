#!/bin/bash
# SPDX-License-Identifier: ISC
#
# privsepctl with a real daemon and a real helper, the shipped httpd.
set -u

: "${B:?run me by make check}"
if [ "$(id -u)" -ne 0 ]; then
	echo 'SKIP: starting confined helpers with uids of their own takes root'
	exit 77
fi
if [ ! -x "$B/helpers/httpd" ]; then
	echo 'SKIP: the httpd helper is not built (libmicrohttpd is missing)'
	exit 77
fi
dir=$(mktemp -d)
number=0
umask 022
chmod 755 "$dir"
mkdir -m 755 "$dir/etc" "$dir/run" "$dir/site"
# A helper has no way to the build tree if that is below somebody's home.
install -m 755 "$B/helpers/httpd" "$dir/httpd"
ctl=("$B/privsepctl" --runtime-dir "$dir/run")

cat >"$dir/etc/www.policy" <<EOF
[Helper]
ExecStart=$dir/httpd --root=$dir/site
Instances=2
ListenStream=$dir/www.sock
[Policy]
SystemCallFilter=@helper @loader @network-io
AllowOpen=@runtime
AllowAccept=yes
AllowOpen=read $dir/site/**
AllowLog=info
EOF
cp "$dir/etc/www.policy" "$dir/www.good"

"$B/privsepd" ${PSD_SANITIZED:+--config "$PSD_SANITIZED"} \
    --policy-dir "$dir/etc" --runtime-dir "$dir/run" \
    >"$dir/log" 2>&1 &
daemon=$!

finish() {
	kill "$daemon"
	wait "$daemon"
	rm -rf "$dir"
}
trap finish EXIT

# try NAME: one case, the function of that name.
try() {
	number=$((number + 1))
	if "$1"; then
		echo "ok $number - $1"
	else
		echo "not ok $number - $1"
		sed 's/^/# out: /' "$dir/out"
		sed 's/^/# err: /' "$dir/err"
		sed 's/^/# daemon: /' "$dir/log"
	fi
}

# exits STATUS ARGUMENT...: runs privsepctl, output to $dir/out and err.
exits() {
	local wanted=$1 status
	shift
	"${ctl[@]}" "$@" >"$dir/out" 2>"$dir/err"
	status=$?
	[ "$status" -eq "$wanted" ] && return 0
	echo "# exit status $status, not $wanted"
	return 1
}

says() { grep -qE -- "$1" "$dir/out"; }
warns() { grep -qE -- "$1" "$dir/err"; }

# becomes PATTERN ARGUMENT...: asks until the answer is so, half a minute.
becomes() {
	local pattern=$1 i
	shift
	for ((i = 0; i < 300; i++)); do
		"${ctl[@]}" "$@" >"$dir/out" 2>"$dir/err" && says "$pattern" &&
		    return 0
		sleep 0.1
	done
	echo "# never: $pattern"
	return 1
}

daemon_and_service_are_shown() {
	becomes '^www +running +2/2 ' status && says '^privsepd [0-9.]+, pid ' &&
	    says '^layers: ' && says '^(missing: none|MISSING: .)'
}
try daemon_and_service_are_shown

service_is_shown_with_its_instances() {
	exits 0 status www && says '^www \(native\): running' &&
	    says "listeners +$dir/www.sock" && says '^www/1 +ready' &&
	    says '^www/2 +ready' && exits 1 status nobody
}
try service_is_shown_with_its_instances

explain_asks_the_daemon() {
	exits 0 explain www open read "$dir/site/a" &&
	    says "by $dir/etc/www.policy:9: AllowOpen=read" &&
	    exits 3 explain www open write "$dir/site/a" &&
	    says '^to allow: AllowOpen=write ' &&
	    exits 2 explain www open && exits 1 explain nobody accept
}
try explain_asks_the_daemon

files_of_the_daemon_are_found() {
	exits 0 cat www && says "^# $dir/etc/www.policy:1" &&
	    exits 0 syscalls www && says '^close +@helper ' &&
	    [ ! -s "$dir/err" ]
}
try files_of_the_daemon_are_found

dry_run_changes_nothing() {
	echo 'AllowStat=/etc/passwd' >>"$dir/etc/www.policy"
	exits 0 reload --dry-run &&
	    says '^\+ www: AllowStat=/etc/passwd is new ' &&
	    exits 3 explain www stat /etc/passwd && exits 0 status &&
	    says 'generation 1,'
}
try dry_run_changes_nothing

reload_puts_into_force_and_reports() {
	exits 0 reload && says '^\+ www: AllowStat=/etc/passwd is new ' &&
	    says '^reloaded: generation 2' &&
	    exits 0 explain www stat /etc/passwd
}
try reload_puts_into_force_and_reports

bad_policy_leaves_the_old_ones() {
	echo 'AlowStat=/etc/shadow' >>"$dir/etc/www.policy"
	exits 1 reload && warns 'www.policy:12: ' &&
	    warns 'nothing was changed' &&
	    exits 0 explain www stat /etc/passwd || return 1
	cp "$dir/www.good" "$dir/etc/www.policy"
	exits 0 reload && says '^- www: AllowStat=/etc/passwd is gone '
}
try bad_policy_leaves_the_old_ones

# until_unknown INSTANCE: it may still be on its way out.
until_unknown() {
	local i
	for ((i = 0; i < 300; i++)); do
		"${ctl[@]}" stop "$1" >"$dir/out" 2>"$dir/err"
		[ $? -eq 1 ] && exits 0 status www && ! says "^$1 " && return 0
		sleep 0.1
	done
	echo "# never gone: $1"
	return 1
}

stopped_instance_is_replaced() {
	local name
	becomes '^www +running +2/2 ' status || return 1
	exits 0 status www || return 1
	name=$(sed -n 's/^\(www\/[0-9]*\) .*/\1/p' "$dir/out" | head -n 1)
	exits 0 stop "$name" && says "^$name: ending 1 helper" &&
	    until_unknown "$name" && becomes '^www +running +2/2 ' status
}
try stopped_instance_is_replaced

stopped_service_stays_so_until_a_reload() {
	exits 0 stop www && says '^www: ending [0-9]+ helpers' &&
	    becomes '^www +stopped +0/0 ' status && exits 0 reload &&
	    becomes '^www +running +2/2 ' status
}
try stopped_service_stays_so_until_a_reload

stranger_cannot_ask() {
	setpriv --reuid 65534 --regid 65534 --clear-groups "${ctl[@]}" status \
	    >"$dir/out" 2>"$dir/err"
	[ $? -eq 4 ] && warns 'Permission denied'
}
# The binary is where the user's build tree is, perhaps in a closed home.
install -m 755 "$B/privsepctl" "$dir/privsepctl"
ctl[0]=$dir/privsepctl
try stranger_cannot_ask

member_may_look_but_not_change() {
	local own=("${ctl[@]}") status
	chmod 666 "$dir/run/control.sock"
	ctl=(setpriv --reuid 65534 --regid 65534 --clear-groups "${own[@]}")
	exits 0 status && exits 0 explain www open read "$dir/site/a" &&
	    exits 1 reload && warns 'only root' && exits 1 stop www &&
	    warns 'only root'
	status=$?
	ctl=("${own[@]}")
	chmod 660 "$dir/run/control.sock"
	return "$status"
}
try member_may_look_but_not_change

top_takes_a_terminal() {
	exits 2 top && warns 'not a terminal; --batch does without'
}
try top_takes_a_terminal

json_is_complete() {
	if ! command -v python3 >/dev/null; then
		return 0
	fi
	exits 0 --json status || return 1
	python3 - "$dir/out" 2>"$dir/err" <<'EOF'
import json, sys
status = json.load(open(sys.argv[1]))
assert list(status) == ["daemon", "services", "instances"]
assert "filter" in status["daemon"]["layers"]
assert isinstance(status["daemon"]["missing"], list)
assert [s["name"] for s in status["services"]] == ["www"]
assert len(status["instances"]) == status["daemon"]["instances"] == 2
assert all(i["service"] == "www" for i in status["instances"])
EOF
}
try json_is_complete

echo "1..$number"
