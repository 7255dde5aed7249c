/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Front channel: the page of sign-out makes the browser tell applications that
 * the session has ended (row D20).
 *
 * Each is told by an image that nobody sees: no script, no frame, nothing of
 * the application shown; what becomes of it the page does not wait for.
 */
#ifndef WEB_FRONT_CHANNEL_H
#define WEB_FRONT_CHANNEL_H

struct request;
struct row_list;
struct signed_out_page;

/* `left` is a list of `struct logout_left`. */
void front_channel_fill(
    struct request *, const struct row_list *left, struct signed_out_page *);

#endif
