/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shows what an authenticator app is given, and judges what it answers.
 *
 *     factor_show uri SECRET ISSUER ACCOUNT    the key URI
 *     factor_show key SECRET                   the key for typing
 *     factor_show qr TEXT                      the QR code as SVG
 *     factor_show judge SECRET                 lines "TIME CODE" from standard
 *                                              input; a verdict for each
 *
 * SECRET is in base64url.  For the tests beside it, which let real apps read
 * and answer; the server has no such command.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/memory.h"
#include "factors/otpauth.h"
#include "text/qr_code.h"

struct command {
	const char *name;
	int arguments;
	bool (*run)(char **arguments, struct buf *out);
};

static bool
secret_read(const char *spelled, uint8_t secret[static TOTP_SECRET_SIZE])
{
	return bytes_from_base64url(str_of(spelled), secret, TOTP_SECRET_SIZE);
}

static bool
show_uri(char **arguments, struct buf *out)
{
	struct otpauth_label label = { str_of(arguments[1]),
		str_of(arguments[2]) };
	uint8_t secret[TOTP_SECRET_SIZE];

	return secret_read(arguments[0], secret) &&
	       otpauth_uri(out, &label, secret);
}

static bool
show_key(char **arguments, struct buf *out)
{
	uint8_t secret[TOTP_SECRET_SIZE];

	if (!secret_read(arguments[0], secret))
		return false;
	otpauth_key(out, secret);
	return true;
}

static bool
show_qr(char **arguments, struct buf *out)
{
	CLEANUP(buf_clear) struct buf path = BUF_INIT(QR_CODE_PATH_LONGEST);
	int side;

	if (!qr_code_path(&path, str_of(arguments[0]), &side))
		return false;
	buf_format(out,
	    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
	    "shape-rendering=\"crispEdges\"><rect width=\"%d\" height=\"%d\" "
	    "fill=\"#fff\"/><path d=\"",
	    side, side, side, side);
	buf_text(out, buf_str(&path));
	buf_words(out, "\"/></svg>");
	return true;
}

static bool
line_judge(const struct totp *totp, struct str line, struct buf *out)
{
	struct totp_judgement judgement;
	struct str number, code;
	uint64_t now;

	if (!str_cut(line, ' ', &number, &code) ||
	    !str_number(number, INT64_MAX, &now) || code.len != TOTP_DIGITS)
		return false;
	judgement = totp_judge(totp, code.at, (int64_t)now, 0);
	buf_words(out, totp_verdict_name(judgement.verdict));
	buf_char(out, '\n');
	return true;
}

static bool
judge(char **arguments, struct buf *out)
{
	uint8_t secret[TOTP_SECRET_SIZE];
	struct totp totp = { secret, TOTP_NO_STEP, 0 };
	char line[64];

	if (!secret_read(arguments[0], secret))
		return false;
	while (fgets(line, sizeof(line), stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (!line_judge(&totp, str_of(line), out))
			return false;
	}
	return !ferror(stdin);
}

int
main(int argc, char **argv)
{
	static const struct command commands[] = {
		{ "uri", 3, show_uri },
		{ "key", 1, show_key },
		{ "qr", 1, show_qr },
		{ "judge", 1, judge },
	};
	CLEANUP(buf_clear) struct buf out = BUF_INIT(1 << 20);

	for (size_t i = 0; i < COUNT_OF(commands); i++) {
		if (argc - 2 != commands[i].arguments ||
		    strcmp(argv[1], commands[i].name) != 0)
			continue;
		if (!commands[i].run(argv + 2, &out) || !buf_ok(&out))
			return EXIT_FAILURE;
		return fwrite(out.at, 1, out.len, stdout) == out.len &&
			       fflush(stdout) == 0
			   ? EXIT_SUCCESS
			   : EXIT_FAILURE;
	}
	fputs("factor_show: see the head of its source\n", stderr);
	return 2;
}
