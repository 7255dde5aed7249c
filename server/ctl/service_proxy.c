/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether an application may act for people at others, as an operator says it.
 */
#include "ctl/service_proxy.h"

#include "base/buf.h"
#include "cas/service_url.h"
#include "ctl/command.h"
#include "ctl/options.h"
#include "ctl/service.h"
#include "store/services.h"

/* Never without https: who reads a proxy-granting ticket on the way has it. */
static bool
read_callback(const struct options *options, struct buf *callback,
    struct service_proxy *proxy)
{
	CLEANUP(buf_clear) struct buf why = BUF_INIT(1024);

	if (!options_has(options, "proxy-callback"))
		return true;
	proxy->callback = STR("");
	if (options_text(options, "proxy-callback").len == 0)
		return true;
	if (!service_pattern_canonical(
		options_text(options, "proxy-callback"), callback, &why)) {
		command_complain("--proxy-callback: %s", buf_cstr(&why));
		return false;
	}
	proxy->callback = buf_str(callback);
	if (str_starts(proxy->callback, STR("https://")))
		return true;
	command_complain("--proxy-callback takes https:// only");
	return false;
}

bool
service_proxy_read(const struct options *options, struct buf *callback,
    struct service_proxy *proxy)
{
	return service_read_answer(options, "proxy", &proxy->allowed) &&
	       service_read_answer(options, "proxy-lenient", &proxy->lenient) &&
	       read_callback(options, callback, proxy);
}

bool
service_proxy_given(const struct service_proxy *proxy)
{
	return proxy->allowed.at != NULL || proxy->callback.at != NULL ||
	       proxy->lenient.at != NULL;
}
