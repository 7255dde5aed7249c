/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The request of /samlValidate under any bytes.
 *
 * What is read stands in the bytes that were given, but for XML's spellings of
 * a letter, and could be answered to; and nothing is read where a document type
 * stands.
 */
#include <string.h>

#include "base/arena.h"
#include "cas/saml_request.h"
#include "fuzz.h"

static bool
has(struct str text, struct str wanted)
{
	return memmem(text.at, text.len, wanted.at, wanted.len) != NULL;
}

static void
demand_name(struct str id)
{
	static const char letters[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";

	demand(id.len <= SAML_REQUEST_ID_LONGEST);
	demand(memchr(letters, id.at[0], sizeof(letters) - 1) != NULL);
	for (size_t i = 0; i < id.len; i++)
		demand(memchr(letters, id.at[i], sizeof(letters) - 1) != NULL ||
		       memchr("0123456789-.", id.at[i], 12) != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	struct str text = { (const char *)input, size };
	struct arena arena = ARENA_INIT;
	struct saml_request request;
	enum saml_request_fault fault =
	    saml_request_read(text, &arena, &request);

	demand(saml_request_fault_text(fault).len > 0);
	if (fault == SAML_REQUEST_FINE) {
		demand(size <= SAML_REQUEST_LARGEST && str_is_utf8(text));
		demand(!has(text, STR("<!DOCTYPE")));
		demand(has(text, STR("AssertionArtifact")));
		demand(request.artifact.len > 0);
		demand(request.artifact.len <= SAML_ARTIFACT_LONGEST);
		demand(str_is_utf8(request.artifact));
		demand(has(text, request.artifact) || has(text, STR("&")) ||
		       has(text, STR("<![CDATA[")) || has(text, STR("\r")));
		if (request.id.len > 0) {
			demand_name(request.id);
			demand(has(text, request.id) || has(text, STR("&")));
		}
	}
	arena_clear(&arena);
	return 0;
}
