/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Composing and packing mails.
 */
#include "text/mail.h"

#include <time.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "text/mail_address.h"

enum {
	LINE_LONGEST = 76, /* RFC 2045, 6.7 and RFC 2047, 2 */
	WORD_MOST = 39, /* bytes in one encoded word: 52 letters of base64 */
	NAME_LONGEST = 1024,
	MESSAGE_ID_LONGEST = 200,
	PACKED_VERSION = 1,
	LENGTH_SIZE = 4,
};

static const char hex_digits[] = "0123456789ABCDEF";

/* RFC 5322, 3.3, in UTC; not by strftime(), which asks the locale. */
static bool
put_date(struct buf *out, int64_t at)
{
	static const char days[][4] = { "Sun", "Mon", "Tue", "Wed", "Thu",
		"Fri", "Sat" };
	static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	time_t seconds = (time_t)(at / 1000000);
	struct tm utc;

	if (at < 0 || gmtime_r(&seconds, &utc) == NULL)
		return false;
	buf_format(out, "Date: %s, %d %s %d %02d:%02d:%02d +0000\r\n",
	    days[utc.tm_wday], utc.tm_mday, months[utc.tm_mon],
	    utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
	return true;
}

static bool
is_control(char letter)
{
	return (unsigned char)letter < ' ' || letter == 0x7f;
}

/* The most of well-formed UTF-8 that fits `most` bytes and cuts no letter. */
static struct str
whole_letters(struct str text, size_t most)
{
	size_t len = 0, next;
	uint32_t code;

	while ((next = str_utf8_first(str_from(text, len), &code)) > 0 &&
	       len + next <= most)
		len += next;
	return str_first(text, len);
}

/*
 * As encoded words of RFC 2047, one a line: always, since an ASCII text may
 * look like an encoded word or be too long for a line.
 */
static void
put_words(struct buf *out, struct str text)
{
	while (text.len > 0) {
		struct str piece = whole_letters(text, WORD_MOST);

		buf_words(out, "=?UTF-8?B?");
		bytes_base64(out, piece.at, piece.len);
		buf_words(out, "?=");
		text = str_from(text, piece.len);
		if (text.len > 0)
			buf_words(out, "\r\n ");
	}
}

/* May it stand as it is: short, printable ASCII, not like an encoded word? */
static bool
is_plain(struct str text, size_t most)
{
	for (size_t i = 0; i < text.len; i++) {
		if (is_control(text.at[i]) || (text.at[i] & 0x80) != 0 ||
		    (text.at[i] == '=' && i + 1 < text.len &&
			text.at[i + 1] == '?'))
			return false;
	}
	return text.len <= most;
}

static void
put_subject(struct buf *out, struct str subject)
{
	CLEANUP(buf_clear) struct buf clean = BUF_INIT(MAIL_SUBJECT_LONGEST);

	for (size_t i = 0; i < subject.len; i++)
		buf_char(
		    &clean, is_control(subject.at[i]) ? ' ' : subject.at[i]);
	subject = str_trim(buf_str(&clean));
	buf_words(out, "Subject: ");
	if (is_plain(subject, LINE_LONGEST - sizeof("Subject: ") + 1))
		buf_text(out, subject);
	else
		put_words(out, subject);
	buf_words(out, "\r\n");
}

static void
put_from(struct buf *out, const struct mail_head *head)
{
	buf_words(out, "From: ");
	if (head->from_name.len > 0) {
		put_words(out, head->from_name);
		buf_words(out, "\r\n ");
	}
	buf_format(out, "<%.*s>\r\n", STR_ARGS(head->from));
}

struct quoting {
	struct buf *out;
	size_t column;
};

/* At most three characters that stay together, and a soft break if need be. */
static void
quoting_put(struct quoting *q, const char *text, size_t len)
{
	if (q->column + len > LINE_LONGEST - 1) {
		buf_words(q->out, "=\r\n");
		q->column = 0;
	}
	buf_bytes(q->out, text, len);
	q->column += len;
}

/* What a line begins with must not look like the end, or like "From ". */
static bool
must_quote(const struct quoting *q, struct str line, size_t at)
{
	char letter = line.at[at];
	bool starts = q->column == 0 || q->column + 1 > LINE_LONGEST - 1;

	return letter == '=' || (letter & 0x80) != 0 || letter == 0x7f ||
	       (letter == ' ' && at + 1 == line.len) ||
	       (starts && (letter == '.' || letter == 'F'));
}

static void
quoting_line(struct quoting *q, struct str line)
{
	for (size_t i = 0; i < line.len; i++) {
		uint8_t byte = (uint8_t)line.at[i];
		char quoted[3] = { '=', hex_digits[byte >> 4],
			hex_digits[byte & 15] };
		char plain = is_control(line.at[i]) ? ' ' : line.at[i];

		if (is_control(line.at[i]) && i + 1 == line.len)
			quoting_put(q, "=20", 3);
		else if (!is_control(line.at[i]) && must_quote(q, line, i))
			quoting_put(q, quoted, sizeof(quoted));
		else
			quoting_put(q, &plain, 1);
	}
	buf_words(q->out, "\r\n");
	q->column = 0;
}

static void
put_text(struct buf *out, struct str text)
{
	struct quoting quoting = { .out = out };
	struct str line;

	while (text.len > 0) {
		(void)str_cut(text, '\n', &line, &text);
		if (str_ends(line, STR("\r")))
			line.len--;
		quoting_line(&quoting, line);
	}
}

static bool
message_id_allowed(struct str id)
{
	struct str marks = STR(".-@");

	for (size_t i = 0; i < id.len; i++) {
		char letter = id.at[i];

		if (!(letter >= 'a' && letter <= 'z') &&
		    !(letter >= 'A' && letter <= 'Z') &&
		    !(letter >= '0' && letter <= '9') &&
		    str_find(marks, letter) == marks.len)
			return false;
	}
	return id.len > 0 && id.len <= MESSAGE_ID_LONGEST;
}

static bool
mail_fits(const struct mail *mail)
{
	return mail_address_is_canonical(mail->to) &&
	       mail->subject.len <= MAIL_SUBJECT_LONGEST &&
	       mail->text.len <= MAIL_TEXT_LONGEST &&
	       str_is_utf8(mail->subject) && str_is_utf8(mail->text);
}

bool
mail_compose(
    const struct mail *mail, const struct mail_head *head, struct buf *out)
{
	if (!mail_fits(mail) || !mail_address_is_canonical(head->from) ||
	    !message_id_allowed(head->message_id) ||
	    head->from_name.len > NAME_LONGEST ||
	    !str_is_utf8(head->from_name) || !put_date(out, head->date))
		return false;
	put_from(out, head);
	buf_format(out, "To: <%.*s>\r\n", STR_ARGS(mail->to));
	buf_format(out, "Message-ID: <%.*s>\r\n", STR_ARGS(head->message_id));
	put_subject(out, mail->subject);
	buf_words(out, "MIME-Version: 1.0\r\n"
		       "Content-Type: text/plain; charset=UTF-8\r\n"
		       "Content-Transfer-Encoding: quoted-printable\r\n"
		       "Auto-Submitted: auto-generated\r\n"
		       "X-Auto-Response-Suppress: All\r\n"
		       "\r\n");
	put_text(out, mail->text);
	return buf_ok(out);
}

static void
pack_text(struct buf *out, struct str text)
{
	uint8_t length[LENGTH_SIZE];

	bytes_put_be(length, sizeof(length), text.len);
	buf_bytes(out, length, sizeof(length));
	buf_text(out, text);
}

bool
mail_pack(const struct mail *mail, struct buf *out)
{
	if (!mail_fits(mail))
		return false;
	buf_char(out, PACKED_VERSION);
	pack_text(out, mail->to);
	pack_text(out, mail->subject);
	pack_text(out, mail->text);
	return buf_ok(out);
}

static bool
unpack_text(struct str *rest, struct str *text)
{
	uint64_t len;

	if (rest->len < LENGTH_SIZE)
		return false;
	len = bytes_get_be((const uint8_t *)rest->at, LENGTH_SIZE);
	*rest = str_from(*rest, LENGTH_SIZE);
	if (len > rest->len)
		return false;
	*text = str_first(*rest, (size_t)len);
	*rest = str_from(*rest, text->len);
	return true;
}

bool
mail_unpack(struct str packed, struct mail *mail)
{
	if (packed.len == 0 || packed.at[0] != PACKED_VERSION)
		return false;
	packed = str_from(packed, 1);
	return unpack_text(&packed, &mail->to) &&
	       unpack_text(&packed, &mail->subject) &&
	       unpack_text(&packed, &mail->text) && packed.len == 0 &&
	       mail_fits(mail);
}
