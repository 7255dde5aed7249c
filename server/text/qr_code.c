/* SPDX-License-Identifier: Apache-2.0 */
/*
 * QR codes as the path of an inline SVG.
 *
 * libqrencode makes the modules, one byte each, the lowest bit set where it is
 * dark.  They are drawn as one path: each run of dark modules in a row is a
 * rectangle, since rectangles that touch show no seam with crisp edges.
 */
#include "text/qr_code.h"

#include <qrencode.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/bytes.h"

enum {
	SMALLEST_VERSION = 0, /* as small as the text allows */
	DARK = 1,
};

static void
rectangle_write(struct buf *out, int x, int y, int width)
{
	buf_format(out, "M%d %dh%dv1h-%dz", x + QR_CODE_QUIET_ZONE,
	    y + QR_CODE_QUIET_ZONE, width, width);
}

static void
row_write(struct buf *out, const QRcode *code, int y)
{
	const unsigned char *row = code->data + y * code->width;
	int start = 0;

	for (int x = 0; x < code->width; x++) {
		if ((row[x] & DARK) == 0)
			start = x + 1;
		else if (x + 1 == code->width || (row[x + 1] & DARK) == 0)
			rectangle_write(out, start, y, x + 1 - start);
	}
}

/* Of the text's own length nothing but memory can be lacking. */
static QRcode *
modules_new(struct str text)
{
	QRcode *code = QRcode_encodeData((int)text.len,
	    (const unsigned char *)text.at, SMALLEST_VERSION, QR_ECLEVEL_M);

	if (code == NULL)
		abort();
	return code;
}

static void
modules_free(QRcode *code)
{
	bytes_wipe(code->data, (size_t)code->width * (size_t)code->width);
	QRcode_free(code);
}

bool
qr_code_path(struct buf *out, struct str text, int *side)
{
	QRcode *code;

	if (text.len == 0 || text.len > QR_CODE_TEXT_LONGEST)
		return false;
	code = modules_new(text);
	for (int y = 0; y < code->width; y++)
		row_write(out, code, y);
	*side = code->width + 2 * QR_CODE_QUIET_ZONE;
	modules_free(code);
	return true;
}
