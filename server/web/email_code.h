/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sending a code by mail: counted in one step, made and sent in the next.
 *
 * The mail is a row of the outbox in the same unit as the code, so that one is
 * never without the other; nobody waits for a mail server.
 */
#ifndef WEB_EMAIL_CODE_H
#define WEB_EMAIL_CODE_H

#include "store/factors.h"

struct address_row;
struct request;
struct sign_in;

enum {
	EMAIL_CODE_LIFE_SECONDS = 10 * 60
};

struct email_sending {
	struct email_send_counted counted;
	struct sign_in_taken put;
};

/* May one be sent to this person now?  Then it counts. */
void email_code_count(struct request *, struct flow *, int64_t account_id,
    struct email_sending *);

/* It counted: makes the code and asks for its mail. */
void email_code_send(struct request *, struct flow *, const struct sign_in *,
    const struct address_row *, struct str service_name,
    struct email_sending *);

/* "m•••@g•••.com": enough for who knows it. */
struct str email_masked(struct request *, struct str email);

#endif
