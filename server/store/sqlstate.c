/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Error codes of PostgreSQL, longest match first (PostgreSQL manual,
 * appendix A).
 */
#include "store/sqlstate.h"

#include "base/memory.h"
#include "base/str.h"

struct sqlstate {
	struct str start;
	enum sqlstate_verdict verdict;
};

static const struct sqlstate sqlstates[] = {
	{ STR_INIT("0A000"), SQLSTATE_PREPARE }, /* result type changed */
	{ STR_INIT("26000"), SQLSTATE_PREPARE }, /* no such statement */
	{ STR_INIT("40001"), SQLSTATE_REPEAT }, /* serialization failure */
	{ STR_INIT("40P01"), SQLSTATE_REPEAT }, /* deadlock */
	{ STR_INIT("55P03"), SQLSTATE_STUCK }, /* lock not available */
	{ STR_INIT("57014"), SQLSTATE_STUCK }, /* statement timeout */
	{ STR_INIT("53100"), SQLSTATE_FULL }, /* disk */
	{ STR_INIT("53200"), SQLSTATE_FULL }, /* memory */
	{ STR_INIT("53"), SQLSTATE_BUSY }, /* other resources, connections */
	{ STR_INIT("25006"), SQLSTATE_RECONNECT }, /* read only: a standby */
	{ STR_INIT("25P03"), SQLSTATE_RECONNECT }, /* idle in transaction */
	{ STR_INIT("57P"), SQLSTATE_RECONNECT }, /* shutdown, crash, starting */
	{ STR_INIT("08"), SQLSTATE_RECONNECT }, /* connection, protocol */
	{ STR_INIT("58"), SQLSTATE_RECONNECT }, /* system error */
	{ STR_INIT("F0"), SQLSTATE_RECONNECT }, /* configuration file */
	{ STR_INIT("XX"), SQLSTATE_RECONNECT }, /* internal, corrupted */
};

enum sqlstate_verdict
sqlstate_verdict(const char *code)
{
	if (code == NULL)
		return SQLSTATE_RECONNECT;
	for (size_t i = 0; i < COUNT_OF(sqlstates); i++) {
		if (str_starts(str_of(code), sqlstates[i].start))
			return sqlstates[i].verdict;
	}
	return SQLSTATE_REFUSED;
}

bool
sqlstate_is_schema(const char *code)
{
	struct str text = str_of(code);

	return str_starts(text, STR("42")) || str_starts(text, STR("3F"));
}
