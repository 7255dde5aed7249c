/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reasons of a decision for the person whom it is about.
 *
 * Only once the password was right.  Reasons that no page has words for are
 * left out, and no rule is named: which one would have avoided the question is
 * the operator's to know.
 */
#ifndef WEB_WHY_H
#define WEB_WHY_H

#include "text/template.h"

struct request;
struct second_step;

/* Items for struct why_item; as long as the request. */
struct template_list why_reasons(struct request *, const struct second_step *);

#endif
