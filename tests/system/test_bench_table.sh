#!/bin/bash
# SPDX-License-Identifier: ISC
#
# scripts/bench-table: what a bench has measured becomes a table, and takes the
# place of the last one on a page.
set -u

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
number=0

try() {
	number=$((number + 1))
	if "$1" >"$dir/out" 2>&1; then
		echo "ok $number - $1"
	else
		echo "not ok $number - $1"
		sed 's/^/# /' "$dir/out"
	fi
}

cat >"$dir/bench.json" <<'END'
{"version": "1.2", "kernel": "6.1", "machine": "m", "rows": [
 {"group": "a | b", "name": "bare", "unit": "µs", "rounds": 9,
  "value": {"q1": 1, "median": 7.591, "q3": 2}},
 {"group": "a | b", "name": "ours", "unit": "µs", "rounds": 9,
  "value": {"q1": 1, "median": 9.996, "q3": 2}, "limit": "bare",
  "ratio": {"q1": 1.2, "median": 1.317, "q3": 1.4}, "goal": 1.3, "held": false,
  "increment_to": "bare", "increment": {"q1": 1, "median": 2.4, "q3": 3}},
 {"group": "memory", "name": "all", "unit": "KiB", "rounds": 1,
  "value": {"q1": 1, "median": 258.4, "q3": 2}},
 {"group": "peers", "name": "b | wrap", "value": null,
  "skipped": "there is no b | wrap", "command": "make bench GROUP=peers"},
 {"group": "peers", "name": "setpriv", "unit": "µs", "rounds": 9,
  "value": {"q1": 1, "median": 1359, "q3": 2}, "limit": "ours",
  "ratio": {"q1": 7, "median": 7.612, "q3": 8}, "goal": 6, "at_least": true,
  "held": true, "command": "make bench GROUP=peers"},
 {"group": "peers", "name": "slow", "unit": "µs", "rounds": 9,
  "value": {"q1": 1, "median": 359, "q3": 2}, "limit": "ours",
  "ratio": {"q1": 1, "median": 2, "q3": 3}, "goal": 6, "at_least": true,
  "held": false, "command": "make bench GROUP=peers"},
 {"group": "pages", "value": null, "skipped": "no server",
  "command": "make bench GROUP=pages"}]}
END

every_row_has_its_line() {
	scripts/bench-table "$dir/bench.json" >"$dir/table" || return
	cat "$dir/table"
	grep -qxF 'Linux 6.1, m, privsepd 1.2; microseconds where nothing else is said.' \
	    "$dir/table" &&
	    grep -qxF '| **a \| b** | | | | | | |' "$dir/table" &&
	    grep -qxF '| bare | 7.59 |  |  |  |  |  |' "$dir/table" &&
	    grep -qxF '| ours | 10.00 | +2.4 | bare | 1.32 | 1.20 to 1.40 | 1.3, missed |' \
	        "$dir/table" &&
	    grep -qxF '| all | 258 KiB |  |  |  |  |  |' "$dir/table" &&
	    grep -qxF '| **pages**: not measured, no server | | | | | | |' "$dir/table" &&
	    test "$(grep -c '^|' "$dir/table")" -eq 12
}

group_says_what_repeats_it() {
	# shellcheck disable=SC2016 # These are Markdown's.
	grep -qxF '| **peers**, `make bench GROUP=peers` | | | | | | |' \
	    "$dir/table" &&
	    test "$(grep -c 'make bench' "$dir/table")" -eq 1
}

row_that_was_skipped_says_why_beside_the_others() {
	grep -qxF '| b \| wrap: not measured, there is no b \| wrap | | | | | | |' \
	    "$dir/table"
}

goal_may_be_the_least() {
	grep -qxF '| setpriv | 1359 |  | ours | 7.61 | 7.00 to 8.00 | at least 6 |' \
	    "$dir/table" &&
	    grep -qxF '| slow | 359 |  | ours | 2.00 | 1.00 to 3.00 | at least 6, missed |' \
	        "$dir/table"
}

page_has_the_new_table_and_all_else() {
	printf '%s\n' before '<!-- bench-table: begin -->' old \
	    '<!-- bench-table: end -->' after >"$dir/page"
	scripts/bench-table --write "$dir/page" "$dir/bench.json" || return
	cat "$dir/page"
	{
		printf '%s\n' before '<!-- bench-table: begin -->' ''
		cat "$dir/table"
		printf '%s\n' '' '<!-- bench-table: end -->' after
	} >"$dir/wanted"
	cmp "$dir/page" "$dir/wanted" || return
	# Once more changes nothing.
	scripts/bench-table --write "$dir/page" "$dir/bench.json" &&
	    cmp "$dir/page" "$dir/wanted"
}

page_without_markers_stays_as_it_is() {
	echo text >"$dir/page"
	! scripts/bench-table --write "$dir/page" "$dir/bench.json" &&
	    test "$(cat "$dir/page")" = text
}

page_of_the_map_has_markers() {
	cp ARCHITECTURE.md "$dir/map" &&
	    scripts/bench-table --write "$dir/map" "$dir/bench.json"
}

try every_row_has_its_line
try group_says_what_repeats_it
try row_that_was_skipped_says_why_beside_the_others
try goal_may_be_the_least
try page_has_the_new_table_and_all_else
try page_without_markers_stays_as_it_is
try page_of_the_map_has_markers
echo "1..$number"
