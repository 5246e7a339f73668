/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Appends `text` so that it is the same text in XML content and in a quoted attribute. What XML 1.0
 * cannot hold, other controls but the line feed and what turns the writing direction become
 * U+FFFD. */
void hv_svg_append_escaped (GString *out, const char *text);

/* One line of at most `max` characters: of a longer text the middle is left out. Not escaped. Newly
 * allocated. */
char *hv_svg_shorten (const char *text, guint max);

/* As hv_svg_shorten(), appended escaped. */
void hv_svg_append_shortened (GString *out, const char *text, guint max);

/* Frees `text` and returns it escaped: units too are words of the file. */
char *hv_svg_escape_take (char *text);

/* The width of `text` in a common sans-serif face, a little too large rather than too small. */
double hv_svg_text_width (const char *text, double size, gboolean bold);

/* `text`, cut with "…" where it is wider than `width`; NULL where not even two characters fit.
 * Newly allocated. */
char *hv_svg_fit_text (const char *text, double width, double size);

/* Lines no wider than `width`, broken at spaces. Free with g_strfreev(). */
char **hv_svg_wrap_text (const char *text, double width, double size);

G_END_DECLS
