/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The proxies between a person and an application.
 */
#include "cas/proxy_chain.h"

#include "base/buf.h"

bool
proxy_chain_next(struct str *chain, struct str *proxy)
{
	if (chain->len == 0)
		return false;
	(void)str_cut(*chain, '\n', proxy, chain);
	return true;
}

size_t
proxy_chain_length(struct str chain)
{
	struct str proxy;
	size_t length = 0;

	while (proxy_chain_next(&chain, &proxy))
		length++;
	return length;
}

void
proxy_chain_add(struct buf *out, struct str proxy, struct str chain)
{
	buf_text(out, proxy);
	if (chain.len == 0)
		return;
	buf_char(out, '\n');
	buf_text(out, chain);
}
