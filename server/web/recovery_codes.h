/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Recovery codes: drawn, hashed, and shown in the answer to that one request.
 *
 * They live in the request's memory and in the body of the answer, and both are
 * wiped; the database gets their hashes.
 */
#ifndef WEB_RECOVERY_CODES_H
#define WEB_RECOVERY_CODES_H

#include "base/memory.h"
#include "factors/recovery_code.h"
#include "loop/flow.h"
#include "workers/password_work.h"

struct request;
struct second_step;

enum {
	RECOVERY_CODES_MOST = 16 /* of a person */
};

struct recovery_codes {
	size_t count;
	struct recovery_code codes[RECOVERY_CODES_MOST];
	struct password_work_result hashed[RECOVERY_CODES_MOST];
};

/* Draws as many as the policy says, and has them hashed. */
void recovery_codes_draw(struct request *, struct flow *,
    struct recovery_codes *, const struct second_step *);

/* They are hashed: the hashes, as a JSON list.  STR_NONE: the hashing threads
 * had too much to do. */
struct str recovery_codes_hashes(
    struct request *, const struct recovery_codes *);

/* Where the page with the codes leads: with a form, or a link. */
struct recovery_codes_way {
	struct str action;
	struct str next_url;
	struct str service_name; /* empty: the dashboard */
	bool with_generator; /* that was just set up */
};

/* Their hashes are stored: shows them, this once. */
enum flow_next recovery_codes_reply(struct request *,
    const struct recovery_codes *, const struct recovery_codes_way *);

/* Somebody comes back to that page: says that they were shown. */
enum flow_next recovery_codes_again_reply(
    struct request *, const struct recovery_codes_way *);

#endif
