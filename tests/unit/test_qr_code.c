/* SPDX-License-Identifier: Apache-2.0 */
/*
 * QR codes as paths: the picture is read back module by module and compared
 * with what the encoder made.  Whether a camera would read it, tests/factors
 * says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <qrcodegen.h>

#include "base/buf.h"
#include "text/qr_code.h"

#define URI \
	"otpauth://totp/Nanterre:12345678?secret=" \
	"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Nanterre" \
	"&algorithm=SHA1&digits=6&period=30"

enum {
	SIDE_MOST = 177 + 2 * QR_CODE_QUIET_ZONE
};

/* What a picture shows, the quiet zone included: 1 where it is dark. */
struct picture {
	int side;
	char modules[SIDE_MOST][SIDE_MOST];
};

static int
number_of(struct str text)
{
	uint64_t value = 0;

	if (!str_number(text, SIDE_MOST, &value))
		fail_msg("no number: %.*s", STR_ARGS(text));
	return (int)value;
}

/* "4 5h7v1h-7" */
static void
rectangle_draw(struct picture *picture, struct str words)
{
	struct str x, y, width, back;
	int left, top, length;

	assert_true(str_cut(words, ' ', &x, &words));
	assert_true(str_cut(words, 'h', &y, &words));
	assert_true(str_cut(words, 'v', &width, &words));
	assert_true(str_cut(words, '-', &words, &back));
	assert_true(str_equal(words, STR("1h")));
	assert_true(str_equal(width, back));
	left = number_of(x);
	top = number_of(y);
	length = number_of(width);
	assert_true(length >= 1 && left + length <= picture->side);
	assert_true(top < picture->side);
	for (int i = left; i < left + length; i++) {
		assert_int_equal(picture->modules[top][i], 0);
		picture->modules[top][i] = 1;
	}
}

static void
picture_read(struct picture *picture, struct str path, int side)
{
	struct str rectangle;

	memset(picture, 0, sizeof(*picture));
	picture->side = side;
	assert_true(str_starts(path, STR("M")));
	path = str_from(path, 1);
	while (str_cut(path, 'z', &rectangle, &path)) {
		rectangle_draw(picture, rectangle);
		if (path.len > 0) {
			assert_int_equal(path.at[0], 'M');
			path = str_from(path, 1);
		}
	}
	assert_int_equal(path.len, 0);
}

static void
assert_drawn(struct str text)
{
	CLEANUP(buf_clear) struct buf path = BUF_INIT(QR_CODE_PATH_LONGEST);
	uint8_t work[qrcodegen_BUFFER_LEN_MAX], code[qrcodegen_BUFFER_LEN_MAX];
	static struct picture picture;
	int side;

	memcpy(work, text.at, text.len);
	assert_true(qrcodegen_encodeBinary(work, text.len, code,
	    qrcodegen_Ecc_MEDIUM, 1, 40, qrcodegen_Mask_AUTO, true));
	assert_true(qr_code_path(&path, text, &side));
	assert_true(buf_ok(&path));
	picture_read(&picture, buf_str(&path), side);
	assert_int_equal(picture.side, qrcodegen_getSize(code) + 8);
	for (int y = 0; y < picture.side; y++) {
		for (int x = 0; x < picture.side; x++)
			assert_int_equal(picture.modules[y][x],
			    qrcodegen_getModule(code, x - 4, y - 4));
	}
}

static void
every_module_is_drawn(void **state)
{
	(void)state;
	assert_drawn(STR(URI));
	assert_drawn(STR("1"));
	assert_drawn(STR("bytes \0\x01\x7f\x80\xff"));
}

static void
all_sizes_have_room(void **state)
{
	CLEANUP(buf_clear) struct buf text = BUF_INIT(QR_CODE_TEXT_LONGEST + 1);

	(void)state;
	for (unsigned i = 0; text.len < QR_CODE_TEXT_LONGEST; i++) {
		buf_char(&text, (char)('!' + i * 7 % 90));
		if (text.len % 300 == 0)
			assert_drawn(buf_str(&text));
	}
	assert_drawn(buf_str(&text));
}

static void
texts_beyond_the_limits_are_refused(void **state)
{
	static char text[QR_CODE_TEXT_LONGEST + 1];
	CLEANUP(buf_clear) struct buf path = BUF_INIT(QR_CODE_PATH_LONGEST);
	int side;

	(void)state;
	memset(text, 'a', sizeof(text));
	assert_false(
	    qr_code_path(&path, (struct str){ text, sizeof(text) }, &side));
	assert_false(qr_code_path(&path, STR(""), &side));
	assert_false(qr_code_path(&path, STR_NONE, &side));
	assert_int_equal(path.len, 0);
	assert_true(qr_code_path(
	    &path, (struct str){ text, QR_CODE_TEXT_LONGEST }, &side));
}

/* A page of 64 KiB has room for a key URI's. */
static void
a_path_fits_a_page(void **state)
{
	CLEANUP(buf_clear) struct buf path = BUF_INIT(16384);
	int side;

	(void)state;
	assert_true(qr_code_path(&path, STR(URI), &side));
	assert_true(buf_ok(&path));
	assert_int_equal(side, 53);
}

/* A buffer that is too small fails as buffers do, and nothing else does. */
static void
a_small_buffer_fails(void **state)
{
	CLEANUP(buf_clear) struct buf path = BUF_INIT(1000);
	int side;

	(void)state;
	assert_true(qr_code_path(&path, STR(URI), &side));
	assert_false(buf_ok(&path));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_module_is_drawn),
		cmocka_unit_test(all_sizes_have_room),
		cmocka_unit_test(texts_beyond_the_limits_are_refused),
		cmocka_unit_test(a_path_fits_a_page),
		cmocka_unit_test(a_small_buffer_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
