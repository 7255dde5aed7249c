/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers of /samlValidate: a SAML 1.1 Response in a SOAP 1.1 envelope
 * (cas.md 1.9), valid against both schemas.
 *
 * What is said of the person is what the other formats say; only the spelling
 * is another.  Nothing is signed: the application asked us over TLS.
 */
#ifndef CAS_SAML_ANSWER_H
#define CAS_SAML_ANSWER_H

#include "base/str.h"

struct answer_success;
struct buf;

enum {
	SAML_ID_SIZE = 16, /* random bytes of an identifier */
	SAML_SLACK_SECONDS = 60, /* that an application's clock may be off */
};

struct saml_envelope {
	uint8_t response_id[SAML_ID_SIZE];
	uint8_t assertion_id[SAML_ID_SIZE];
	struct str issuer; /* our own address */
	struct str recipient; /* TARGET as it was given; empty: none */
	struct str in_response_to; /* see saml_request.id */
	int64_t now; /* microseconds since 1970 UTC */
	bool in_clear; /* the recipient is not on https: no attributes */
};

/*
 * The assertion holds from SAML_SLACK_SECONDS before `now` until as many after
 * it.
 */
void saml_answer_success(
    struct buf *, const struct saml_envelope *, const struct answer_success *);

/* RequestDenied; `text` says what was wrong, never the ticket itself. */
void saml_answer_failure(
    struct buf *, const struct saml_envelope *, struct str text);

#endif
