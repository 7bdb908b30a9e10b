#!/usr/bin/perl
# SPDX-License-Identifier: ISC
#
# conversation.pl DIRECTORY
#
# A helper that was written from privsep-protocol(7) alone: IO::Handle on the
# end that it inherits, and what the language has.  It tells by log requests
# how it fares, for tests/system/test_perl.sh to compare.
use strict;
use warnings;
use Config;
use IO::Handle;

my ($dir) = @ARGV;
my ($FRAME_MAX, $REQUEST, $REPLY) = (16384, 1, 2);
my %op = (hello => 1, ping => 2, restrict => 3, log => 4, accept => 5,
    open => 6, stat => 7, read_directory => 8, readlink => 9);
my ($READ, $WRITE, $CREATE) = (1, 2, 8);

# Finding the end.
$ENV{LISTEN_PID} == $$ or exit 10;
my @names = split(/:/, $ENV{LISTEN_FDNAMES});
my ($place) = grep { $names[$_] eq 'privsep' } 0 .. $#names;
my $end = IO::Handle->new_from_fd(3 + $place, 'r+') or exit 11;

# Kinds of fields.
sub number { return pack('V', $_[0]) }
sub wide { return pack('Q<', $_[0]) }
sub string { return pack('v/a x', $_[0]) }

# A frame is one write, which no buffer may hold back or join with others.
my $last_id = 0;
sub request {
	my ($name, $body) = @_;

	my $frame = pack('v v V l<', $REQUEST, $op{$name}, ++$last_id, 0)
	    . $body;
	$end->syswrite($frame) == length($frame) or exit 12;
	return $last_id;
}

sub take_apart {
	my ($record) = @_;

	length($record) >= 12 or exit 13;
	my ($type, $number, $id, $status, $body) =
	    unpack('v v V l< a*', $record);
	$type == $REPLY or exit 14;
	return { op => $number, id => $id, status => $status, body => $body };
}

# One read is one record.  0 is the end-of-file.
sub reply {
	my $n = $end->sysread(my $record, $FRAME_MAX);

	defined($n) or exit 15;
	return $n == 0 ? undef : take_apart($record);
}

# sysread() would lose the descriptor, and the language has no recvmsg().
sub reply_with_fd {
	my $number = $Config{archname} =~ /^x86_64/ ? 47 : 212;
	my ($record, $control) = ('', '');
	vec($record, $FRAME_MAX - 1, 8) = 0;
	vec($control, 23, 8) = 0;
	my $vector = pack('P Q', $record, $FRAME_MAX);
	my $header = pack('Q L x4 P Q P Q l x4', 0, 0, $vector, 1, $control,
	    length($control), 0);
	my $MSG_CMSG_CLOEXEC = 0x40000000;

	my $n = syscall($number, $end->fileno, $header, $MSG_CMSG_CLOEXEC);
	$n > 0 or exit 16;
	my $reply = take_apart(substr($record, 0, $n));
	my ($len, $level, $type, $fd) = unpack('Q l l l', $control);
	$reply->{fd} = $fd if $len == 20 && $level == 1 && $type == 1;
	return $reply;
}

sub is_of {
	my ($reply, $name, $id) = @_;

	$reply->{op} == $op{$name} && $reply->{id} == $id or exit 17;
	return $reply;
}

sub ask {
	my ($name, $body) = @_;
	my $id = request($name, $body);

	return is_of(reply(), $name, $id);
}

sub ask_for_fd {
	my ($name, $body) = @_;
	my $id = request($name, $body);

	return is_of(reply_with_fd(), $name, $id);
}

sub report {
	ask('log', number(6) . string("says: @_"))->{status} == 0 or exit 18;
}

sub status_of {
	return ask(@_)->{status};
}

my $hello = ask('hello', number(1) . number(9));
my ($version, $service) = unpack('V v/a', $hello->{body});
report("version $version, service $service");
report('ping', unpack('Q<', ask('ping', wide(1234567890123))->{body}));

report('longest text', ask('log', number(6) . string('x' x 4096))->{status});

my $stat = ask('stat', string("$dir/list"));
my ($mode, $links, undef, undef, $size) = unpack('V4 Q<', $stat->{body});
report(sprintf('stat %o, %d link, %d bytes', $mode, $links, $size));
report('readlink', unpack('v/a', ask('readlink', string("$dir/link"))->{body}));
report('no link', status_of('readlink', string("$dir/list")));

# The names in a directory, and how many requests that took.
sub list {
	my ($path) = @_;
	my ($cursor, $batches, @names) = (0, 0);

	while (1) {
		my $batch = ask('read_directory', string($path) . wide($cursor));
		my ($entries, $next) = unpack('V/a Q<', $batch->{body});

		$batch->{status} == 0 or exit 25;
		return ($batches, sort(@names)) if $entries eq '';
		push(@names, unpack('(x C/a)*', $entries));
		$batches++;
		$cursor = $next;
	}
}
my ($batches, @few) = list($dir);
report('directory', @few);
($batches, my @many) = list("$dir/many");
report('many', scalar(@many), $batches > 1 ? 'in batches' : 'at once');

# Open, with the descriptor that comes beside the reply.
my $open = ask_for_fd('open', number($READ) . string("$dir/list") . number(0));
my $file = IO::Handle->new_from_fd($open->{fd}, 'r') or exit 19;
report('open', $open->{status}, 'line', $file->getline =~ tr/\n//dr);
report('write to it', defined(syswrite($file, 'x')) ? 'done' : 'refused');
$file->close;
my $made = ask_for_fd('open', number($WRITE | $CREATE) . string("$dir/made")
    . number(0640));
my $new = IO::Handle->new_from_fd($made->{fd}, 'w') or exit 20;
$new->syswrite("made by a helper\n");
$new->close;
report('made', $made->{status});

# Refused, and the same whether it exists or not.
for my $path ("$dir/../etc", '/etc/passwd', '/etc/none') {
	my $reply = ask('open', number($READ) . string($path) . number(0));

	report("refused $path", $reply->{status}, 'body', length($reply->{body}));
}

# Several at a time: what has to wait is answered later, by its id.
my $waiting = request('accept', '');
my @ids = map { request('ping', wide($_)) } 1 .. 5;
my @answers = map { is_of(reply(), 'ping', $_) } @ids;
report('meanwhile', map { unpack('Q<', $_->{body}) } @answers);
my $client = is_of(reply_with_fd(), 'accept', $waiting);
my $connection = IO::Handle->new_from_fd($client->{fd}, 'r+') or exit 21;
$connection->autoflush(1);
$connection->print("you are served\n");
my $heard = $connection->getline // '';
report('client', $client->{status}, $heard =~ tr/\n//dr);
$connection->close;

report('restrict', status_of('restrict', number($op{stat})));
report('given up', status_of('stat', string("$dir/list")));
report('not given up', status_of('readlink', string("$dir/link")));

# The end: nothing more to ask, but one answer is outstanding.
my $last = request('accept', '');
shutdown($end, 1) or exit 22;
my $cancelled = is_of(reply(), 'accept', $last);
exit 23 if $cancelled->{status} >= 0;
exit(defined(reply()) ? 24 : 0);
