#!/bin/bash
# SPDX-License-Identifier: ISC
#
# Programs that use the library each in its own way, and have a whole
# conversation as confined helpers of a real daemon.
set -u

: "${B:?run me by make check}"
. tests/support/service.sh
helpers=${PSD_HELPERS:-$B}/tests/helpers

if ! service_is_possible; then
	service_skip 'starting helpers takes root and no sanitizer'
	echo "1..$service_number"
	exit
fi

files=$service_dir/files
for i in 0 1 2 3 4 5 6 7; do
	printf '%s' "$i" >"$files/$i"
done
loop_policy="AllowOpen=read $files/[0-7]
AllowLog=info
LogVerdicts=none"
service_report a_program_with_a_loop_of_its_own_is_started service_start \
    "$helpers/looper $files" "$loop_policy"
service_report it_has_many_requests_under_way_at_a_time service_says ok
service_report and_again_for_the_next_client service_says ok
service_report and_ends_in_an_orderly_way service_ends_orderly
logged() {
	[ "$(grep -c 'not waited for' "$service_dir/log")" -eq 2 ]
}
service_report what_it_did_not_wait_for_was_logged logged

for i in 0 1 2 3 4 5 6 7; do
	head -c "$i" /dev/zero >"$files/$i"
done
service_report a_program_of_threads_is_started service_start \
    "$helpers/threader $files" "SystemCallFilter=@threads
AllowOpen=read $files/[0-7]
AllowStat=$files/[0-7]
LogVerdicts=none"
service_report each_request_of_eight_threads_is_answered_once service_says \
    '6400 answered'
service_report and_it_ends_in_an_orderly_way_too service_ends_orderly
echo "1..$service_number"
