/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the outbox to the mail server.
 *
 * Rows are claimed, durably, before anything is sent, and settled afterwards; a
 * try that failed is repeated after 1, 2, 4 ... minutes until the mail is of no
 * use any more.  A mail may arrive twice, if this process or the connection
 * ends between the server's taking it and our writing that down: then with the
 * same Message-ID and the same bytes.
 */
#ifndef JOBS_MAILING_H
#define JOBS_MAILING_H

#include "outbound/smtp.h"

struct event_base;
struct keys;
struct mailing;
struct store;

/* Texts outlive whatever was made with them. */
struct mailing_start {
	struct smtp_settings smtp; /* host NULL: no mails are sent */
	const char *from; /* an address */
	const char *from_name;
	const char *bounces; /* an address; "": failures are told to nobody */
};

/* NULL if no mails are sent. */
struct mailing *mailing_new(
    struct event_base *, struct store *, const struct mailing_start *);

/* Kept: they outlive it, or others are given before they go.  NULL: nothing. */
void mailing_use_keys(struct mailing *, const struct keys *);

/* Only when it is idle. */
void mailing_free(struct mailing *);

/* Looks for work; to be called several times a second.  NULL: nothing. */
void mailing_turn(struct mailing *);

/* Nothing new is begun, and what is under way ends soon. */
void mailing_stop(struct mailing *);

/* Nothing is under way; so is NULL. */
bool mailing_idle(const struct mailing *);

#endif
