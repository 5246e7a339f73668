/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <pango/pangocairo.h>

#include "viewer/draw/canvas.h"

G_BEGIN_DECLS

/* A canvas of cairo and Pango: pictures, PDF with real text, paper. */
typedef struct HvCairoCanvas HvCairoCanvas;

/* `font`: a Pango description, its size in px; NULL: a sans-serif one. `cr` may be NULL: then
 * nothing is drawn, which tells how much room it would take. */
HvCairoCanvas *hv_cairo_canvas_new (cairo_t *cr, const char *font);
void hv_cairo_canvas_free (HvCairoCanvas *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvCairoCanvas, hv_cairo_canvas_free)

HvCanvas *hv_cairo_canvas_get (HvCairoCanvas *self);

G_END_DECLS
