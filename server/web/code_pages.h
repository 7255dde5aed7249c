/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the pages of the second step show.
 */
#ifndef WEB_CODE_PAGES_H
#define WEB_CODE_PAGES_H

#include "policy/reason.h"
#include "web/page_frame.h"

/* A reason: one of the flags, in the order of enum reason_code. */
struct why_item {
	bool is[REASON_COUNT];
	struct str zone; /* label; empty: not known, as for all of these */
	struct str at; /* a moment in words */
	struct str days; /* whole days since then ... */
	struct str limit; /* ... and how many they may be */
};

extern const struct template_field why_fields[];

/* A code is asked for: from the app, from a mail, or one for recovery. */
struct code_page {
	struct page_frame frame;
	struct str action; /* where the form posts to */
	struct str send_action; /* likewise, to have a code mailed */
	struct str again_url; /* to begin again as somebody else */
	struct str lost_url; /* help for who has lost the phone */
	struct str execution; /* signed form token */
	struct str service_name; /* empty: none */
	struct str display_name;
	bool proof; /* before something may be set up */
	bool app; /* the person has an app, and it will do */
	bool recovery; /* so will a recovery code */
	bool email_offered; /* a code can be mailed */
	bool email_sent; /* one was */
	struct str email; /* masked */
	struct str valid_minutes; /* of the mailed code */
	struct str clock_url; /* help for a wrong clock; empty: not needed */
	bool trust_offered;
	struct str trust_days; /* empty: without an end */
	/* At most one of these: what was wrong with the last try. */
	bool wrong;
	bool used; /* right, and used before */
	bool late; /* of a clock that is `minutes` behind */
	bool wait; /* too many failures: `minutes` */
	bool stopped; /* far too many: help is needed */
	bool old; /* no mailed code may be tried any more */
	bool empty;
	bool expired; /* the form was too old */
	bool mail_wait; /* too many mails: `minutes` */
	struct str minutes;
	bool any_error; /* one of the above */
	bool has_reasons; /* why a code is asked for */
	struct template_list reasons; /* of struct why_item */
	struct later_link later; /* to what the code would prove */
};

/* Two codes in a row, of a phone whose clock is wrong. */
struct clock_page {
	struct page_frame frame;
	struct str action; /* where the form posts to, and the way back */
	struct str execution; /* signed form token */
	struct str service_name; /* empty: none */
	struct str display_name;
};

/* The policy lets nobody through like this. */
struct denied_page {
	struct page_frame frame;
	bool no_way; /* nothing to confirm with, nothing to set it up with */
	bool blocked; /* from here nobody signs in */
	bool other; /* another reason */
	bool has_reasons;
	struct template_list reasons; /* of struct why_item */
};

#endif
