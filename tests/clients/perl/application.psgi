# SPDX-License-Identifier: Apache-2.0
#
# A page behind Authen::CAS::Client that shows who came, as JSON.  The client
# only validates: sessions, and reading attributes from the answer, are the
# application's own.
use strict;
use warnings;

use Authen::CAS::Client;
use JSON::PP;
use Plack::Request;

my $cas = Authen::CAS::Client->new( $ENV{CAS_URL} );
my $page = "$ENV{APPLICATION_URL}/";
my %sessions;

sub attributes_of {
	my ($document) = @_;
	my %values;
	push @{ $values{ $_->localname } }, $_->textContent
	    for $document->findnodes('//cas:attributes/*');
	return \%values;
}

sub redeemed {
	my ($ticket) = @_;
	my $answer = $cas->service_validate( $page, $ticket );
	return [ 403, [], [ $answer->is_failure ? $answer->code : 'error' ] ]
	    unless $answer->is_success;
	$sessions{$ticket} = {
		user       => $answer->user,
		attributes => attributes_of( $answer->doc ),
	};
	return [ 302, [ Location => $page, 'Set-Cookie' => "perl=$ticket" ], [] ];
}

sub {
	my $request = Plack::Request->new(shift);
	my $ticket  = $request->query_parameters->{ticket};
	return redeemed($ticket) if defined $ticket;
	my $person = $sessions{ $request->cookies->{perl} // '' };
	return [ 302, [ Location => $cas->login_url($page) ], [] ]
	    unless $person;
	return [ 200, [ 'Content-Type' => 'application/json' ],
		[ encode_json($person) ] ];
};
