/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "viewer/widgets/scene.h"

G_BEGIN_DECLS

/* Live bytes over the moments of a profile, RSS, the peak, and which moment is shown. */
#define HV_TYPE_TIMELINE (hv_timeline_get_type ())
G_DECLARE_FINAL_TYPE (HvTimeline, hv_timeline, HV, TIMELINE, GtkWidget)

/* Signal "moment" (guint moment): the user chose one; an index into the profile's. */

/* Signal "range" (guint from, guint to): Enter was pressed on a range that was dragged. */

GtkWidget *hv_timeline_new (void);
void hv_timeline_set_scene (HvTimeline *self, HvScene *scene);

/* The moment at a point of the widget; G_MAXUINT: none. */
guint hv_timeline_moment_at (HvTimeline *self, double x);

/* Drops the range that was dragged; FALSE: there is none. */
gboolean hv_timeline_drop_range (HvTimeline *self);

G_END_DECLS
