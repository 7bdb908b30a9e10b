# SPDX-License-Identifier: ISC
# shellcheck shell=bash
#
# Sourced by tests of privsepctl that want a daemon with puppets
# (tests/helpers/puppet.c) in $puppets_dir, and things to happen there.

puppets_prepare() {
	puppets_dir=$(mktemp -d)
	umask 022
	chmod 755 "$puppets_dir"
	mkdir -m 755 "$puppets_dir/etc" "$puppets_dir/run"
	# A helper has no way to the build tree if that is in somebody's home.
	install -m 755 "$B/tests/helpers/puppet" "$puppets_dir/puppet"
}

# puppets_policy NAME OTHER LINES: a puppet with those lines in [Helper] and in
# [Policy].
puppets_policy() {
	printf '[Helper]\nExecStart=%s\nListenStream=%s\n%s\n
[Policy]\nSystemCallFilter=@helper @loader @network-io\nAllowOpen=@runtime
AllowAccept=yes\n%s\n' "$puppets_dir/puppet" "$puppets_dir/run/$1.sock" "$2" \
	    "$3" >"$puppets_dir/etc/$1.policy"
}

# puppets_say NAME LINE...: says them to a puppet of that service, over one
# connection, and prints what it answers.
puppets_say() {
	# shellcheck disable=SC2016 # Perl expands it.
	timeout 60 perl -MIO::Socket::UNIX -e '
	    my $s = IO::Socket::UNIX->new(shift) or die "connect: $!\n";
	    $| = 1;
	    for (@ARGV) {
		    print $s "$_\n";
		    defined(my $answer = <$s>) or last;
		    print $answer;
	    }' "$puppets_dir/run/$1.sock" "${@:2}"
}

# puppets_start: its log goes to a file.
puppets_start() {
	local try
	"$B/privsepd" ${PSD_SANITIZED:+--config "$PSD_SANITIZED"} \
	    --policy-dir "$puppets_dir/etc" \
	    --runtime-dir "$puppets_dir/run" >"$puppets_dir/log" 2>&1 &
	puppets_daemon=$!
	for try in $(seq 300); do
		grep -qs '^ready' "$puppets_dir/log" && return 0
		kill -0 "$puppets_daemon" 2>/dev/null || break
		sleep 0.1
	done
	echo "# not ready after $try looks"
	cat "$puppets_dir/log"
	return 1
}

puppets_stop() {
	kill "$puppets_daemon" && wait "$puppets_daemon"
}

puppets_ctl() {
	"$B/privsepctl" --runtime-dir "$puppets_dir/run" "$@"
}

puppets_number=0
# puppets_try NAME: one case, the function of that name.
puppets_try() {
	puppets_number=$((puppets_number + 1))
	if "$1" >"$puppets_dir/out" 2>&1; then
		echo "ok $puppets_number - $1"
	else
		echo "not ok $puppets_number - $1"
		sed 's/^/# /' "$puppets_dir/out"
	fi
}

# puppets_or_skip: where no helper can be started.
puppets_or_skip() {
	if [ "$(id -u)" -ne 0 ]; then
		echo 'SKIP: starting confined helpers takes root'
		exit 77
	fi
}
