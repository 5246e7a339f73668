/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "viewer/widgets/text-cache.h"
#include "viewer/widgets/timeline.h"

G_BEGIN_DECLS

/* Room around the curves, px; the left one is as wide as the scale's labels. */
#define TOP 20
#define BOTTOM 22
#define RIGHT 14

struct _HvTimeline
{
  GtkWidget parent_instance;

  HvScene *scene;
  HvTextCache *text;
  float left; /* room for the scale's labels */
  int64_t top_value, step;
  guint peak;     /* moment; G_MAXUINT: none */
  guint hover;    /* moment; G_MAXUINT: none */
  guint from, to; /* moments of a dragged range, in order; equal: none */
  guint anchor;   /* where the drag began */
  double press_x;
  gboolean dragged;
  gboolean timed; /* moments lie by their time, not side by side */
};

/* timeline.c: where things lie */
const HvProfile *hv_timeline_profile (HvTimeline *self);
int64_t hv_timeline_live_at (const HvProfile *profile, guint moment);
float hv_timeline_x_of (HvTimeline *self, guint moment);
float hv_timeline_y_of (HvTimeline *self, int64_t value);
guint hv_timeline_shown_moment (HvTimeline *self);
char *hv_timeline_range_text (HvTimeline *self);
char *hv_timeline_moment_text (HvTimeline *self, guint moment);

/* timeline-draw.c */
void hv_timeline_snapshot (GtkWidget *widget, GtkSnapshot *snapshot);

G_END_DECLS
