/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The request of /samlValidate: what clients send, and the worst that anybody
 * could send instead.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <libxml/parser.h>
#include <libxml/xmlIO.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "cas/saml_request.h"

#define SOAP "xmlns:S=\"http://schemas.xmlsoap.org/soap/envelope/\""
#define SAMLP "xmlns:p=\"urn:oasis:names:tc:SAML:1.0:protocol\""
#define BEFORE_BODY "<S:Envelope " SOAP "><S:Header/>"
#define AFTER_BODY "</S:Envelope>"
#define BODY(content) BEFORE_BODY "<S:Body>" content "</S:Body>" AFTER_BODY
#define REQUEST(content) BODY("<p:Request " SAMLP ">" content "</p:Request>")
#define ARTIFACT(content) \
	"<p:AssertionArtifact>" content "</p:AssertionArtifact>"
#define FINE REQUEST(ARTIFACT("ST-1"))

static enum saml_request_fault
request_read(struct str text, struct arena *arena, struct saml_request *request)
{
	/* A copy of just this size: reading past it would be found. */
	char *copy = memory_array(text.len, 1);
	enum saml_request_fault fault;

	if (text.len > 0)
		memcpy(copy, text.at, text.len);
	fault =
	    saml_request_read((struct str){ copy, text.len }, arena, request);
	free(copy);
	return fault;
}

static void
assert_read(const char *text, const char *artifact, const char *id)
{
	struct arena arena = ARENA_INIT;
	struct saml_request request = { .artifact = STR_NONE };
	enum saml_request_fault fault =
	    request_read(str_of(text), &arena, &request);

	if (fault != SAML_REQUEST_FINE)
		fail_msg("%s: %s", saml_request_fault_text(fault).at, text);
	if (!str_equal(request.artifact, str_of(artifact)))
		fail_msg("read %.*s of %s", STR_ARGS(request.artifact), text);
	if (!str_equal(request.id, str_of(id)))
		fail_msg("id %.*s of %s", STR_ARGS(request.id), text);
	arena_clear(&arena);
}

static void
assert_refused(struct str text, enum saml_request_fault expected)
{
	struct arena arena = ARENA_INIT;
	struct saml_request request = { .artifact = STR("untouched") };
	enum saml_request_fault fault = request_read(text, &arena, &request);

	if (fault != expected)
		fail_msg("%u (%s) for %.*s", fault,
		    saml_request_fault_text(fault).at, STR_ARGS(text));
	assert_string_equal(request.artifact.at, "untouched");
	assert_true(saml_request_fault_text(fault).len > 0);
	arena_clear(&arena);
}

/* Byte for byte what these clients send. */
static void
clients_are_understood(void **state)
{
	(void)state;
	/* mod_auth_cas: no instant, two blanks */
	assert_read(
	    "<?xml version=\"1.0\" encoding=\"utf-8\"?><SOAP-ENV:Envelope "
	    "xmlns:SOAP-ENV=\"http://schemas.xmlsoap.org/soap/envelope/\">"
	    "<SOAP-ENV:Header/><SOAP-ENV:Body><samlp:Request xmlns:samlp="
	    "\"urn:oasis:names:tc:SAML:1.0:protocol\"  MajorVersion=\"1\" "
	    "MinorVersion=\"1\" RequestID=\"0123456789abcdef\">"
	    "<samlp:AssertionArtifact>ST-1-x</samlp:AssertionArtifact>"
	    "</samlp:Request></SOAP-ENV:Body></SOAP-ENV:Envelope>",
	    "ST-1-x", NULL);
	/* phpCAS: an instant of 2002, and lines */
	assert_read(
	    "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n"
	    "<SOAP-ENV:Envelope xmlns:SOAP-ENV="
	    "\"http://schemas.xmlsoap.org/soap/envelope/\"><SOAP-ENV:Header/>"
	    "<SOAP-ENV:Body><samlp:Request xmlns:samlp="
	    "\"urn:oasis:names:tc:SAML:1.0:protocol\"  MajorVersion=\"1\" "
	    "MinorVersion=\"1\" RequestID=\"_192.168.16.51.1024506224022\" "
	    "IssueInstant=\"2002-06-19T17:03:44.022Z\">"
	    "<samlp:AssertionArtifact>ST-2</samlp:AssertionArtifact>"
	    "</samlp:Request></SOAP-ENV:Body></SOAP-ENV:Envelope>",
	    "ST-2", "_192.168.16.51.1024506224022");
	/* default namespaces, no header, blanks of a template */
	assert_read(
	    "\xef\xbb\xbf<Envelope xmlns="
	    "\"http://schemas.xmlsoap.org/soap/envelope/\">\r\n <Body>\n"
	    "<Request xmlns=\"urn:oasis:names:tc:SAML:1.0:protocol\">\n"
	    "<AssertionArtifact>\n\t ST-3 \r\n</AssertionArtifact>\n"
	    "</Request></Body></Envelope>\n",
	    "ST-3", NULL);
}

