/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handing mails over to a mail server (RFC 5321), through libcurl.
 *
 * On threads, since libcurl's SMTP waits for the last reply of a mail and for
 * that to QUIT without giving the loop its turn.  Each mail is a conversation
 * of its own, with one deadline for all of it and a limit to what the server
 * may say.  The answer to QUIT is not waited for.  Nothing that is said in
 * either direction is logged or kept but the code of the last reply: a server
 * may quote what it refuses.
 */
#ifndef OUTBOUND_SMTP_H
#define OUTBOUND_SMTP_H

#include "base/memory.h"
#include "base/str.h"

struct buf;
struct event_base;
struct flow;
struct smtp;

/* Texts outlive whatever was made with them. */
struct smtp_settings {
	const char *host; /* a name or an address */
	unsigned port;
	bool tls; /* from the first byte */
	bool starttls; /* demanded, where `tls` is not set */
	const char *ca_file; /* PEM; NULL: those of the system */
	const char *hello; /* our name */
	const char *user; /* NULL: no AUTH */
	const char *password;
	int64_t deadline_ms; /* for all of a conversation */
	unsigned parallel; /* conversations at a time */
};

/* Once in a process, while it has one thread and is not yet confined. */
void smtp_begin(void);

struct smtp *smtp_new(struct event_base *, const struct smtp_settings *);

/* Conversations under way end within a second or two, as SMTP_LATER. */
void smtp_stop(struct smtp *);

/* Only when nothing is under way any more. */
void smtp_free(struct smtp *);

enum smtp_outcome {
	SMTP_DELIVERED, /* the server has taken it upon itself */
	SMTP_LATER, /* it is worth another try; the server may have it */
	SMTP_REFUSED, /* for good (5xx) */
};

enum {
	SMTP_WHY_SIZE = 120
};

struct smtp_result {
	enum smtp_outcome outcome;
	char why[SMTP_WHY_SIZE]; /* in our words; empty if delivered */
};

struct smtp_message {
	struct str from; /* who hears of failures; empty: nobody, "<>" */
	struct str to;
	struct str text; /* what mail_compose() made */
};

/* For a flow: `into` is written before its next step.  At most `parallel`. */
void smtp_send(struct smtp *, struct flow *, const struct smtp_message *,
    struct smtp_result *into);

/*
 * Connects, says hello, signs in and leaves; waits until that is done.  False
 * and a sentence if it did not work.
 */
bool smtp_probe(const struct smtp_settings *, struct buf *why) MUST_CHECK;

#endif
