/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mails under any bytes: address, subject and text, cut at line feeds.
 *
 * What is composed is one message: only CRLF, short lines, no line that begins
 * with a dot, and the fields that we wrote, each once, before the one empty
 * line that ends them.  An accepted address is its own spelling and has nothing
 * in it that a mail server would take for more than an address.
 */
#include <string.h>

#include "base/buf.h"
#include "fuzz.h"
#include "text/mail.h"
#include "text/mail_address.h"

static const char *const fields[] = { "Date: ", "From: ", "To: ",
	"Message-ID: ", "Subject: ", "MIME-Version: ", "Content-Type: ",
	"Content-Transfer-Encoding: ", "Auto-Submitted: ",
	"X-Auto-Response-Suppress: " };

enum {
	LINE_LONGEST = 76,
	FIELDS = COUNT_OF(fields)
};

static void
demand_address(struct str address)
{
	demand(address.len <= MAIL_ADDRESS_LONGEST && address.at[0] != '-');
	demand(mail_address_is_canonical(address));
	for (size_t i = 0; i < address.len; i++) {
		demand(address.at[i] > ' ' && address.at[i] < 0x7f);
		demand(strchr("<>()[]\\\",;:%!|/`$ ", address.at[i]) == NULL);
	}
}

/* Cuts one line off, which must end in CRLF and have no other CR or LF. */
static struct str
take_line(struct str *rest)
{
	size_t end = str_find(*rest, '\n');
	struct str line;

	demand(end > 0 && end < rest->len && rest->at[end - 1] == '\r');
	line = str_first(*rest, end - 1);
	demand(str_find(line, '\r') == line.len);
	*rest = str_from(*rest, end + 1);
	return line;
}

static void
demand_message(struct str message)
{
	size_t seen = 0;
	struct str line;

	for (line = take_line(&message); line.len > 0;
	     line = take_line(&message)) {
		if (line.at[0] == ' ')
			continue;
		demand(seen < FIELDS && str_starts(line, str_of(fields[seen])));
		seen++;
	}
	demand(seen == FIELDS);
	while (message.len > 0) {
		line = take_line(&message);
		demand(line.len <= LINE_LONGEST);
		demand(line.len == 0 || line.at[0] != '.');
		for (size_t i = 0; i < line.len; i++)
			demand(line.at[i] >= ' ' && line.at[i] < 0x7f);
	}
}

static void
demand_packs(const struct mail *mail)
{
	CLEANUP(buf_clear) struct buf packed = BUF_INIT(MAIL_PACKED_LONGEST);
	struct mail back;

	demand(mail_pack(mail, &packed));
	demand(mail_unpack(buf_str(&packed), &back));
	demand(str_equal(back.text, mail->text));
	demand(str_equal(back.subject, mail->subject));
}

/* What is taken for a packed mail makes a mail. */
static void
demand_unpacked(struct str packed)
{
	struct mail mail;

	if (mail_unpack(packed, &mail))
		demand_packs(&mail);
}

int
LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	CLEANUP(buf_clear) struct buf address = BUF_INIT(1024);
	CLEANUP(buf_clear) struct buf out = BUF_INIT(MAIL_COMPOSED_LONGEST);
	struct str rest = { (const char *)input, size }, typed;
	struct mail_head head = { .from = STR("sso@example.org"),
		.message_id = STR("1@example.org") };
	struct mail mail = { .to = STR("marie@example.org") };

	(void)str_cut(rest, '\n', &typed, &rest);
	if (mail_address_canonical(typed, &address)) {
		demand_address(buf_str(&address));
		mail.to = buf_str(&address);
	} else
		demand(address.len == 0);
	demand_unpacked(rest);
	(void)str_cut(rest, '\n', &mail.subject, &mail.text);
	if (!mail_compose(&mail, &head, &out))
		return 0;
	demand_message(buf_str(&out));
	demand_packs(&mail);
	return 0;
}
