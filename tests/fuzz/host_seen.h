/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What other readers of URLs see in one that we let through.
 */
#ifndef FUZZ_HOST_SEEN_H
#define FUZZ_HOST_SEEN_H

struct buf;

/*
 * libevent and, where it was built in, libcurl find the scheme, host and port
 * in the URL that text/url.h finds; a reader that refuses the URL sees no other
 * host.  The process ends otherwise.
 */
void demand_seen_alike(struct buf *url);

#endif
