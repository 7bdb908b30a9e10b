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
 {"group": "pages", "skipped": "no server"}]}
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
	    test "$(grep -c '^|' "$dir/table")" -eq 8
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
try page_has_the_new_table_and_all_else
try page_without_markers_stays_as_it_is
try page_of_the_map_has_markers
echo "1..$number"
