/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /mfa/offer: a generator is offered on the way in.
 *
 * Nobody who passes it has shown less: it stands where the session would open,
 * and "later" opens it if the policy, asked again, lets them.
 */
#ifndef WEB_PAGES_OFFER_H
#define WEB_PAGES_OFFER_H

#include "web/pages/code.h"

struct offer_state {
	struct code_state code;
	enum sign_in_step next; /* RIGHT: put off; SET_UP, PROOF: taken up */
	struct sign_in_moved moved;
	struct email_sending sending;
	struct sign_in_end end;
};

extern const struct flow_step offer_show[], offer_submit[];

#endif
