/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The request of /samlValidate, from bytes to the ticket in it.
 *
 * libxml2 is given text that has no document type and is UTF-8, and is told to
 * believe no declaration of another encoding: so it has no entity to expand and
 * no converter to load.  It calls us for each element; no tree is built.
 */
#include "cas/saml_request.h"

#include <libxml/parser.h>
#include <libxml/xmlerror.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"

static const char soap[] = "http://schemas.xmlsoap.org/soap/envelope/";
static const char protocol[] = "urn:oasis:names:tc:SAML:1.0:protocol";

/* The elements that lead to the ticket, the outermost first. */
static const struct {
	const char *name;
	const char *space;
} way[] = {
	{ "Envelope", soap },
	{ "Body", soap },
	{ "Request", protocol },
	{ "AssertionArtifact", protocol },
};

enum {
	WAY_END = COUNT_OF(way)
};

struct reader {
	xmlParserCtxt *parser;
	enum saml_request_fault fault;
	unsigned depth; /* of the element that we are in */
	unsigned on_way; /* how many of them are those of the way */
	unsigned met[WAY_END]; /* times that each stood on the way */
	struct buf artifact;
	char id[SAML_REQUEST_ID_LONGEST];
	size_t id_len;
};

static void
reader_stop(struct reader *reader, enum saml_request_fault fault)
{
	if (reader->fault != SAML_REQUEST_FINE)
		return;
	reader->fault = fault;
	xmlStopParser(reader->parser);
}

static bool
in_artifact(const struct reader *reader)
{
	return reader->on_way == WAY_END;
}

static bool
is_name(const xmlChar *name, const xmlChar *space, size_t place)
{
	return str_equal(str_of((const char *)name), str_of(way[place].name)) &&
	       str_equal(str_of((const char *)space), str_of(way[place].space));
}

static bool
is_name_letter(char letter, bool first)
{
	if ((letter >= 'a' && letter <= 'z') ||
	    (letter >= 'A' && letter <= 'Z') || letter == '_')
		return true;
	return !first && ((letter >= '0' && letter <= '9') || letter == '-' ||
			     letter == '.');
}

/* Only a name can be answered to: InResponseTo has no other letters. */
static void
keep_id(struct reader *reader, struct str id)
{
	if (id.len > sizeof(reader->id))
		return;
	for (size_t i = 0; i < id.len; i++) {
		if (!is_name_letter(id.at[i], i == 0))
			return;
	}
	memcpy(reader->id, id.at, id.len);
	reader->id_len = id.len;
}

/* Five views for each attribute: name, prefix, namespace, value and its end. */
static void
find_id(struct reader *reader, int count, const xmlChar **attributes)
{
	for (int i = 0; i < count; i++, attributes += 5) {
		const char *value = (const char *)attributes[3];
		const char *end = (const char *)attributes[4];

		if (attributes[2] == NULL &&
		    str_equal(
			str_of((const char *)attributes[0]), STR("RequestID")))
			keep_id(reader,
			    (struct str){ value, (size_t)(end - value) });
	}
}

static void
on_start(void *context, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *space, int space_count, const xmlChar **spaces,
    int attribute_count, int defaulted_count, const xmlChar **attributes)
{
	struct reader *reader = context;
	unsigned place = reader->on_way;
	bool next = place < WAY_END && place == reader->depth &&
		    is_name(name, space, place);

	(void)prefix, (void)space_count, (void)spaces, (void)defaulted_count;
	if (reader->depth == SAML_REQUEST_DEEPEST) {
		reader_stop(reader, SAML_REQUEST_MALFORMED);
		return;
	}
	reader->depth++;
	if (in_artifact(reader) ||
	    (!next && is_name(name, space, WAY_END - 1))) {
		reader_stop(reader, SAML_REQUEST_SHAPE);
		return;
	}
	if (!next)
		return;
	reader->on_way++;
	if (++reader->met[place] > 1)
		reader_stop(reader, SAML_REQUEST_SHAPE);
	if (reader->on_way == WAY_END - 1)
		find_id(reader, attribute_count, attributes);
}

static void
on_end(void *context, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *space)
{
	struct reader *reader = context;

	(void)name, (void)prefix, (void)space;
	if (reader->on_way == reader->depth)
		reader->on_way--;
	reader->depth--;
}

static void
on_text(void *context, const xmlChar *text, int len)
{
	struct reader *reader = context;

	if (in_artifact(reader))
		buf_bytes(&reader->artifact, text, (size_t)len);
}

/* Two readers may disagree about a text that something stands in. */
static void
on_comment(void *context, const xmlChar *text)
{
	struct reader *reader = context;

	(void)text;
	if (in_artifact(reader))
		reader_stop(reader, SAML_REQUEST_SHAPE);
}

static void
on_instruction(void *context, const xmlChar *target, const xmlChar *text)
{
	(void)target;
	on_comment(context, text);
}

static void
on_doctype(void *context, const xmlChar *name, const xmlChar *public_id,
    const xmlChar *system_id)
{
	(void)name, (void)public_id, (void)system_id;
	reader_stop(context, SAML_REQUEST_DOCTYPE);
}

/* There for libxml2 not to write to the standard error output. */
static void
on_error(void *context, xmlErrorPtr error)
{
	(void)context, (void)error;
}

