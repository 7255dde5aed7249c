/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is released, under any text, in both answers that are XML.
 *
 * libxml2 is the other reader: the answer is well-formed, and the text that it
 * finds is the text that went in, but for what XML cannot say.
 */
#include <libxml/parser.h>
#include <string.h>

#include "base/buf.h"
#include "cas/answer.h"
#include "cas/saml_answer.h"
#include "fuzz.h"
#include "text/escape.h"

/* Control characters are dropped, and so are two code points. */
static bool
is_kept(uint32_t code)
{
	if (code < ' ')
		return code == '\t' || code == '\n' || code == '\r';
	return !(code >= 0x7f && code < 0xa0) && code != 0xfffe &&
	       code != 0xffff;
}

static void
put_expected(struct buf *out, struct str text)
{
	uint32_t code;
	size_t len;

	for (; text.len > 0; text = str_from(text, len)) {
		len = str_utf8_first(text, &code);
		demand(len > 0);
		if (is_kept(code))
			buf_bytes(out, text.at, len);
	}
}

/* The element of this name that stands last. */
static xmlNode *
last_element(xmlNode *node, const char *name)
{
	xmlNode *found = NULL;

	for (; node != NULL; node = node->next) {
		xmlNode *below = last_element(node->children, name);

		if (below != NULL)
			found = below;
		else if (node->type == XML_ELEMENT_NODE &&
			 strcmp((const char *)node->name, name) == 0)
			found = node;
	}
	return found;
}

static void
demand_text(const struct buf *answer, const char *name, struct str expected)
{
	xmlDoc *tree;
	xmlNode *element;
	xmlChar *text;

	demand(buf_ok(answer));
	tree = xmlReadMemory(
	    answer->at, (int)answer->len, NULL, NULL, XML_PARSE_NONET);
	demand(tree != NULL);
	element = last_element(xmlDocGetRootElement(tree), name);
	demand(element != NULL);
	text = xmlNodeGetContent(element);
	demand(str_equal(str_of((const char *)text), expected));
	xmlFree(text);
	xmlFreeDoc(tree);
}

int
LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	struct str text = { (const char *)input, size };
	CLEANUP(buf_clear) struct buf attributes = BUF_INIT(1 << 20);
	CLEANUP(buf_clear) struct buf expected = BUF_INIT(1 << 20);
	CLEANUP(buf_clear) struct buf answer = BUF_INIT(1 << 20);
	struct answer_success success = {
		.user = STR("alice"),
		.released = STR("[\"*\"]"),
	};
	struct saml_envelope envelope = {
		.issuer = STR("https://sso.example"),
		.recipient = text,
		.in_response_to = text,
	};

	if (size > 8192 || !str_is_utf8(text))
		return 0;
	put_expected(&expected, text);
	buf_words(&attributes, "{\"last\":[\"first\",");
	escape_json(&attributes, text);
	buf_words(&attributes, "]}");
	success.attributes = buf_str(&attributes);
	answer_success(&answer, ANSWER_XML, &success);
	demand_text(&answer, "last", buf_str(&expected));
	buf_reset(&answer);
	saml_answer_success(&answer, &envelope, &success);
	demand_text(&answer, "AttributeValue", buf_str(&expected));
	buf_reset(&answer);
	saml_answer_failure(&answer, &envelope, text);
	if (size > 0)
		demand_text(&answer, "StatusMessage", buf_str(&expected));
	return 0;
}
