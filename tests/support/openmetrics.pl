#!/usr/bin/perl
# SPDX-License-Identifier: ISC
#
# openmetrics.pl <TEXT: reads the text format of OpenMetrics 1.0 as strictly as
# the standard allows, and says what is wrong with it.  What is right it prints
# again, a sample a line, labels sorted.
use strict;
use warnings;

my $NAME = qr/[a-zA-Z_:][a-zA-Z0-9_:]*/;
my $LABEL = qr/[a-zA-Z_][a-zA-Z0-9_]*/;
my $NUMBER = qr/[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/;
# What a sample's name has behind the family's.
my %suffixes = (
	gauge => qr/^$/,
	counter => qr/^_total$/,
	histogram => qr/^_(?:bucket|sum|count)$/,
);
my (%families, %series, %buckets, $family);

sub bad {
	print "line $.: @_\n";
	exit 1;
}

sub read_metadata {
	my ($what, $name, $value) = @_;

	if (!defined $family || $family->{name} ne $name) {
		bad("$name began before") if $families{$name};
		$family = $families{$name} = { name => $name };
	}
	bad("$what of $name behind its samples") if $family->{samples};
	bad("second $what of $name") if exists $family->{$what};
	bad("no such type: $value")
	    if $what eq 'TYPE' && !$suffixes{$value};
	bad("$name does not end with its unit")
	    if $what eq 'UNIT' && $name !~ /_\Q$value\E$/;
	$family->{$what} = $value;
}

sub read_labels {
	my ($text) = @_;
	my %labels;

	while ($text =~ /\G($LABEL)="((?:[^\\"\n]|\\[\\"n])*)"(?:,(?=.)|$)/gc) {
		bad("label $1 twice") if exists $labels{$1};
		$labels{$1} = $2;
	}
	bad("labels: $text") if (pos($text) // 0) != length($text);
	return %labels;
}

# Buckets of one series come in order, and count what is in those before.
sub read_bucket {
	my ($value, %labels) = @_;
	my $le = delete $labels{le} // bad('a bucket without le');
	my $series = join(',', $family->{name}, %labels{sort keys %labels});
	my $last = $buckets{$series};
	my $bound = $le eq '+Inf' ? 9**9**9 : $le =~ /^$NUMBER$/ ? $le + 0 :
	    bad("le=$le");

	bad("bucket $le out of order")
	    if $last && ($last->{bound} >= $bound || $last->{value} > $value);
	$buckets{$series} = { bound => $bound, value => $value };
}

sub read_sample {
	my ($name, $text, $value) = @_;
	my %labels = read_labels($text);

	bad("$name without a family") unless $family;
	my ($suffix) = $name =~ /^\Q$family->{name}\E(.*)$/ or
	    bad("$name is not of $family->{name}");
	bad("$name does not suit its type")
	    unless $suffix =~ $suffixes{$family->{TYPE} // bad('no TYPE')};
	bad("$family->{name} has no HELP") unless $family->{HELP};
	bad("$name is negative")
	    if $family->{TYPE} ne 'gauge' && $value < 0;
	$family->{samples}++;

	my $series = "$name\{" . join(',',
	    map { "$_=\"$labels{$_}\"" } sort keys %labels) . '}';
	bad("$series twice") if $series{$series}++;
	if ($suffix eq '_bucket') {
		read_bucket($value, %labels);
	} elsif ($suffix eq '_count') {
		my $key = join(',', $family->{name},
		    %labels{sort keys %labels});
		my $last = $buckets{$key} or bad("$series without buckets");

		bad("$series is not its last bucket")
		    if $last->{bound} != 9**9**9 || $last->{value} != $value;
	}
	print "$series $value\n";
}

my $ended;
while (<STDIN>) {
	bad('something behind # EOF') if $ended;
	bad('a line that is not ended') unless s/\n$//;
	if (/^# EOF$/) {
		$ended = 1;
	} elsif (/^# (TYPE|UNIT|HELP) ($NAME) (.+)$/) {
		read_metadata($1, $2, $3);
	} elsif (/^($NAME)(?:\{(.*)\})? ($NUMBER)$/) {
		read_sample($1, $2 // '', $3);
	} else {
		bad("not understood: $_");
	}
}
bad('no # EOF') unless $ended;
for my $name (sort keys %families) {
	bad("$name lacks TYPE or HELP")
	    unless $families{$name}{TYPE} && $families{$name}{HELP};
}
