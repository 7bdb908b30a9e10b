#!/bin/bash
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016 # The single quotes hold programs.
#
# policy/examples: each policy as it stands lets its program do what it does
# unconfined, and nothing else.
set -u

. tests/support/run.sh

# What everybody may read, so that nothing but the view is in the way.
echo 'root:secret words:1:' >"$dir/secret"
chmod 644 "$dir/secret"

script attack 'for (@ARGV) {' \
    'open(my $f, "<", $_) and print "read $_\n";' \
    'open(my $g, ">>", $_) and print "written $_\n"; }' \
    'socket(my $s, 2, 1, 0) and print "socket\n";' \
    'fork // exec { "/bin/sh" } "sh", "-c", "echo owned";'

# example NAME INPUT COMMAND...: the policy's own program does what COMMAND
# does unconfined.
example() {
	local name=$1 input=$2
	shift 2
	cp "policy/examples/$name.policy" "$dir"
	"$@" <"$input" >"$dir/want" 2>/dev/null
	run -i "$input" "$name"
	exits 0 && [ -s "$dir/want" ] && cmp "$dir/want" "$dir/out" &&
	    ! says refused
}

# Whoever takes the program over gets no further than that, and each try is
# told with the line that would allow it.
holds() {
	sed '$aReportOpens=yes' "$dir/$1.policy" >"$dir/told.policy"
	run told -- "$dir/attack" /etc/shadow "$dir/secret"
	[ ! -s "$dir/out" ] && [ "$(<"$dir/secret")" = 'root:secret words:1:' ] &&
	    says 'refused openat(AT_FDCWD, "/etc/shadow", O_RDONLY' &&
	    says 'to allow: AllowOpen=read /etc/shadow' &&
	    says 'refused socket(AF_INET' &&
	    says 'to allow: SystemCallFilter=socket' &&
	    says 'refused execve("/bin/sh"' && says 'to allow: AllowExec=/bin/sh'
}

# told NAME INPUT COMMAND...: the program itself, which is told to read what is
# none of its business, says nothing of it.
told() {
	local name=$1 input=$2
	shift 2
	run -i "$input" "$name" -- "$@"
	! grep -q 'secret words' "$dir/out" "$dir/err"
}

# would COMMAND...: it would, unconfined.
would() { "$@" 2>&1 </dev/null | grep -q 'secret words'; }

head -c 65536 /dev/urandom | od -An -tx1 >"$dir/text"
gzip -c "$dir/text" >"$dir/text.gz"
gzip_unpacks() {
	example gzip "$dir/text.gz" gzip -dc && holds gzip &&
	    would gzip -dcf "$dir/secret" &&
	    told gzip /dev/null gzip -dcf "$dir/secret"
}
try_with gzip gzip_unpacks

seq 2000 | sed 's/.*/{"b": &, "a": [&, "&"]}/' >"$dir/json"
jq_prints() {
	example jq "$dir/json" jq . && holds jq &&
	    would jq -n --rawfile x "$dir/secret" '$x' &&
	    told jq /dev/null jq -n --rawfile x "$dir/secret" '$x'
}
try_with jq jq_prints

{ echo '<a>'; seq -f '<b n="%g"/>' 2000; echo '</a>'; } >"$dir/xml"
printf '<!DOCTYPE a [<!ENTITY x SYSTEM "file://%s">]>\n<a>&x;</a>\n' \
    "$dir/secret" >"$dir/entity"
xmllint_prints() {
	example xmllint "$dir/xml" xmllint --format - && holds xmllint &&
	    xmllint --noent "$dir/entity" | grep -q 'secret words' &&
	    told xmllint "$dir/entity" xmllint --noent -
}
try_with xmllint xmllint_prints

printf '%s\n' '%PDF-1.4' '1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj' \
    '2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj' \
    '3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]' \
    '/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>endobj' \
    '4 0 obj<</Length 43>>stream' \
    'BT /F1 24 Tf 20 100 Td (Hello words) Tj ET' 'endstream endobj' \
    '5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj' \
    'trailer<</Root 1 0 R>>' >"$dir/pdf"
pdftotext_reads() {
	example pdftotext "$dir/pdf" pdftotext - - && holds pdftotext &&
	    grep -q 'Hello words' "$dir/want"
}
try_with pdftotext pdftotext_reads

pdftoppm_draws() {
	example pdftoppm "$dir/pdf" pdftoppm -r 100 && holds pdftoppm
}
try_with pdftoppm pdftoppm_draws

perl -e 'print "P6\n64 48\n255\n"; for my $y (0 .. 47) { for my $x (0 .. 63) {
    print pack("C3", $x * 4, $y * 5, ($x ^ $y) & 255) } }' >"$dir/ppm"
