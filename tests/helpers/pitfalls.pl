#!/usr/bin/perl
# SPDX-License-Identifier: ISC
#
# What goes wrong with a socket pair in Perl, shown by going wrong, and what
# helps.  Whoever writes a helper without our library meets all of these, in
# whatever language.
use strict;
use warnings;
use Errno qw(EPIPE);
use Fcntl qw(F_GETFD F_SETFD FD_CLOEXEC);
use IO::Handle;
use Socket;

# What must not come is waited for this long.  The other is there at once, or
# the deadline of the test passes.
my $GLIMPSE = 0.3;
my $number = 0;
$SIG{PIPE} = 'IGNORE';
# Whatever is wrong, children are not kept.
$SIG{ALRM} = sub { die "too slow\n" };
alarm(50);

sub check {
	my ($is, $name) = @_;

	printf("%s %d - %s\n", $is ? 'ok' : 'not ok', ++$number, $name);
}

sub pair {
	my ($type) = @_;

	socketpair(my $one, my $other, AF_UNIX, $type // SOCK_STREAM, 0)
	    or die "socketpair: $!\n";
	return ($one, $other);
}

# Is there something to read, be it the end-of-file?
sub is_readable {
	my ($handle, $seconds) = @_;

	vec(my $set = '', fileno($handle), 1) = 1;
	return select($set, undef, undef, $seconds // $GLIMPSE) == 1;
}

# What one read gives: '' for the end-of-file.
sub take {
	my ($handle, $size) = @_;

	defined(sysread($handle, my $text, $size // 4096))
	    or die "sysread: $!\n";
	return $text;
}

sub in_child {
	my ($body) = @_;
	my $pid = fork() // die "fork: $!\n";

	return $pid if $pid;
	$body->();
	# Not exit(), which does things that are the parent's to do.
	kill('KILL', $$);
}

sub reap {
	kill('KILL', @_);
	waitpid($_, 0) for @_;
}

# -- Buffering ----------------------------------------------------------------

{
	my ($one, $other) = pair();

	print $one "lost in thought\n";
	check(!is_readable($other), 'what_is_printed_stays_in_a_buffer');
	$one->flush;
	check(take($other) eq "lost in thought\n", 'flush_sends_it');
	$one->autoflush(1);
	print $one "at once\n";
	check(take($other) eq "at once\n", 'with_autoflush_it_goes_at_once');
}
{
	my ($one, $other) = pair();

	print $one "second\n";
	syswrite($one, "first\n");
	$one->flush;
	check(take($other, 6) eq "first\n" && take($other) eq "second\n",
	    'syswrite_overtakes_what_was_printed');
}
{
	my ($one, $other) = pair();

	print $one "said once\n";
	my $pid = in_child(sub { $one->flush });
	waitpid($pid, 0);
	$one->flush;
	shutdown($one, 1);
	check(take($other) eq "said once\n" && take($other) eq '',
	    'fork_sends_the_buffer_lest_both_have_it');
}
{
	my ($one, $other) = pair(SOCK_SEQPACKET);

	print $one 'a frame';
	print $one 'and another';
	$one->flush;
	check(take($other) eq 'a frameand another',
	    'a_buffer_makes_one_record_of_two');
	syswrite($one, 'a frame');
	syswrite($one, 'and another');
	check(take($other) eq 'a frame' && take($other) eq 'and another',
	    'syswrite_makes_a_record_each');
}
{
	my ($one, $other) = pair();

	syswrite($one, "one\ntwo\n");
	my $line = <$other>;
	check($line eq "one\n" && !is_readable($other),
	    'a_line_read_takes_more_than_a_line_from_the_socket');
	check(scalar(<$other>) eq "two\n",
	    'and_what_it_took_is_there_without_the_socket_being_readable');
}

# -- Close-on-exec ------------------------------------------------------------

# Is this descriptor open in a program that is started now?
sub is_inherited {
	my ($fd) = @_;

	return system('/bin/sh', '-c', ": 2>/dev/null >&$fd") == 0;
}
{
	my ($one, $other) = pair();

	check(!is_inherited(fileno($one)) && !is_inherited(fileno($other)),
	    'an_end_above_the_limit_is_not_inherited');
}
{
	local $^F = 100;
	my ($one, $other) = pair();

	check(is_inherited(fileno($one)) && is_inherited(fileno($other)),
	    'below_a_raised_limit_both_ends_go_to_every_program');
	fcntl($other, F_SETFD, FD_CLOEXEC) or die "fcntl: $!\n";
	check(is_inherited(fileno($one)) && !is_inherited(fileno($other)),
	    'the_flag_can_be_set_on_one_end_alone');
}
{
	my ($one, $other) = pair();
	my $pid = in_child(sub {
		my $flags = fcntl($other, F_GETFD, 0);

		fcntl($other, F_SETFD, $flags & ~FD_CLOEXEC);
		exec('/bin/sh', '-c', 'echo here >&' . fileno($other)
		    . "; : 2>/dev/null >&" . fileno($one)
		    . ' && echo leaked >&' . fileno($other));
	});

	close($other);
	waitpid($pid, 0);
	check(take($one) eq "here\n" && take($one) eq '',
	    'cleared_in_the_child_it_goes_to_one_program_and_alone');
}

# -- End-of-file --------------------------------------------------------------

{
	my ($one, $other) = pair();
	# The child was born while both were open, and closes neither.
	my $pid = in_child(sub { sleep(60) });

	close($one);
	check(!is_readable($other), 'a_forgotten_copy_withholds_the_end_of_file');
	reap($pid);
	check(take($other) eq '', 'it_comes_when_the_last_copy_is_gone');
}
{
	my ($one, $other) = pair();
	my $pid = in_child(sub { sleep(60) });

	shutdown($one, 1);
	check(is_readable($other, 30) && take($other) eq '',
	    'shutdown_delivers_it_whoever_holds_a_copy');
	syswrite($other, "an answer\n");
	check(take($one) eq "an answer\n", 'and_answers_still_arrive');
	reap($pid);
}
{
	my ($one, $other) = pair();
	my $pid = in_child(sub {
		close($other);
		sleep(60);
	});

	close($one);
	check(!is_readable($other), 'to_close_the_wrong_end_is_no_help');
	reap($pid);
}
{
	my ($one, $other) = pair();
	my $pid = in_child(sub { shutdown($one, 1) });

	waitpid($pid, 0);
	check(take($other) eq '' && !defined(syswrite($one, 'x'))
	    && $! == EPIPE, 'shutdown_in_a_child_is_shutdown_for_its_parent');
}
{
	my ($one, $other) = pair();

	print $one "the last words\n";
	shutdown($one, 1);
	my $is_lost = take($other) eq '';
	check($is_lost && !$one->flush,
	    'what_was_buffered_at_the_shutdown_is_lost');
}

# -- One way ------------------------------------------------------------------

{
	my ($reader, $writer) = pair();

	shutdown($reader, 1);
	shutdown($writer, 0);
	check(!defined(syswrite($reader, 'x')) && $! == EPIPE,
	    'the_reading_end_cannot_write');
	check(take($writer) eq '', 'the_writing_end_reads_the_end_of_file');
	syswrite($writer, 'forward');
	check(take($reader) eq 'forward', 'what_goes_the_right_way_arrives');
	shutdown($writer, 1);
	check(take($reader) eq '', 'and_ends_as_a_pipe_does');
}
{
	my ($one, $other) = pair();

	syswrite($one, 'was on its way');
	shutdown($other, 0);
	check(take($other) eq 'was on its way' && take($other) eq ''
	    && !defined(syswrite($one, 'x')),
	    'what_was_queued_is_read_after_reading_was_shut_down');
}

# -- Records ------------------------------------------------------------------

for my $type (SOCK_DGRAM, SOCK_SEQPACKET) {
	my $name = $type == SOCK_DGRAM ? 'datagram' : 'record';
	my ($one, $other) = pair($type);

	syswrite($one, 'one');
	syswrite($one, 'two');
	check(take($other) eq 'one' && take($other) eq 'two',
	    "a_read_gives_one_$name");
	syswrite($one, 'a long one');
	syswrite($one, 'next');
	check(take($other, 4) eq 'a lo' && take($other) eq 'next',
	    "what_of_a_${name}_finds_no_room_is_lost_without_a_word");
	syswrite($one, '');
	check(is_readable($other) && take($other) eq '',
	    "an_empty_${name}_reads_like_the_end_of_file");
	syswrite($one, 'not the end');
	check(take($other) eq 'not the end', "and_is_none_after_the_empty_$name");
}
{
	my ($one, $other) = pair(SOCK_DGRAM);

	close($one);
	check(!is_readable($other), 'datagrams_end_without_a_word');
}
{
	my ($one, $other) = pair(SOCK_SEQPACKET);

	close($one);
	check(take($other) eq '', 'records_end_with_an_end_of_file');
}
{
	my ($one, $other) = pair(SOCK_SEQPACKET);

	syswrite($one, "one\ntwo\n");
	syswrite($one, "three\n");
	my @lines = (scalar(<$other>), scalar(<$other>), scalar(<$other>));
	check("@lines" eq "one\n two\n three\n",
	    'reading_lines_forgets_where_records_end');
}

print("1..$number\n");
