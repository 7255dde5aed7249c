/* SPDX-License-Identifier: Apache-2.0 */
/*
 * User-Agent headers under any bytes.
 *
 * What comes out is never text of the visitor, what is behind the header makes
 * no difference, and a browser is only named if the header has its word.
 */
#include <string.h>

#include "fuzz.h"
#include "text/user_agent.h"

static void
demand_name(struct str name, struct str header)
{
	demand(name.len == 0 || !is_inside(name, header));
	demand(name.len <= 20);
	for (size_t i = 0; i < name.len; i++)
		demand(name.at[i] == ' ' || name.at[i] == '3' ||
		       (name.at[i] >= 'A' && name.at[i] <= 'Z') ||
		       (name.at[i] >= 'a' && name.at[i] <= 'z'));
}

static bool
holds(struct str header, const char *word)
{
	return memmem(header.at, header.len, word, strlen(word)) != NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	struct str header = { (const char *)input, size };
	struct user_agent agent = user_agent_read(header);
	struct user_agent again = user_agent_read(header);

	demand_name(agent.browser, header);
	demand_name(agent.system, header);
	demand(agent.form < FORM_COUNT);
	demand(agent.form == again.form);
	demand(str_equal(agent.browser, again.browser));
	demand(str_equal(agent.system, again.system));
	demand(
	    agent.browser.len == 0 || holds(header, "/") || holds(header, " "));
	demand(agent.system.len == 0 || holds(header, "("));
	if (str_equal(agent.browser, STR("Firefox")))
		demand(holds(header, "Firefox/") || holds(header, "FxiOS/"));
	if (str_equal(agent.system, STR("Android")))
		demand(holds(header, "Android"));
	if (agent.form == FORM_TABLET && !holds(header, "iPad"))
		demand(str_equal(agent.system, STR("Android")));
	return 0;
}
