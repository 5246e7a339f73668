/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtksourceview/gtksource.h>

#include "viewer/widgets/source-answer.h"

G_BEGIN_DECLS

/* What each line costs, left of the line numbers; the darker, the more of everything. */
#define HV_TYPE_SOURCE_GUTTER (hv_source_gutter_get_type ())
G_DECLARE_FINAL_TYPE (HvSourceGutter, hv_source_gutter, HV, SOURCE_GUTTER, GtkSourceGutterRenderer)

/* Signal "line" (guint number): the numbers of a line were clicked. */

HvSourceGutter *hv_source_gutter_new (void);

/* Borrowed until the next call; NULL: nothing is shown. */
void hv_source_gutter_set_answer (HvSourceGutter *self, const HvSourceAnswer *answer);

/* With the space before it; the columns follow each other from the left edge. */
int hv_source_gutter_get_column_width (HvSourceGutter *self, guint column);

G_END_DECLS
