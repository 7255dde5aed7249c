/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Setting up a generator: /mfa/set-up and /mfa/codes on the way in, /generator
 * from the dashboard; new recovery codes for it: /generator/codes; and taking
 * one away: /generator/remove, /lost-phone.
 */
#ifndef WEB_PAGES_SET_UP_H
#define WEB_PAGES_SET_UP_H

#include "store/owner_sessions.h"
#include "store/recovery_sets.h"
#include "web/owner.h"
#include "web/pages/code.h"
#include "web/set_up.h"

/* In a sign-in that waits for a generator. */
struct set_up_in_state {
	struct code_state code;
	struct set_up set_up;
	struct sign_in_moved moved;
	bool denied; /* the policy is not content all the same */
	struct sign_in_end end;
};

/* In a session. */
struct generator_state {
	struct owner_state owner;
	struct set_up set_up;
	struct generators_removed removed;
};

struct renew_codes_state {
	struct owner_state owner;
	struct recovery_set set; /* that counted when this began */
	struct recovery_codes codes;
	struct recovery_set_replaced replaced;
};

struct lost_phone_state {
	struct owner_state owner;
	struct generators_removed removed;
	struct trust_ended trust;
	struct owner_sessions_ended sessions;
};

extern const struct flow_step set_up_show[], set_up_submit[], codes_show[],
    codes_leave[], generator_show[], generator_submit[], generator_remove[],
    renew_codes_show[], renew_codes_submit[], lost_phone_show[],
    lost_phone_submit[];

#endif