static const xmlSAXHandler handler = {
	.initialized = XML_SAX2_MAGIC,
	.internalSubset = on_doctype,
	.startElementNs = on_start,
	.endElementNs = on_end,
	.characters = on_text,
	.comment = on_comment,
	.processingInstruction = on_instruction,
	.serror = on_error,
};

static bool
find_text(struct str text, const char *wanted, struct str *after)
{
	size_t len = strlen(wanted);
	const char *at =
	    text.len > 0 ? memmem(text.at, text.len, wanted, len) : NULL;

	if (at == NULL)
		return false;
	*after = str_from(text, (size_t)(at - text.at) + len);
	return true;
}

static struct str
skip_space(struct str text)
{
	while (text.len > 0 && strchr(" \t\r\n", text.at[0]) != NULL)
		text = str_from(text, 1);
	return text;
}

/* No encoding but UTF-8 is named in the XML declaration, if there is one. */
static bool
declares_utf8(struct str text)
{
	static const struct str mark = STR_INIT("\xef\xbb\xbf");
	struct str rest, declaration;

	if (str_starts(text, mark))
		text = str_from(text, mark.len);
	if (!str_starts(text, STR("<?xml")) || !find_text(text, "?>", &rest))
		return true; /* none, or not well-formed */
	declaration = str_first(text, text.len - rest.len);
	if (!find_text(declaration, "encoding", &rest))
		return true;
	rest = skip_space(rest);
	if (!str_starts(rest, STR("=")))
		return false;
	rest = skip_space(str_from(rest, 1));
	return str_equal_nocase(str_first(rest, 7), STR("\"utf-8\"")) ||
	       str_equal_nocase(str_first(rest, 7), STR("'utf-8'"));
}

/* What is wrong with it before anything is parsed. */
static enum saml_request_fault
look_at(struct str body)
{
	struct str after;

	if (body.len > SAML_REQUEST_LARGEST)
		return SAML_REQUEST_TOO_LARGE;
	if (!str_is_utf8(body) || !declares_utf8(body))
		return SAML_REQUEST_NOT_UTF8;
	if (find_text(body, "<!DOCTYPE", &after))
		return SAML_REQUEST_DOCTYPE;
	return SAML_REQUEST_FINE;
}

static enum saml_request_fault
parse(struct reader *reader, struct str body)
{
	static const int options = XML_PARSE_NONET | XML_PARSE_IGNORE_ENC;
	xmlDoc *tree;

	xmlInitParser();
	reader->parser = xmlNewParserCtxt();
	if (reader->parser == NULL)
		abort(); /* out of memory: see base/memory.h */
	*reader->parser->sax = handler;
	reader->parser->userData = reader;
	tree = xmlCtxtReadMemory(
	    reader->parser, body.at, (int)body.len, NULL, NULL, options);
	xmlFreeDoc(tree);
	if (reader->fault == SAML_REQUEST_FINE &&
	    !(reader->parser->wellFormed && reader->parser->nsWellFormed))
		reader->fault = SAML_REQUEST_MALFORMED;
	xmlFreeParserCtxt(reader->parser);
	xmlResetLastError(); /* it is kept for each thread, names in it */
	return reader->fault;
}

/* Blanks and line ends around it are of a template, not of the ticket. */
static struct str
without_space(struct str text)
{
	text = skip_space(text);
	while (text.len > 0 && strchr(" \t\r\n", text.at[text.len - 1]) != NULL)
		text.len--;
	return text;
}

enum saml_request_fault
saml_request_read(
    struct str body, struct arena *arena, struct saml_request *request)
{
	struct reader reader = {
		.artifact = BUF_INIT(SAML_ARTIFACT_LONGEST),
	};
	enum saml_request_fault fault = look_at(body);
	struct str artifact;

	if (fault == SAML_REQUEST_FINE)
		fault = parse(&reader, body);
	artifact = without_space(buf_str(&reader.artifact));
	if (fault == SAML_REQUEST_FINE && artifact.len == 0)
		fault = SAML_REQUEST_SHAPE; /* or a longer one than any */
	if (fault == SAML_REQUEST_FINE)
		*request = (struct saml_request){
			.artifact = arena_text(arena, artifact),
			.id = reader.id_len == 0
				  ? STR_NONE
				  : arena_text(arena, (struct str){ reader.id,
							  reader.id_len }),
		};
	buf_clear(&reader.artifact);
	return fault;
}

void
saml_request_memory(void (*give_back)(void *), void *(*resize)(void *, size_t))
{
	if (xmlMemSetup(give_back, malloc, resize, strdup) != 0)
		abort(); /* it refuses NULL only */
}

struct str
saml_request_fault_text(enum saml_request_fault fault)
{
	static const struct str texts[] = {
		[SAML_REQUEST_FINE] = STR_INIT("The request can be read."),
		[SAML_REQUEST_TOO_LARGE] =
		    STR_INIT("The request has more than 8192 bytes."),
		[SAML_REQUEST_NOT_UTF8] =
		    STR_INIT("The request must be encoded in UTF-8."),
		[SAML_REQUEST_DOCTYPE] =
		    STR_INIT("The request must not have a document type."),
		[SAML_REQUEST_MALFORMED] =
		    STR_INIT("The request is not well-formed XML."),
		[SAML_REQUEST_SHAPE] =
		    STR_INIT("The request needs one AssertionArtifact, in "
			     "Envelope, Body and Request of SOAP 1.1 and "
			     "SAML 1.1."),
	};

	return texts[fault];
}
