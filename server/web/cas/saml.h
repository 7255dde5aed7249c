/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The answer of /samlValidate; everything else is /serviceValidate's.
 */
#ifndef WEB_CAS_SAML_H
#define WEB_CAS_SAML_H

#include "loop/flow.h"

struct answer_success;
struct request;
struct validate_state;

/* `success` counts unless the validation was refused. */
enum flow_next saml_reply(struct request *, const struct validate_state *,
    const struct answer_success *success);

#endif
