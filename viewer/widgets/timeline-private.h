/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "store/time-axis.h"
#include "viewer/widgets/text-cache.h"
#include "viewer/widgets/timeline.h"

G_BEGIN_DECLS

/* Room around the curves, px; the left one is as wide as the scale's labels. */
#define HV_TIMELINE_TOP 20
#define HV_TIMELINE_BOTTOM 20
#define HV_TIMELINE_RIGHT 14
/* The band of what was allocated when, and the gap above it. */
#define HV_TIMELINE_FLOW 26
#define HV_TIMELINE_GAP 10
/* The nearest one can zoom to. */
#define HV_TIMELINE_MAX_ZOOM 500

typedef enum
{
  HV_DRAG_RANGE,
  HV_DRAG_MARK_A,
  HV_DRAG_MARK_B,
} HvTimelineDrag;

struct _HvTimeline
{
  GtkWidget parent_instance;

  HvScene *scene;
  HvTextCache *text;
  HvTimeAxis axis;
  double begin, end; /* the part of the axis that is in sight */
  int64_t top_value, step;
  gboolean no_rss;   /* the memory of the whole process is not shown */
  gboolean has_flow; /* what was allocated when is known */
  guint peak;        /* moment; G_MAXUINT: none */
  guint asked;       /* moment that is shown, or about to be; G_MAXUINT: none */
  guint mark[HV_N_MARKS];
  guint highlight; /* consumer */

  /* what is drawn but for the pointer's */
  GskRenderNode *picture;
  int picture_width, picture_height;
  gboolean in_lines; /* it is drawn for a file that keeps lines */
  float left;        /* room for the scale's labels */

  /* input */
  guint hover; /* moment; G_MAXUINT: none */
  double pointer_x, pointer_y;
  guint from, to; /* moments of a range that is not committed, in order; equal: none */
  guint anchor;   /* where it began */
  HvTimelineDrag drag;
  double press_x;
  gboolean dragged;
};

/* timeline.c */
const HvProfile *hv_timeline_profile (HvTimeline *self);
int64_t hv_timeline_live_at (const HvProfile *profile, guint moment);
float hv_timeline_x_of (HvTimeline *self, guint moment);
float hv_timeline_y_of (HvTimeline *self, int64_t value);
double hv_timeline_place_at (HvTimeline *self, double x);
float hv_timeline_plot_right (HvTimeline *self);
float hv_timeline_plot_bottom (HvTimeline *self);
gboolean hv_timeline_shown_range (HvTimeline *self, guint *from, guint *to);
char *hv_timeline_moment_text (HvTimeline *self, guint moment);
char *hv_timeline_range_text (HvTimeline *self, guint from, guint to);
void hv_timeline_drop_picture (HvTimeline *self);
void hv_timeline_set_range (HvTimeline *self, guint anchor, guint moment);
void hv_timeline_set_visible (HvTimeline *self, double begin, double end);
void hv_timeline_update_accessible (HvTimeline *self);

/* The consumer whose band is at a point; G_MAXUINT: none. */
guint hv_timeline_consumer_at (HvTimeline *self, guint moment, double y);

/* timeline-input.c */
void hv_timeline_add_input (HvTimeline *self);

/* The mark whose flag is at a point; HV_N_MARKS: none. */
guint hv_timeline_flag_at (HvTimeline *self, double x, double y);

/* timeline-draw.c */
void hv_timeline_draw (HvTimeline *self, GtkSnapshot *snapshot);

/* timeline-overlay.c: what lies on the curves */
void hv_timeline_snapshot (GtkWidget *widget, GtkSnapshot *snapshot);

/* Draws a line of text inside the widget. */
void hv_timeline_draw_text (HvTimeline *self, GtkSnapshot *snapshot, const char *text,
                            gboolean bold, const GdkRGBA *color, float x, float y);

G_END_DECLS
