/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration of a gate: how long it lives.
 */
#include "web/configuration.h"

#include <stdlib.h>

#include "base/memory.h"
#include "crypto/keys.h"
#include "http/tls.h"
#include "web/assets.h"
#include "web/page.h"

struct configuration *
configuration_new(void)
{
	struct configuration *made = memory_new(sizeof(*made));

	made->references = 1;
	return made;
}

struct configuration *
configuration_ref(struct configuration *configuration)
{
	configuration->references++;
	return configuration;
}

void
configuration_unref(struct configuration *configuration)
{
	if (configuration == NULL || --configuration->references > 0)
		return;
	keys_free(configuration->keys);
	page_set_free(configuration->pages);
	asset_set_free(configuration->assets);
	tls_context_free(configuration->http.tls);
	arena_clear(&configuration->texts);
	free(configuration);
}

void
configuration_end(struct configuration **configuration)
{
	configuration_unref(*configuration);
}