static void
what_does_not_count_is_passed_over(void **state)
{
	(void)state;
	assert_read(FINE, "ST-1", NULL);
	assert_read(BEFORE_BODY "<!-- <p:AssertionArtifact> -->"
				"<S:Body><p:Request " SAMLP ">"
				"<p:RespondWith>x</p:RespondWith>"
				"<d:Signature xmlns:d=\"urn:d\"><d:a>b</d:a>"
				"</d:Signature>" ARTIFACT(
				    "ST-1") "</p:Request></S:Body>" AFTER_BODY,
	    "ST-1", NULL);
	assert_read(REQUEST("<p:AssertionArtifact a=\"1\" b='&lt;'>ST-1"
			    "</p:AssertionArtifact>"),
	    "ST-1", NULL);
	/* The same text in XML's other spellings. */
	assert_read(REQUEST(ARTIFACT("<![CDATA[ST-1]]>")), "ST-1", NULL);
	assert_read(REQUEST(ARTIFACT("S<![CDATA[T-]]>1")), "ST-1", NULL);
	assert_read(REQUEST(ARTIFACT("&#83;T&#x2d;1")), "ST-1", NULL);
	assert_read(
	    REQUEST(ARTIFACT("&lt;&amp;&gt;&quot;&apos;")), "<&>\"'", NULL);
	assert_read(REQUEST(ARTIFACT("\xc3\xa9")), "\xc3\xa9", NULL);
}

