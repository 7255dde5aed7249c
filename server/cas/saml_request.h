/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The request of /samlValidate: a SAML 1.1 Request in a SOAP 1.1 envelope, of
 * which one thing counts, the ticket in its AssertionArtifact (cas.md 1.9).
 *
 * Clients break what else is required: instants and numbers that never change
 * or are not there.  None of it is looked at, so none of it is believed.
 */
#ifndef CAS_SAML_REQUEST_H
#define CAS_SAML_REQUEST_H

#include "base/memory.h"
#include "base/str.h"

struct arena;

enum {
	/*
	 * Bytes; real ones have some 600.  It also bounds the time that a
	 * hostile one takes: libxml2 compares each attribute of an element with
	 * all before it.
	 */
	SAML_REQUEST_LARGEST = 8192,
	SAML_REQUEST_DEEPEST = 16, /* elements within each other */
	SAML_ARTIFACT_LONGEST = 256, /* bytes; our tickets have 63 */
	SAML_REQUEST_ID_LONGEST = 128,
};

enum saml_request_fault {
	SAML_REQUEST_FINE,
	SAML_REQUEST_TOO_LARGE,
	SAML_REQUEST_NOT_UTF8, /* by its bytes or by its own declaration */
	SAML_REQUEST_DOCTYPE, /* there is one, so nothing was parsed */
	SAML_REQUEST_MALFORMED, /* not XML, or deeper than it may be */
	SAML_REQUEST_SHAPE, /* none, or two, or not where it belongs */
};

struct saml_request {
	struct str artifact; /* blanks around it taken off; never empty */
	struct str id; /* RequestID; STR_NONE: none, or not an NCName */
};

/*
 * Writes `request` only when it is fine; its texts live in the arena.  Elements
 * and namespaces must be exact, and one artifact be there; what else the
 * envelope has is passed over.  No file, address, entity or other encoding is
 * ever asked for.
 */
enum saml_request_fault saml_request_read(
    struct str body, struct arena *, struct saml_request *request) MUST_CHECK;

/*
 * The memory functions of libxml2 from now on, for a process that wants to wipe
 * what is given back; before the first request.
 */
void saml_request_memory(
    void (*give_back)(void *), void *(*resize)(void *, size_t));

/* What was wrong, as a sentence for whoever asked. */
struct str saml_request_fault_text(enum saml_request_fault);

#endif
