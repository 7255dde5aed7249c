/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sign-in in progress: the password was right, the rest is not there yet.
 */
#ifndef MODEL_SIGN_IN_H
#define MODEL_SIGN_IN_H

#include "base/str.h"

/*
 * Where a sign-in stands; sign_in_step_name() spells it.  It begins at any of
 * the first four or is right at once, and only goes on, each way in a statement
 * of its own that names the step it comes from:
 *
 *	code, codes -> right -> done
 *	right -> offer, set up		something is offered, or demanded too
 *	offer -> proof, set up		it is set up now
 *	proof -> set up -> codes
 *	offer, proof, set up -> right	it is put off
 *	any -> ended
 */
enum sign_in_step {
	SIGN_IN_CODE, /* a code is asked for */
	SIGN_IN_OFFER, /* a generator is offered: now, or later */
	SIGN_IN_PROOF, /* one has to be given before a factor may be added */
	SIGN_IN_SET_UP, /* a generator is set up */
	SIGN_IN_CODES, /* recovery codes are shown, once */
	SIGN_IN_RIGHT, /* nothing is missing: a session may be opened */
	SIGN_IN_DONE, /* it was */
	SIGN_IN_ENDED, /* given up */
};

struct sign_in {
	int64_t number; /* 0: there is none, or no more */
	int64_t account_id;
	int64_t account_epoch;
	struct str login;
	struct str display_name;
	struct str step_name;
	int64_t began_at; /* all times: microseconds since 1970 UTC */
	int64_t expires_at;
	int64_t password_at;
	int64_t verified_at; /* 0: no second step yet */
	struct str verified_by; /* "totp", "email", "recovery" */
	struct str service_url; /* see destination_keep(); empty: none */
	struct str method; /* of struct destination */
	bool renew;
	bool trust; /* the person wants this browser trusted */
	int64_t enrolment_id; /* the generator set up in it; 0: none */
	int64_t address_id; /* 0: no code was sent */
	struct str email; /* where it was sent to */
	int64_t code_made_at;
	int64_t code_expires_at;
};

#endif
