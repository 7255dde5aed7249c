/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A gate has an application called with its proxy-granting ticket: the courier
 * does it (loop/callback_line.h), since a gate never calls out.
 *
 * One call and never a second, and an end after five seconds whatever happens
 * to the courier.  Nobody but the flow that asked waits for it.
 */
#ifndef WEB_CAS_CALLBACK_H
#define WEB_CAS_CALLBACK_H

#include <stdbool.h>

#include "base/str.h"

struct callbacks;
struct event_base;
struct flow;

/* `line` stays the caller's. */
struct callbacks *callbacks_new(struct event_base *, int line);

/* Only when no flow is left. */
void callbacks_free(struct callbacks *);

/*
 * For a flow: `taken` is true before its next step if the application answered
 * 200; else nobody knows whether it has heard of the ticket.
 */
void callback_ask(
    struct callbacks *, struct flow *, struct str url, bool *taken);

#endif
