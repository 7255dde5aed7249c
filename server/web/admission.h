/* SPDX-License-Identifier: Apache-2.0 */
/*
 * May this person use this application?
 *
 * Asked wherever a ticket is about to be granted, of what was just read about
 * the person: who signs in is somebody, whether or not the application is for
 * them, so their session opens and only the ticket is refused.
 */
#ifndef WEB_ADMISSION_H
#define WEB_ADMISSION_H

#include "loop/flow.h"

struct destination;
struct request;
struct second_step;

/* Has the application a say in who uses it, so that facts have to be read? */
bool admission_matters(const struct destination *);

/* True without an application.  The facts of second_step_ask() have come. */
bool admission_granted(
    struct request *, const struct second_step *, const struct destination *);

/* Leaves the refusal in the trail, with what else the step asks. */
void admission_note_refusal(struct request *, struct flow *,
    const struct second_step *, const struct destination *);

enum flow_next admission_refused_reply(
    struct request *, const struct destination *);

#endif
