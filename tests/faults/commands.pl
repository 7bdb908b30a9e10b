#!/usr/bin/perl
# SPDX-License-Identifier: ISC
#
# commands.pl [OPTION]... PROGRAM ARG...
#
# Runs a command once under strace, and then once more for each of its system
# calls, which fails: it is right all the same, or says why it is not and exits
# with a status that its manual lists; and it ends.  Where from a call is made
# tells which are alike: of those one fails, with one error of errnos.def and,
# where it may be, interrupted.  With PSD_SOAK=1 each call fails, with all.
#
#   --same          the output is the same each time
#   --failures=N,.. how it exits when it fails (1,2,3,4)
#   --input=FILE    its standard input
#   --made=FILE     what it writes: whole, or not at all
#   --allow=REGEX   NAME:ERROR of failures that may go unseen
use strict;
use warnings;

use Fcntl;
use File::Temp;
use Getopt::Long qw(:config require_order);

my ($same, $failures, $input, $made, $allow) =
    ('', '1,2,3,4', '/dev/null', undef, '^$');
GetOptions('same' => \$same, 'failures=s' => \$failures,
    'input=s' => \$input, 'made=s' => \$made, 'allow=s' => \$allow)
    or exit 2;
my @command = @ARGV or die "commands.pl: which command?\n";
my ($program) = $command[0] =~ m{([^/]+)$};
my %is_failure = map { $_ => 1 } split(/,/, $failures);
my $dir = File::Temp->newdir();
my $deadline = 20;
my $bad = 0;

# Which errors there are, by call.
sub read_errnos {
	my %ret;

	open(my $in, '<', 'tests/faults/errnos.def') or die "errnos.def: $!\n";
	local $/;
	my $text = <$in>;
	while ($text =~ /^CALL\((\w+),\s*([^)]*)\)/mg) {
		my ($name, $list) = ($1, $2);
		$ret{$name} = [split(/,\s*/, $list)];
	}
	return \%ret;
}

sub slurp {
	my ($file) = @_;

	open(my $in, '<', $file) or return undef;
	local $/;
	my $text = <$in>;
	return defined $text ? $text : '';
}

# The command behind these words: how it ended, what it said.
sub run {
	my (@before) = @_;
	my $pid;

	unlink $made if defined $made;
	$pid = fork();
	defined $pid or die "fork: $!\n";
	if ($pid == 0) {
		open(STDIN, '<', $input) or exit 99;
		open(STDOUT, '>', "$dir/out") or exit 99;
		open(STDERR, '>', "$dir/err") or exit 99;
		# Who is traced cannot look for leaks.
		$ENV{ASAN_OPTIONS} = 'detect_leaks=0';
		setpgrp(0, 0);
		exec @before, @command;
		exit 99;
	}
	my $is_late = 0;
	local $SIG{ALRM} = sub { $is_late = 1; kill 'KILL', -$pid; };
	alarm $deadline;
	waitpid($pid, 0);
	my $status = $?;
	alarm 0;
	return { late => $is_late, signal => $status & 127,
		status => $status >> 8, out => slurp("$dir/out"),
		err => slurp("$dir/err"),
		made => defined $made ? slurp($made) : undef };
}

