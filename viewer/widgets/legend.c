/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <adwaita.h>

#include "viewer/draw/legend-paint.h"
#include "viewer/widgets/snapshot-canvas.h"

#include "viewer/widgets/legend.h"

struct _HvLegend
{
  GtkWidget parent_instance;

  HvLegendItem items[HV_LEGEND_MAX_ITEMS];
  guint n_items;
  char *note;
  HvTextCache *text;
};

G_DEFINE_FINAL_TYPE (HvLegend, hv_legend, GTK_TYPE_WIDGET)

static HvTextCache *
get_text (HvLegend *self)
{
  if (!self->text)
    self->text = hv_text_cache_new (gtk_widget_get_pango_context (GTK_WIDGET (self)));
  return self->text;
}

static void
hv_legend_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  HvLegend *self = HV_LEGEND (widget);
  const HvPalette *palette = hv_palette_get (
      adw_style_manager_get_dark (adw_style_manager_get_default ()));
  HvSnapshotCanvas canvas = hv_snapshot_canvas (snapshot, get_text (self));

  hv_legend_paint (self->items, self->n_items, palette, &canvas.canvas, 0, 0,
                   (float) gtk_widget_get_width (widget), (float) gtk_widget_get_height (widget));
}

static void
hv_legend_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                   int *natural, int *minimum_baseline, int *natural_baseline)
{
  HvLegend *self = HV_LEGEND (widget);

  *minimum = *natural = 0;
  if (orientation == GTK_ORIENTATION_VERTICAL)
    *minimum = *natural = (int) hv_text_cache_height (get_text (self));
}

static void
hv_legend_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  HvLegend *self = HV_LEGEND (widget);

  GTK_WIDGET_CLASS (hv_legend_parent_class)->css_changed (widget, change);
  g_clear_pointer (&self->text, hv_text_cache_free);
  gtk_widget_queue_draw (widget);
}

static void
hv_legend_dispose (GObject *object)
{
  HvLegend *self = HV_LEGEND (object);

  self->n_items = 0;
  g_clear_pointer (&self->note, g_free);
  g_clear_pointer (&self->text, hv_text_cache_free);
  G_OBJECT_CLASS (hv_legend_parent_class)->dispose (object);
}

static void
hv_legend_class_init (HvLegendClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hv_legend_dispose;
  widget_class->snapshot = hv_legend_snapshot;
  widget_class->measure = hv_legend_measure;
  widget_class->css_changed = hv_legend_css_changed;
  gtk_widget_class_set_css_name (widget_class, "legend");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LABEL);
}

static void
hv_legend_init (HvLegend *self)
{
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark",
                           G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
}

GtkWidget *
hv_legend_new (void)
{
  return g_object_new (HV_TYPE_LEGEND, NULL);
}

void
hv_legend_show (HvLegend *self, const HvScene *scene, const HvFlameLayout *layout)
{
  g_return_if_fail (HV_IS_LEGEND (self));
  g_autoptr (GString) all = g_string_new (NULL);

  g_clear_pointer (&self->note, g_free);
  self->n_items = layout ? hv_legend_items (&scene->report, layout, self->items) : 0;
  self->note = layout ? hv_legend_note (&scene->report, layout) : NULL;
  if (self->note)
    self->items[self->n_items++] = (HvLegendItem){ HV_LEGEND_NONE, self->note };

  for (guint i = 0; i < self->n_items; i++)
    g_string_append_printf (all, "%s%s", i ? ", " : "", self->items[i].text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, all->str,
                                  -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
