/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include <adwaita.h>
#include <math.h>

#include "viewer/widgets/flame-paint.h"

#include "viewer/widgets/legend.h"

#define SWATCH_WIDTH 16
#define SWATCH_HEIGHT 11
#define MAX_ITEMS 8

typedef enum
{
  MARK_NONE,
  MARK_GROW,
  MARK_NEW,
  MARK_SHRINK,
  MARK_GONE,
  MARK_BEFORE,
} Mark;

typedef struct
{
  Mark mark;
  char *text;
} Item;

struct _HvLegend
{
  GtkWidget parent_instance;

  Item items[MAX_ITEMS];
  guint n_items;
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
draw_mark (GtkSnapshot *snapshot, const HvPalette *palette, Mark mark, const graphene_rect_t *rect)
{
  switch (mark)
    {
    case MARK_GROW:
      gtk_snapshot_append_color (snapshot, &palette->grow_fill, rect);
      break;
    case MARK_NEW:
      hv_paint_hatch (snapshot, rect, &palette->grow_fill, &palette->view);
      break;
    case MARK_SHRINK:
      gtk_snapshot_append_color (snapshot, &palette->shrink_fill, rect);
      break;
    case MARK_GONE:
      hv_paint_outline (snapshot, rect, &palette->shrink, 1, TRUE);
      break;
    case MARK_BEFORE:
      gtk_snapshot_append_color (snapshot, &palette->neutral, rect);
      break;
    case MARK_NONE:
      break;
    }
}

static void
hv_legend_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  HvLegend *self = HV_LEGEND (widget);
  const HvPalette *palette = hv_palette_get (
      adw_style_manager_get_dark (adw_style_manager_get_default ()));
  HvTextCache *text = get_text (self);
  float width = (float) gtk_widget_get_width (widget),
        height = (float) gtk_widget_get_height (widget);
  float x = 0, y = floorf ((height - hv_text_cache_height (text)) / 2);

  for (guint i = 0; i < self->n_items; i++)
    {
      const Item *item = &self->items[i];
      if (item->mark)
        {
          graphene_rect_t rect = GRAPHENE_RECT_INIT (x, floorf ((height - SWATCH_HEIGHT) / 2),
                                                     SWATCH_WIDTH, SWATCH_HEIGHT);
          draw_mark (snapshot, palette, item->mark, &rect);
          x += SWATCH_WIDTH + 5;
        }
      x = ceilf (x
                 + hv_text_cache_append (text, snapshot, item->text, FALSE, &palette->dim, x, y,
                                         width - x))
          + 14;
    }
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
clear_items (HvLegend *self)
{
  for (guint i = 0; i < self->n_items; i++)
    g_free (self->items[i].text);
  self->n_items = 0;
}

static void
hv_legend_dispose (GObject *object)
{
  HvLegend *self = HV_LEGEND (object);

  clear_items (self);
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

static void
add (HvLegend *self, Mark mark, const char *text)
{
  g_return_if_fail (self->n_items < MAX_ITEMS);
  self->items[self->n_items++] = (Item){ mark, g_strdup (text) };
}

GtkWidget *
hv_legend_new (void)
{
  return g_object_new (HV_TYPE_LEGEND, NULL);
}

void
hv_legend_show (HvLegend *self, const HvScene *scene, HvFlameView view, const char *note)
{
  g_return_if_fail (HV_IS_LEGEND (self));
  g_autoptr (GString) all = g_string_new (NULL);

  clear_items (self);
  if (scene && scene->diff)
    switch (view)
      {
      case HV_FLAME_CURRENT:
        add (self, MARK_GROW, _ ("share that grew"));
        add (self, MARK_NEW, C_ ("legend", "new"));
        add (self, MARK_BEFORE, _ ("was there before"));
        add (self, MARK_NONE, _ ("width = current"));
        break;
      case HV_FLAME_BASE:
        add (self, MARK_SHRINK, _ ("share that shrank"));
        add (self, MARK_GONE, _ ("gone"));
        add (self, MARK_BEFORE, _ ("is still there"));
        add (self, MARK_NONE, _ ("width = base"));
        break;
      case HV_FLAME_OVERLAY:
        add (self, MARK_GROW, _ ("grew"));
        add (self, MARK_NEW, C_ ("legend", "new"));
        add (self, MARK_SHRINK, _ ("shrunk"));
        add (self, MARK_GONE, _ ("gone"));
        add (self, MARK_BEFORE, _ ("in both"));
        add (self, MARK_NONE, _ ("width = the larger of base and current"));
        break;
      case HV_FLAME_GROWTH:
      case HV_N_FLAME_VIEWS:
        add (self, MARK_GROW, _ ("share that grew"));
        add (self, MARK_NEW, C_ ("legend", "new"));
        add (self, MARK_SHRINK, _ ("shrunk"));
        add (self, MARK_GONE, _ ("gone"));
        add (self, MARK_BEFORE, _ ("was there before"));
        add (self, MARK_NONE, _ ("width = change; both sides on one scale"));
        break;
      }
  else if (scene)
    add (self, MARK_NONE, _ ("width = inclusive cost · colour = where the code comes from"));
  if (note && *note)
    add (self, MARK_NONE, note);

  for (guint i = 0; i < self->n_items; i++)
    g_string_append_printf (all, "%s%s", i ? ", " : "", self->items[i].text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, all->str,
                                  -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
