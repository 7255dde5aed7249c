/* SPDX-License-Identifier: Apache-2.0 */
/*
 * QR codes as the path of an inline SVG.
 *
 * libqrcodegen works in two buffers of ours and allocates nothing, so nothing
 * of a key stays behind in freed memory (row T227).  The modules are drawn as
 * one path: each run of dark ones in a row is a rectangle, since rectangles
 * that touch show no seam with crisp edges.
 */
#include "text/qr_code.h"

#include <qrcodegen.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/bytes.h"

static void
rectangle_write(struct buf *out, int x, int y, int width)
{
	buf_format(out, "M%d %dh%dv1h-%dz", x + QR_CODE_QUIET_ZONE,
	    y + QR_CODE_QUIET_ZONE, width, width);
}

/* Behind the last module of a row it is light. */
static void
row_write(struct buf *out, const uint8_t *modules, int y)
{
	int start = 0;

	for (int x = 0; x < qrcodegen_getSize(modules); x++) {
		if (!qrcodegen_getModule(modules, x, y))
			start = x + 1;
		else if (!qrcodegen_getModule(modules, x + 1, y))
			rectangle_write(out, start, y, x + 1 - start);
	}
}

/* Level M at least, more where it makes the picture no larger. */
static void
modules_make(uint8_t modules[qrcodegen_BUFFER_LEN_MAX], struct str text)
{
	uint8_t work[qrcodegen_BUFFER_LEN_MAX];

	memcpy(work, text.at, text.len);
	if (!qrcodegen_encodeBinary(work, text.len, modules,
		qrcodegen_Ecc_MEDIUM, qrcodegen_VERSION_MIN,
		qrcodegen_VERSION_MAX, qrcodegen_Mask_AUTO, true))
		abort(); /* of this length all fit */
	bytes_wipe(work, sizeof(work));
}

bool
qr_code_path(struct buf *out, struct str text, int *side)
{
	uint8_t modules[qrcodegen_BUFFER_LEN_MAX];
	int size;

	if (text.len == 0 || text.len > QR_CODE_TEXT_LONGEST)
		return false;
	modules_make(modules, text);
	size = qrcodegen_getSize(modules);
	for (int y = 0; y < size; y++)
		row_write(out, modules, y);
	*side = size + 2 * QR_CODE_QUIET_ZONE;
	bytes_wipe(modules, sizeof(modules));
	return true;
}
