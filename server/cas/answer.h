/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Validation answers, byte by byte as clients need them (cas.md 1.5, 2.2):
 * 1.0 text, 2.0 and 3.0 XML, JSON.
 */
#ifndef CAS_ANSWER_H
#define CAS_ANSWER_H

#include "base/str.h"

struct buf;
struct service_pairs;

enum answer_format {
	ANSWER_TEXT, /* /validate */
	ANSWER_XML,
	ANSWER_JSON,
};

enum answer_code {
	ANSWER_INVALID_REQUEST,
	ANSWER_INVALID_TICKET_SPEC,
	ANSWER_INVALID_TICKET,
	ANSWER_INVALID_SERVICE,
	ANSWER_UNAUTHORIZED_SERVICE,
	ANSWER_UNAUTHORIZED_SERVICE_PROXY,
	ANSWER_INVALID_PROXY_CALLBACK,
	ANSWER_INTERNAL_ERROR,
};

/* "INVALID_TICKET" and so on. */
struct str answer_code_name(enum answer_code);

struct answer_success {
	struct str user;
	int64_t authenticated_at; /* microseconds since 1970 UTC */
	bool from_new_login;
	bool long_term; /* remember-me */
	struct str attributes; /* JSON object: name to text or list of texts */
	struct str released; /* JSON list of names to release; "*": all */
	struct str granting_iou; /* of a proxy-granting ticket; empty: none */
	struct str proxies; /* as in cas/proxy_chain.h; empty: none */
	const struct service_pairs *renamed; /* of these; NULL: none is */
};

/*
 * Names that are not an XML NCName, or are reserved by the protocol (cas.md
 * 2.2 no. 5), are left out.  Non-text JSON values are written as their text.
 */
void answer_success(
    struct buf *, enum answer_format, const struct answer_success *);

/* `text` says what was wrong, never empty, without the ticket itself. */
void answer_failure(
    struct buf *, enum answer_format, enum answer_code, struct str text);

/* Of /proxy: JSON or XML. */
void answer_proxy_success(
    struct buf *, enum answer_format, struct str proxy_ticket);
void answer_proxy_failure(
    struct buf *, enum answer_format, enum answer_code, struct str text);

/* "text/plain;charset=UTF-8" and so on. */
struct str answer_content_type(enum answer_format);

/*
 * May a user be called so?  One that is the same in every format: no second
 * line in plain text, and no other name once control characters are dropped
 * from XML.
 */
bool answer_user_allowed(struct str user);

/* May an attribute have this name?  If not, a sentence says why. */
bool answer_attribute_name_allowed(struct str name, const char **why);

#endif
