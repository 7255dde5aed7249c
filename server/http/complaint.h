/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A line about somebody who is turned away before there is a request.
 */
#ifndef HTTP_COMPLAINT_H
#define HTTP_COMPLAINT_H

struct address;

/*
 * A warning, within the limit of its event (loop/log_limit.h); `event` is a
 * literal, `client` is NULL where nobody in particular is the cause.
 */
void complain(const char *event, const struct address *client, const char *why);

#endif