# Not one of $PATH, which may be another's of the name.
convert=/usr/bin/convert
# A PNG says in which second it was made, and that may be the next one.
in_the_same_second() {
	local try
	for try in {1..10}; do
		"$@" && return 0
		echo "# tried $try times"
	done
	return 1
}

convert_converts() {
	in_the_same_second example convert "$dir/ppm" "$convert" - png:- &&
	    holds convert || return 1
	# Scaled, with a word drawn upon it, into another kind of picture.
	"$convert" - -resize 50% -annotate +2+20 Hi jpeg:- <"$dir/ppm" \
	    >"$dir/want"
	run -i "$dir/ppm" convert -- "$convert" - -resize 50% \
	    -annotate +2+20 Hi jpeg:-
	exits 0 && cmp "$dir/want" "$dir/out" || return 1
	# Another's picture.
	run convert -- "$convert" "ppm:$dir/ppm" png:-
	exits 1 && [ ! -s "$dir/out" ] && says 'unable to open image'
}
try_with "$convert" convert_converts

printf '%s\n' '%!PS' '/Helvetica findfont 24 scalefont setfont' \
    '72 72 moveto (Hello words) show showpage' >"$dir/ps"
printf '%s\n' "($dir/secret) (r) file 100 string readstring pop print" \
    >"$dir/reads.ps"
printf '%s\n' "(%pipe%cat $dir/secret) (r) file 100 string readstring pop print" \
    >"$dir/shell.ps"
gs=(gs -q -dSAFER -dBATCH -dNOPAUSE -sDEVICE=png16m -r150 -sOutputFile=- -)
unsafe=(gs -q -dNOSAFER -dBATCH -dNODISPLAY)
gs_draws() {
	example gs "$dir/ps" "${gs[@]}" && example gs "$dir/pdf" "${gs[@]}" &&
	    holds gs && would "${unsafe[@]}" "$dir/reads.ps" &&
	    told gs "$dir/reads.ps" "${unsafe[@]}" - &&
	    would "${unsafe[@]}" "$dir/shell.ps" &&
	    told gs "$dir/shell.ps" "${unsafe[@]}" - &&
	    says 'to allow: SystemCallFilter='
}
try_with gs gs_draws

# Ghostscript's own is letter.
page_is_of_the_size_that_the_system_says() {
	sed '/^AllowOpen=.*papersize/d' policy/examples/gs.policy \
	    >"$dir/unsized.policy"
	run -i "$dir/ps" unsized
	exits 0 && mv "$dir/out" "$dir/unsized" || return 1
	run -i "$dir/ps" gs
	exits 0 && ! cmp -s "$dir/unsized" "$dir/out"
}
if [ "$(cat /etc/papersize 2>/dev/null)" = a4 ]; then
	try_with gs page_is_of_the_size_that_the_system_says
fi

exiftool_tells() {
	example exiftool "$dir/ppm" exiftool --System:all - && holds exiftool &&
	    would exiftool -@ "$dir/secret" &&
	    told exiftool /dev/null exiftool -@ "$dir/secret"
}
try_with exiftool exiftool_tells

perl -e 'my $n = 8000; print pack("A4VA8VvvVVvvA4V", "RIFF", 36 + 2 * $n,
    "WAVEfmt ", 16, 1, 1, 8000, 16000, 2, 16, "data", 2 * $n);
    print pack("v", ($_ * $_ >> 3) & 0xffff) for 1 .. $n' >"$dir/wav"
ffmpeg=(ffmpeg -nostdin -hide_banner -loglevel error)
ffmpeg_packs() {
	example ffmpeg "$dir/wav" "${ffmpeg[@]}" -i pipe:0 -f flac pipe:1 &&
	    holds ffmpeg &&
	    would "${ffmpeg[@]}" -f data -i "$dir/secret" -map 0 -f data - &&
	    told ffmpeg /dev/null "${ffmpeg[@]}" -f data -i "$dir/secret" \
		-map 0 -f data - &&
	    told ffmpeg /dev/null "${ffmpeg[@]}" -i http://127.0.0.1:9/x \
		-f flac - && says 'to allow: SystemCallFilter=socket'
}
try_with ffmpeg ffmpeg_packs

# Of programs that are there, and not our own ones, which are not installed.
policies_are_all_sound() {
	grep -lZ '^Type=filter' policy/examples/*.policy |
	    xargs -0 "$ctl" check --strict >"$dir/err" 2>&1
}
try policies_are_all_sound

echo "1..$number"
