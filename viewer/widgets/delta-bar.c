/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/delta-bar.h"

#include <adwaita.h>
#include <math.h>

#include "viewer/widgets/palette.h"

#define HEIGHT 9
#define LENGTH 40

struct _HvDeltaBar
{
  GtkWidget parent_instance;

  double share;
};

G_DEFINE_FINAL_TYPE (HvDeltaBar, hv_delta_bar, GTK_TYPE_WIDGET)

static void
hv_delta_bar_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  HvDeltaBar *self = HV_DELTA_BAR (widget);
  const HvPalette *palette = hv_palette_get (
      adw_style_manager_get_dark (adw_style_manager_get_default ()));
  float width = (float) gtk_widget_get_width (widget),
        height = (float) gtk_widget_get_height (widget);
  float length = roundf (width * (float) CLAMP (fabs (self->share), 0, 1));

  if (self->share == 0)
    return;
  length = MAX (1, length);
  gtk_snapshot_append_color (
      snapshot, self->share > 0 ? &palette->grow : &palette->shrink,
      &GRAPHENE_RECT_INIT (width - length, roundf ((height - HEIGHT) / 2), length, HEIGHT));
}

static void
hv_delta_bar_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                      int *natural, int *minimum_baseline, int *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? LENGTH : HEIGHT;
}

static void
hv_delta_bar_class_init (HvDeltaBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->snapshot = hv_delta_bar_snapshot;
  widget_class->measure = hv_delta_bar_measure;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
hv_delta_bar_init (HvDeltaBar *self)
{
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark",
                           G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
}

GtkWidget *
hv_delta_bar_new (void)
{
  return g_object_new (HV_TYPE_DELTA_BAR, NULL);
}

void
hv_delta_bar_set_share (HvDeltaBar *self, double share)
{
  g_return_if_fail (HV_IS_DELTA_BAR (self));
  self->share = share;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
