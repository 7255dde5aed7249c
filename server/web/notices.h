/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mails that tell people what was done with their account, to all addresses on
 * record that are theirs: who did it may not be they.
 *
 * Each is asked for in the step that makes the change, and so goes out if and
 * only if it was made.  The policy says which are wanted; those about what ends
 * a compromise always go.
 */
#ifndef WEB_NOTICES_H
#define WEB_NOTICES_H

#include "base/memory.h"
#include "base/str.h"

struct flow;
struct request;
struct second_step;

/* A session opens from a browser that this account had not signed in with.
 * `verified_by` is the row's word; STR_NONE: nothing but the password. */
void notice_new_browser(struct request *, struct flow *,
    const struct second_step *, struct str verified_by);

/* An old cookie of a trusted browser came back; it is trusted no more. */
void notice_browser_copied(
    struct request *, struct flow *, const struct second_step *);

void notice_generator_added(
    struct request *, struct flow *, const struct second_step *);
void notice_generator_removed(
    struct request *, struct flow *, const struct second_step *);

/* `count` new recovery codes took the place of all before. */
void notice_recovery_codes(
    struct request *, struct flow *, const struct second_step *, size_t count);

/* `left`: how many are still good, this one not counted. */
void notice_recovery_code_used(
    struct request *, struct flow *, const struct second_step *, int64_t left);

/* Sessions that the owner ended, with or without all trust in browsers. */
void notice_ended(struct request *, struct flow *, const struct second_step *,
    int64_t sessions, bool trust);

#endif