# Each call that the program's own code asked for, in the order of its process:
# its name, which of that name it is, where from, and if in a child.
sub list_calls {
	my (%count, @calls, $first, $call);

	open(my $in, '<', "$dir/trace") or die "trace: $!\n";
	while (my $line = <$in>) {
		if ($line =~ /^(?:(\d+)\s+)?(\w+)\(/) {
			my $pid = $1 || 0;

			$first = $pid if !defined $first;
			$call = { name => $2, nth => ++$count{$pid}{$2},
				pid => $pid, place => $2 };
			push @calls, $call;
		} elsif ($line =~ m{^ > .*/\Q$program\E\(.*\) \[(0x\w+)\]}) {
			$call->{place} .= " $1" if defined $call;
			$call->{is_own} = 1 if defined $call;
		} elsif ($line !~ /^ > /) {
			undef $call;
		}
	}
	close($in);
	$_->{of_child} = $_->{pid} != $first for @calls;
	# A kernel tells by the old address that brk() failed, never by an error,
	# and closes whatever close() says; strace does neither.  Memory that is
	# not given is test_allocations_ctl's.
	return grep { $_->{is_own} && $_->{name} !~
	    /^(exit|exit_group|close|brk|mmap|mremap|munmap|mprotect)$/ }
	    @calls;
}

sub normal {
	my ($text) = @_;

	$text =~ s/\d+/N/g;
	return $text;
}

sub is_right {
	my ($want, $ran) = @_;

	return 'its output is another' if $same && $ran->{out} ne $want->{out};
	return 'its output is not whole'
	    if ($ran->{out} =~ tr/\n//) < ($want->{out} =~ tr/\n//);
	return 'it has not written its file'
	    if defined $made && !defined $ran->{made};
	return '';
}

# What is wrong with how it ended; nothing when all is well.
sub judge {
	my ($want, $ran) = @_;

	return "it did not end within $deadline s" if $ran->{late};
	return "signal $ran->{signal}" if $ran->{signal};
	return 'a file is there, and is not whole'
	    if defined $made && defined $ran->{made} &&
	    normal($ran->{made}) ne normal($want->{made});
	# One that says no, and that it could not, is as good as one that fails.
	return is_right($want, $ran) if $ran->{status} == $want->{status} &&
	    ($ran->{status} == 0 || $ran->{err} eq $want->{err});
	return "exit status $ran->{status}" if !$is_failure{$ran->{status}} &&
	    $ran->{status} != $want->{status};
	return 'it failed without a word' if $ran->{err} eq '';
	return '';
}

sub try_fault {
	my ($want, $call, $error) = @_;
	my @strace = ('strace', '-qq', '-o', '/dev/null',
		($call->{of_child} ? '-f' : ()), '-e', 'signal=none',
		'-e', "trace=$call->{name}", '-e',
		"inject=$call->{name}:error=$error:when=$call->{nth}");
	my $ran = run(@strace);
	my $wrong = judge($want, $ran);

	return if $wrong eq '';
	return if "$call->{name}:$error" =~ /$allow/;
	$bad = 1;
	print "# $wrong: @strace @command\n";
	print "# err: $_\n" for split(/\n/, $ran->{err});
}

my $errnos = read_errnos();
# A sanitizer in a child that is traced looks for leaks, in vain, and fails it.
my $want = run('strace', '-qq', ($ENV{PSD_ASAN} ? () : '-f'), '-k', '-s', '0',
    '-e', 'signal=none', '-o', "$dir/trace");
my (%seen, %unknown);
my $n = 0;

die "@command: exit status $want->{status}: $want->{err}\n"
    if $want->{status} != 0;

for my $call (list_calls()) {
	my $list = $errnos->{$call->{name}};
	my $key = "$call->{of_child} $call->{place}";
	my @errors;

	if (!defined $list) {
		$unknown{$call->{name}} = 1;
		next;
	}
	next if !$ENV{PSD_SOAK} && $seen{$key}++;
	@errors = @$list;
	if (!$ENV{PSD_SOAK}) {
		# One that nobody takes for "try again", and the other kind.
		my @plain = grep { !/^(EINTR|EAGAIN|EFAULT|EBADF)$/ } @errors;
		my $sum = unpack('%32C*', $call->{place});

		@plain = @errors if !@plain;
		@errors = ($plain[$sum % @plain],
			grep { /^EINTR$/ } @errors);
	}
	for my $error (@errors) {
		try_fault($want, $call, $error);
		$n++;
	}
}
print "# $n faults" . (%unknown ? '; not tried: ' .
    join(' ', sort keys %unknown) : '') . "\n";
if ($n == 0) {
	print "# no call was seen\n";
	$bad = 1;
}
exit $bad;
