/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking for a mail: rendered and sealed here, written to the outbox in the
 * unit of the step that asks, and so sent if and only if what it tells
 * happened.
 *
 * The answer to the visitor never waits for a mail server and never depends on
 * one.  Nothing of a mail is logged.
 */
#ifndef WEB_MAIL_ASK_H
#define WEB_MAIL_ASK_H

#include "base/memory.h"
#include "base/str.h"
#include "web/mails.h"

struct flow;
struct keys;
struct page_set;
struct request;
struct store;

/* What it takes to ask for one. */
struct mail_desk {
	struct store *store;
	const struct page_set *pages;
	const struct keys *keys;
	unsigned key_id; /* the active one */
};

struct mail_desk request_mail_desk(const struct request *);

/* The parts of a frame that a request knows; the rest is empty. */
struct mail_frame request_mail_frame(struct request *);

struct mail_order {
	enum mail_kind kind;
	const void *content; /* the mail's struct */
	size_t language; /* place in page_languages() */
	struct str to; /* a mail address */
	int64_t account_id; /* 0: nobody's */
	int64_t now; /* microseconds since 1970 UTC */
	int64_t good_for; /* seconds; after that it is not sent any more */
};

enum {
	/* For `good_for`, where the mail does not say another time. */
	MAIL_GOOD_FOR_DAYS = 3 * 86400
};

/*
 * The number by which the outbox and the log know it; 0, and nothing is asked,
 * if the address is none that mail is sent to, or a text is too long.
 */
int64_t mail_ask(
    const struct mail_desk *, struct flow *, const struct mail_order *);

#endif
