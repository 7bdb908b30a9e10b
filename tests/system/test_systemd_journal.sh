#!/bin/bash
# SPDX-License-Identifier: ISC
#
# The service's journal under a real systemd: who finds what there, who may,
# and what there is without one.
set -u

. tests/support/systemd.sh
guest_need curl jq
[ -x "$B/helpers/httpd" ] || guest_skip 'the httpd helper is not built'
guest_boot

guest mkdir -p /srv/www
guest sh -c 'echo page >/srv/www/index.html; echo no >/srv/www/secret'
printf '%s\n' '[Helper]' \
    "ExecStart=$guest_prefix/libexec/privsepd/httpd --root=/srv/www" \
    'ListenStream=127.0.0.1:8080' '[Policy]' \
    'SystemCallFilter=@helper @loader @network-io' 'AllowOpen=@runtime' \
    'AllowAccept=yes' 'AllowOpen=read /srv/www/**' \
    'DenyOpen=any /srv/www/secret' >"$guest_shared/www.policy"
guest install -m 644 /run/shared/www.policy /etc/privsepd

# finds JQ WORD...: entries of privsepctl log, of which JQ is true for one.
finds() {
	guest journalctl --sync
	guest privsepctl --json log "${@:2}" | jq -es "any($1)"
}
nobody=(setpriv --reuid 65534 --regid 65534)

service_writes_to_the_journal_of_its_unit() {
	guest systemctl enable --now privsepd.service &&
	    guest journalctl --sync &&
	    guest journalctl -q -o json -u privsepd.service |
	    jq -es 'any(.MESSAGE == "ready: 1 helpers" and
		._TRANSPORT == "journal" and .PRIVSEP_HELPERS == "1")'
}
guest_try service_writes_to_the_journal_of_its_unit

denial_is_read_back_with_its_line() {
	guest curl -s --max-time 20 http://127.0.0.1:8080/secret >/dev/null
	finds '.operation == "open" and .service == "www" and
	    .rule == "/etc/privsepd/www.policy:9"' --verdict=refused
}
guest_try denial_is_read_back_with_its_line

installed_catalogue_explains_it() {
	guest journalctl --update-catalog &&
	    guest journalctl -q -x PRIVSEP_VERDICT=refused |
	    grep -q 'A request of www is denied by its policy'
}
guest_try installed_catalogue_explains_it

group_of_the_journal_may_read_it_and_others_may_not() {
	guest "${nobody[@]}" --groups systemd-journal privsepctl log |
	    grep -q 'refused open' || return 1
	guest "${nobody[@]}" --clear-groups privsepctl log 2>&1 |
	    grep -q 'groups systemd-journal and adm'
}
guest_try group_of_the_journal_may_read_it_and_others_may_not

metrics_are_left_for_the_collector() {
	guest systemd-run -q --wait -p Type=oneshot \
	    "$guest_prefix/bin/privsepctl" metrics \
	    --output=/run/shared/privsepd.prom &&
	    tests/support/openmetrics.pl <"$guest_shared/privsepd.prom" |
	    grep -qx 'privsepd_instances{service="www",state="ready"} 1'
}
guest_try metrics_are_left_for_the_collector

where_standard_error_is_a_file_it_is_written_there() {
	guest mkdir -p /etc/systemd/system/privsepd.service.d
	printf '%s\n' '[Service]' 'StandardError=file:/run/shared/log' \
	    >"$guest_shared/file.conf"
	guest cp /run/shared/file.conf /etc/systemd/system/privsepd.service.d &&
	    guest systemctl daemon-reload &&
	    guest systemctl restart privsepd.service &&
	    grep -qx 'ready: 1 helpers' "$guest_shared/log"
}
guest_try where_standard_error_is_a_file_it_is_written_there
guest_done
