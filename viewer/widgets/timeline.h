/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "viewer/widgets/scene.h"

G_BEGIN_DECLS

/* Live bytes over the moments of a profile by who holds them, RSS, what was allocated when, the
 * peak, which moment or range is shown, and two marks to be compared. */
#define HV_TYPE_TIMELINE (hv_timeline_get_type ())
G_DECLARE_FINAL_TYPE (HvTimeline, hv_timeline, HV, TIMELINE, GtkWidget)

/* Signal "moment" (guint moment): the user chose one; an index into the profile's. */

/* Signal "preview": a range was dragged, or dropped. */

/* Signal "range" (guint from, guint to): a range that was dragged is wanted. */

/* Signal "marked" (guint mark, guint moment): the user dragged a mark. */

/* Signal "pointed" (char *text): what the pointer is on; "": nothing. */

enum
{
  HV_MARK_A,
  HV_MARK_B,
  HV_N_MARKS
};

GtkWidget *hv_timeline_new (void);

/* Of a profile with moments; NULL: nothing. What is zoomed to stays as long as it is the same
 * profile, a range that was dragged does not. */
void hv_timeline_set_scene (HvTimeline *self, HvScene *scene);

/* Whether the memory of the whole process is shown too, and what is in no heap. */
void hv_timeline_show_rss (HvTimeline *self, gboolean show);

/* The moment that is asked for, as in HvQuestion: keys go on from it. */
void hv_timeline_set_asked (HvTimeline *self, uint32_t at);

/* The moment that stands for one of a question: HV_AT_PEAK, HV_AT_END or an index. */
guint hv_timeline_moment_of (HvTimeline *self, uint32_t at);

/* The moment of a mark; G_MAXUINT: it is not set. */
void hv_timeline_set_mark (HvTimeline *self, guint mark, guint moment);

/* Makes the memory of one of the scene's consumers stand out; G_MAXUINT: of none. */
void hv_timeline_highlight (HvTimeline *self, guint consumer);

/* The moment at a point of the widget; G_MAXUINT: none. */
guint hv_timeline_moment_at (HvTimeline *self, double x);
double hv_timeline_x_of_moment (HvTimeline *self, guint moment);

/* Time, live bytes, blocks, RSS and rate of a moment, as far as they are known. */
char *hv_timeline_describe (HvTimeline *self, guint moment);

/* The range that was dragged; FALSE: there is none. */
gboolean hv_timeline_get_range (HvTimeline *self, guint *from, guint *to);
gboolean hv_timeline_drop_range (HvTimeline *self);
void hv_timeline_commit_range (HvTimeline *self);

/* Nearer or farther; what is at `x` of the widget stays there. */
void hv_timeline_zoom (HvTimeline *self, double x, double factor);

/* As it is drawn, but its curves are lines where on the screen they are an image. */
void hv_timeline_snapshot_lines (HvTimeline *self, GtkSnapshot *snapshot);

/* Which part of the axis is in sight, from 0 to 1. */
void hv_timeline_get_visible (HvTimeline *self, double *from, double *to);

G_END_DECLS
