/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Shaped labels by text. A PangoLayout with an ellipsis costs 26–30 µs a label, a kept glyph string
 * about 1 µs: the difference between a smooth and a stuttering flame graph. */
typedef struct HvTextCache HvTextCache;

HvTextCache *hv_text_cache_new (PangoContext *context);
void hv_text_cache_free (HvTextCache *cache);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvTextCache, hv_text_cache_free)

/* Height of a line, and its baseline from the top. */
float hv_text_cache_height (const HvTextCache *cache);

/* The text's width in px. */
float hv_text_cache_width (HvTextCache *cache, const char *text, gboolean bold);

/* Draws at most `width` px of `text` with its line's top left corner at (x, y), cut with an
 * ellipsis where it is longer; nothing when not even a letter fits. Returns the width used. */
float hv_text_cache_append (HvTextCache *cache, GtkSnapshot *snapshot, const char *text,
                            gboolean bold, const GdkRGBA *color, float x, float y, float width);

G_END_DECLS