static void
only_a_name_is_an_id(void **state)
{
	static const struct {
		const char *id, *expected;
	} cases[] = {
		{ "_a-b.c9", "_a-b.c9" },
		{ "A", "A" },
		{ "", NULL },
		{ "9a", NULL },
		{ "-a", NULL },
		{ "a:b", NULL },
		{ "a b", NULL },
		{ "a&quot;b", NULL },
		{ "&#97;", "a" },
		{ "&#38;", NULL },
		{ "a\xc3\xa9", NULL },
		{ "&lt;x&gt;", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		CLEANUP(buf_clear) struct buf text = BUF_INIT(4096);

		buf_format(&text,
		    BODY("<p:Request q:RequestID=\"other\" xmlns:q=\"urn:q\" "
			 "RequestID=\"%s\" " SAMLP
			 ">" ARTIFACT("ST-1") "</p:Request>"),
		    cases[i].id);
		assert_read(buf_cstr(&text), "ST-1", cases[i].expected);
	}
}

static void
long_names_are_no_id(void **state)
{
	(void)state;
	for (size_t len = 127; len < 130; len++) {
		CLEANUP(buf_clear) struct buf text = BUF_INIT(4096);
		char id[130];

		memset(id, 'a', sizeof(id));
		id[len] = '\0';
		buf_format(&text,
		    BODY("<p:Request RequestID=\"%s\" " SAMLP
			 ">" ARTIFACT("ST-1") "</p:Request>"),
		    id);
		assert_read(buf_cstr(&text), "ST-1", len <= 128 ? id : NULL);
	}
}

static void
another_shape_is_refused(void **state)
{
	static const struct str cases[] = {
		STR_INIT("<x/>"),
		STR_INIT(BODY("")),
		STR_INIT(REQUEST("")),
		STR_INIT(REQUEST(ARTIFACT(""))),
		STR_INIT(REQUEST(ARTIFACT(" \t\r\n"))),
		STR_INIT(REQUEST("<p:AssertionArtifact/>")),
		/* two of what must be one */
		STR_INIT(REQUEST(ARTIFACT("ST-1") ARTIFACT("ST-2"))),
		STR_INIT(REQUEST(ARTIFACT("ST-1") ARTIFACT("ST-1"))),
		STR_INIT(REQUEST(ARTIFACT("ST-1") "<p:AssertionArtifact/>")),
		STR_INIT(BODY("<p:Request " SAMLP ">" ARTIFACT(
		    "ST-1") "</p:Request><p:Request " SAMLP "/>")),
		STR_INIT(
		    BEFORE_BODY "<S:Body/><S:Body><p:Request " SAMLP
				">" ARTIFACT("ST-1") "</p:Request>"
						     "</S:Body>" AFTER_BODY),
		/* one that stands elsewhere, too */
		STR_INIT(REQUEST("<p:Other>" ARTIFACT(
		    "ST-2") "</p:Other>" ARTIFACT("ST-1"))),
		STR_INIT(REQUEST("<x>" ARTIFACT("ST-1") "</x>")),
		STR_INIT("<S:Envelope " SOAP " " SAMLP "><S:Header>" ARTIFACT(
		    "ST-2") "</"
			    "S:Header><S:Body><p:"
			    "Request>" ARTIFACT("ST-1") "</p:Request></"
							"S:Body></"
							"S:Envelope>"),
		STR_INIT("<p:AssertionArtifact " SAMLP
			 ">ST-1</p:AssertionArtifact>"),
		STR_INIT(
		    "<p:Request " SAMLP ">" ARTIFACT("ST-1") "</p:Request>"),
		/* a text that something stands in */
		STR_INIT(REQUEST(ARTIFACT("ST-1<!-- -->2"))),
		STR_INIT(REQUEST(ARTIFACT("<!---->ST-1"))),
		STR_INIT(REQUEST(ARTIFACT("ST-1<?x y?>"))),
		STR_INIT(REQUEST(ARTIFACT("ST-1<b/>"))),
		STR_INIT(REQUEST(ARTIFACT(ARTIFACT("ST-1")))),
		/* other namespaces and letters */
		STR_INIT("<Envelope><Body><Request><AssertionArtifact>ST-1"
			 "</AssertionArtifact></Request></Body></Envelope>"),
		STR_INIT("<S:Envelope xmlns:S="
			 "\"http://www.w3.org/2003/05/soap-envelope\"><S:Body>"
			 "<p:Request " SAMLP ">" ARTIFACT(
			     "ST-1") "</p:Request></S:Body></S:Envelope>"),
		STR_INIT(
		    BODY("<p:Request xmlns:p="
			 "\"urn:oasis:names:tc:SAML:2.0:protocol\">" ARTIFACT(
			     "ST-1") "</p:Request>")),
		STR_INIT(BODY(
		    "<p:request " SAMLP ">" ARTIFACT("ST-1") "</p:request>")),
		STR_INIT(REQUEST("<p:assertionartifact>ST-1"
				 "</p:assertionartifact>")),
		STR_INIT(REQUEST("<AssertionArtifact>ST-1"
				 "</AssertionArtifact>")),
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_refused(cases[i], SAML_REQUEST_SHAPE);
}

static void
what_is_not_xml_is_refused(void **state)
{
	static const struct str cases[] = {
		STR_INIT(""),
		STR_INIT(" "),
		STR_INIT("ST-1"),
		STR_INIT("a=b&c=d"),
		STR_INIT(" <?xml version=\"1.0\"?>" FINE),
		STR_INIT(FINE FINE),
		STR_INIT(FINE "x"),
		STR_INIT(BEFORE_BODY "<S:Body><p:Request " SAMLP
				     ">" ARTIFACT("ST-1")),
		STR_INIT(REQUEST(ARTIFACT("ST-1&e;"))),
		STR_INIT(REQUEST(ARTIFACT("ST-1&#0;"))),
		STR_INIT(REQUEST(ARTIFACT("ST-1&#xd800;"))),
		STR_INIT(REQUEST(ARTIFACT("ST-1\x01"))),
		STR_INIT(REQUEST(ARTIFACT("ST-1]]>"))),
		STR_INIT(REQUEST("<p:a b=\"1\" b=\"2\"/>" ARTIFACT("ST-1"))),
		STR_INIT(REQUEST("<p:a b=\"<\"/>" ARTIFACT("ST-1"))),
		STR_INIT(REQUEST("<z:a/>" ARTIFACT("ST-1"))),
		STR_INIT(REQUEST("<p:a b=\"&e;\"/>" ARTIFACT("ST-1"))),
		STR_INIT(
		    BODY("<p:Request xmlns:p="
			 "\"urn:oasis:names:tc:SAML:1.0:protocol \">" ARTIFACT(
			     "ST-1") "</p:Request>")),
		STR_INIT("<?xml version=\"1.0\"" FINE),
		STR_INIT("<!doctype x>" FINE),
		STR_INIT("<!ENTITY e \"x\">" FINE),
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_refused(cases[i], SAML_REQUEST_MALFORMED);
}

/* Refused before it is parsed, so nothing of it can be asked for. */
static void
document_types_are_refused(void **state)
{
	static const struct str cases[] = {
		STR_INIT("<!DOCTYPE x>" FINE),
		STR_INIT("<!DOCTYPE x [<!ENTITY e SYSTEM "
			 "\"file:///etc/passwd\">]>" REQUEST(ARTIFACT("&e;"))),
		STR_INIT(
		    "<!DOCTYPE x SYSTEM \"http://127.0.0.1:1/x.dtd\">" FINE),
		STR_INIT("<!DOCTYPE x [<!ENTITY % p SYSTEM "
			 "\"http://127.0.0.1:1/p\"> %p;]>" FINE),
		STR_INIT(
		    "<!DOCTYPE x [<!ENTITY a \"ha\">"
		    "<!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">"
		    "<!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\">"
		    "<!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;\">"
		    "<!ENTITY e \"&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;\">]>" REQUEST(
			ARTIFACT("&e;"))),
		STR_INIT(
		    "<?xml version=\"1.0\"?>\n<!-- a --><!DOCTYPE x>" FINE),
		/* in doubt as well */
		STR_INIT("<!-- <!DOCTYPE x> -->" FINE),
		STR_INIT(REQUEST(ARTIFACT("<![CDATA[<!DOCTYPE x>]]>"))),
		STR_INIT("<!DOCTYPE"),
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_refused(cases[i], SAML_REQUEST_DOCTYPE);
}

/* The same text as UTF-16 in either order. */
static void
put_wide(struct buf *out, const char *text, bool big)
{
	for (; *text != '\0'; text++) {
		buf_char(out, big ? '\0' : *text);
		buf_char(out, big ? *text : '\0');
	}
}

static void
other_encodings_are_refused(void **state)
{
	static const struct str cases[] = {
		STR_INIT(
		    "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>" FINE),
		STR_INIT("<?xml version='1.0' encoding='UTF-16'?>" FINE),
		STR_INIT("<?xml version='1.0' encoding = \"UTF-7\" ?>" FINE),
		STR_INIT("<?xml version='1.0' encoding=\n'utf-8x'?>" FINE),
		STR_INIT("<?xml version='1.0' encoding='EBCDIC-CP-FR'?>" FINE),
		STR_INIT(
		    "<?xml version='1.0' encoding='ISO-2022-CN-EXT'?>" FINE),
		STR_INIT("<?xml version='1.0' encoding?>" FINE),
		STR_INIT("\xef\xbb\xbf<?xml version='1.0' encoding='x'?>" FINE),
		STR_INIT(REQUEST(ARTIFACT("\xe9"))),
		STR_INIT(REQUEST(ARTIFACT("\xc0\xbc"))),
		STR_INIT(REQUEST(ARTIFACT("\xed\xa0\x80"))),
		STR_INIT(REQUEST(ARTIFACT("a\0b"))),
		STR_INIT("\xfe\xff" FINE),
		STR_INIT("\x4c\x6f\xa7\x94\x93"),
		STR_INIT("\xf0\x9f"),
	};
	CLEANUP(buf_clear) struct buf wide = BUF_INIT(4096);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_refused(cases[i], SAML_REQUEST_NOT_UTF8);
	for (unsigned way = 0; way < 4; way++) {
		buf_reset(&wide);
		if (way & 1)
			buf_words(&wide, way & 2 ? "\xfe\xff" : "\xff\xfe");
		put_wide(&wide, FINE, way & 2);
		assert_refused(buf_str(&wide), SAML_REQUEST_NOT_UTF8);
	}
	/* +ADw- is '<' in UTF-7 only */
	assert_refused(STR("+ADw-x/+AD4-"), SAML_REQUEST_MALFORMED);
	assert_read(
	    "<?xml version='1.0' encoding = 'Utf-8'?>" FINE, "ST-1", NULL);
}

static void
depth_is_limited(void **state)
{
	(void)state;
	for (unsigned more = 13; more <= 15; more++) {
		CLEANUP(buf_clear) struct buf text = BUF_INIT(4096);

		buf_words(&text, "<S:Envelope " SOAP "><S:Header>");
		for (unsigned i = 0; i < more; i++)
			buf_words(&text, "<a>");
		for (unsigned i = 0; i < more; i++)
			buf_words(&text, "</a>");
		buf_words(&text,
		    "</S:Header><S:Body><p:Request " SAMLP
		    ">" ARTIFACT("ST-1") "</p:Request></S:Body>" AFTER_BODY);
		if (more <= SAML_REQUEST_DEEPEST - 2)
			assert_read(buf_cstr(&text), "ST-1", NULL);
		else
			assert_refused(buf_str(&text), SAML_REQUEST_MALFORMED);
	}
}

static void
size_is_limited(void **state)
{
	for (size_t len = SAML_REQUEST_LARGEST - 1;
	     len <= SAML_REQUEST_LARGEST + 1; len++) {
		CLEANUP(buf_clear) struct buf text = BUF_INIT(1 << 14);

		buf_words(&text, FINE);
		while (text.len < len)
			buf_char(&text, '\n');
		if (len <= SAML_REQUEST_LARGEST)
			assert_read(buf_cstr(&text), "ST-1", NULL);
		else
			assert_refused(buf_str(&text), SAML_REQUEST_TOO_LARGE);
	}
	(void)state;
}

static void
artifacts_are_limited(void **state)
{
	for (size_t len = 255; len <= 257; len++) {
		CLEANUP(buf_clear) struct buf text = BUF_INIT(4096);
		char artifact[258];

		memset(artifact, 'x', sizeof(artifact));
		artifact[len] = '\0';
		buf_format(&text, REQUEST(ARTIFACT("%s")), artifact);
		if (len <= SAML_ARTIFACT_LONGEST)
			assert_read(buf_cstr(&text), artifact, NULL);
		else
			assert_refused(buf_str(&text), SAML_REQUEST_SHAPE);
	}
	(void)state;
}

/* `front`, then as many of `part` as there is room for, then `back`; with an
 * `end`, each part has a number in it. */
static void
fill(struct buf *out, const char *front, const char *part, const char *end,
    const char *back)
{
	size_t len = strlen(part) + (end != NULL ? strlen(end) + 6 : 0);

	buf_words(out, front);
	for (unsigned i = 0; out->len + len + strlen(back) <= out->limit; i++) {
		buf_words(out, part);
		if (end == NULL)
			continue;
		buf_number(out, i);
		buf_words(out, end);
	}
	buf_words(out, back);
}

/* As much as fits, of what takes parsers long; and sixteen million bytes. */
static void
the_worst_is_refused(void **state)
{
	static const struct {
		const char *front, *part, *end, *back;
	} cases[] = {
		{ "", "<a>", NULL, "" },
		{ "<a", " b", "=\"\"", "/>" },
		{ "<a", " xmlns:b", "=\"u\"", "/>" },
		{ "<a b=\"", "&#65;", NULL, "\"/>" },
		{ "<a b=\"", "&amp;", NULL, "\"/>" },
		{ "<a>", "<b c=\"\"/>", NULL, "</a>" },
		{ "<a>", "<?b c?>", NULL, "</a>" },
		{ "<a>", "<!---->", NULL, "</a>" },
		{ "<a>", "<![CDATA[]]>", NULL, "</a>" },
		{ "<", "a", NULL, "/>" },
		{ "<a>", "x", NULL, "</a>" },
		{ "<a ", "\n", NULL, "/>" },
		{ "<?xml ", " ", NULL, "?><a/>" },
	};
	CLEANUP(buf_clear) struct buf huge = BUF_INIT(1 << 24);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		CLEANUP(buf_clear)
		struct buf text = BUF_INIT(SAML_REQUEST_LARGEST);
		struct arena arena = ARENA_INIT;
		struct saml_request request;

		fill(&text, cases[i].front, cases[i].part, cases[i].end,
		    cases[i].back);
		assert_true(buf_ok(&text));
		assert_true(text.len > SAML_REQUEST_LARGEST - 100);
		switch (request_read(buf_str(&text), &arena, &request)) {
		case SAML_REQUEST_MALFORMED:
		case SAML_REQUEST_SHAPE:
			break;
		default:
			fail_msg("case %zu", i);
		}
		arena_clear(&arena);
	}
	fill(&huge, "<a>", "xxxxxxxxxxxxxxxx", NULL, "</a>");
	assert_refused(buf_str(&huge), SAML_REQUEST_TOO_LARGE);
}

/* What libxml2 finds wrong is told by the result and by nothing else. */
static void
nothing_is_printed(void **state)
{
	int kept = dup(STDERR_FILENO);
	FILE *printed = tmpfile();

	(void)state;
	assert_non_null(printed);
	assert_true(kept >= 0);
	assert_true(dup2(fileno(printed), STDERR_FILENO) >= 0);
	what_is_not_xml_is_refused(state);
	another_shape_is_refused(state);
	document_types_are_refused(state);
	other_encodings_are_refused(state);
	fflush(stderr);
	assert_true(dup2(kept, STDERR_FILENO) >= 0);
	close(kept);
	assert_int_equal(lseek(fileno(printed), 0, SEEK_END), 0);
	fclose(printed);
}

static unsigned opened;

/* libxml2 asks who opens this name; nobody need ask. */
static int
note_opening(const char *name)
{
	(void)name;
	opened++;
	return 0;
}

static void *
open_nothing(const char *name)
{
	(void)name;
	return NULL;
}

static int
read_nothing(void *context, char *into, int len)
{
	(void)context, (void)into, (void)len;
	return -1;
}

static int
close_nothing(void *context)
{
	(void)context;
	return 0;
}

static void
nothing_is_opened(void **state)
{
	xmlDoc *tree;

	assert_true(xmlRegisterInputCallbacks(note_opening, open_nothing,
			read_nothing, close_nothing) >= 0);
	document_types_are_refused(state);
	other_encodings_are_refused(state);
	assert_read("<?xml-stylesheet href=\"file:///etc/passwd\"?>"
		    "<S:Envelope " SOAP
		    " xmlns:s=\"http://www.w3.org/2001/XMLSchema-instance\""
		    " s:schemaLocation=\"urn:x file:///etc/passwd\""
		    " xml:base=\"file:///etc/\"><S:Header>"
		    "<i:include xmlns:i=\"http://www.w3.org/2001/XInclude\""
		    " href=\"passwd\" parse=\"text\"/></S:Header>"
		    "<S:Body><p:Request " SAMLP
		    ">" ARTIFACT("ST-1") "</p:Request></S:Body>" AFTER_BODY,
	    "ST-1", NULL);
	assert_int_equal(opened, 0);
	/* It would have been noted. */
	tree = xmlReadFile("/nowhere", NULL, XML_PARSE_NOWARNING);
	assert_null(tree);
	assert_true(opened > 0);
	xmlCleanupInputCallbacks();
	xmlRegisterDefaultInputCallbacks();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clients_are_understood),
		cmocka_unit_test(what_does_not_count_is_passed_over),
		cmocka_unit_test(only_a_name_is_an_id),
		cmocka_unit_test(long_names_are_no_id),
		cmocka_unit_test(another_shape_is_refused),
		cmocka_unit_test(what_is_not_xml_is_refused),
		cmocka_unit_test(document_types_are_refused),
		cmocka_unit_test(other_encodings_are_refused),
		cmocka_unit_test(depth_is_limited),
		cmocka_unit_test(size_is_limited),
		cmocka_unit_test(artifacts_are_limited),
		cmocka_unit_test(the_worst_is_refused),
		cmocka_unit_test(nothing_is_printed),
		cmocka_unit_test(nothing_is_opened),
	};

	return cmocka_run_group_tests_name("saml_request", tests, NULL, NULL);
}
