/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "export.h"
#include "store/flame-layout.h"

G_BEGIN_DECLS

#define HV_SVG_WIDTH 1400
#define HV_SVG_MARGIN 16

/* The answer above the picture: which files, the total or the waterfall, a sentence, the legend.
 * `status`: the line above the frames; NULL: there are none to explain. Returns the height taken.
 */
double hv_svg_append_header (GString *out, const HvReport *report, HvFlameView view,
                             const char *status);

/* The <title> and <desc> of the document. */
void hv_svg_append_document_title (GString *out, const HvReport *report);

/* In place of frames. */
void hv_svg_append_nothing (GString *out, const HvReport *report);

G_END_DECLS
