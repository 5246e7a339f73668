/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "viewer/widgets/scene.h"

G_BEGIN_DECLS

/* The line above a timeline: who holds the memory, in the timeline's colours, as many as fit; and
 * what can be done with the range or the marks that are set. */
#define HV_TYPE_TIMELINE_HEAD (hv_timeline_head_get_type ())
G_DECLARE_FINAL_TYPE (HvTimelineHead, hv_timeline_head, HV, TIMELINE_HEAD, GtkWidget)

/* Signal "pointed" (guint consumer): the pointer or the keyboard is on it; G_MAXUINT: on none. */
/* Signal "chosen" (guint consumer) */
/* Signal "rss" (gboolean show): the memory of the whole process is to be shown, or not. */
/* Signal "commit": only the range that was dragged is wanted. */

GtkWidget *hv_timeline_head_new (void);

/* Of a profile with moments; NULL: of none. */
void hv_timeline_head_set_scene (HvTimelineHead *self, HvScene *scene);

/* Whether there is a range to commit, and whether there are two marks to compare. */
void hv_timeline_head_offer (HvTimelineHead *self, gboolean range, gboolean marks);

/* Draws the names of the consumers with their colours as they are seen, without the buttons beside
 * them; their height, px. */
int hv_timeline_head_snapshot_legend (HvTimelineHead *self, GtkSnapshot *snapshot);

G_END_DECLS
