/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include <adwaita.h>
#include <math.h>
#include <string.h>

#include "store/units.h"
#include "viewer/widgets/palette.h"
#include "viewer/widgets/snapshot-canvas.h"

#include "viewer/widgets/waterfall.h"

#define HEIGHT 34
#define RADIUS 6
/* A part that exists is seen, however small. */
#define MIN_PART 3
#define FADED 0.35

enum
{
  PART_BASE,
  PART_GREW,
  PART_NEW,
  PART_SHRUNK,
  PART_GONE,
  N_PARTS
};

typedef struct
{
  int64_t value;
  guint32 paths;
  float x, width;
} Part;

struct _HvWaterfallBar
{
  GtkWidget parent_instance;

  HvScene *scene;
  HvTextCache *text;
  Part parts[N_PARTS];
  HvStatus status; /* chosen; HV_STATUS_SAME: none */
};

enum
{
  SIGNAL_STATUS,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static const HvStatus status_of_part[N_PARTS] = { HV_STATUS_SAME, HV_STATUS_GREW, HV_STATUS_NEW,
                                                  HV_STATUS_SHRUNK, HV_STATUS_GONE };

G_DEFINE_FINAL_TYPE (HvWaterfallBar, hv_waterfall, GTK_TYPE_WIDGET)

static const HvPalette *
get_palette (void)
{
  return hv_palette_get (adw_style_manager_get_dark (adw_style_manager_get_default ()));
}

static void
place (HvWaterfallBar *self, float width)
{
  double sum = 0;
  float x = 0, spare = width;

  for (guint i = 0; i < N_PARTS; i++)
    if (self->parts[i].value > 0)
      {
        sum += (double) self->parts[i].value;
        spare -= MIN_PART;
      }
  for (guint i = 0; i < N_PARTS; i++)
    {
      Part *part = &self->parts[i];
      part->x = x;
      part->width = part->value > 0 && sum > 0
                        ? MIN_PART + MAX (0, spare) * (float) ((double) part->value / sum)
                        : 0;
      x += part->width;
    }
}

static char *
part_text (HvWaterfallBar *self, guint index, gboolean with_word)
{
  const HvReport *report = &self->scene->report;
  const Part *part = &self->parts[index];
  g_autofree char *value = NULL;

  if (index == PART_BASE)
    return hv_format_value (report->profile, report->metric, part->value);
  value = hv_format_delta (report->profile, report->metric,
                           index >= PART_SHRUNK ? -part->value : part->value);
  if (!with_word)
    return g_steal_pointer (&value);
  switch (index)
    {
    case PART_GREW:
      return g_strdup_printf (_ ("%s grew"), value);
    case PART_NEW:
      return g_strdup_printf (_ ("%s new"), value);
    case PART_SHRUNK:
      return g_strdup_printf (_ ("%s shrunk"), value);
    default:
      return g_strdup_printf (_ ("%s gone"), value);
    }
}

static void
draw_part (HvWaterfallBar *self, GtkSnapshot *snapshot, guint index, float height)
{
  const HvPalette *palette = get_palette ();
  const Part *part = &self->parts[index];
  float x0 = roundf (part->x), x1 = roundf (part->x + part->width);
  graphene_rect_t rect = GRAPHENE_RECT_INIT (x0, 0, MAX (1, x1 - x0 - 1), height);
  GdkRGBA color = palette->text;

  switch (index)
    {
    case PART_BASE:
      gtk_snapshot_append_color (snapshot, &palette->neutral, &rect);
      break;
    case PART_GREW:
      gtk_snapshot_append_color (snapshot, &palette->grow_fill, &rect);
      color = palette->grow;
      break;
    case PART_NEW:
      hv_paint_hatch (snapshot, &rect, &palette->grow_fill, &palette->view);
      color = palette->grow;
      break;
    case PART_SHRUNK:
      gtk_snapshot_append_color (snapshot, &palette->shrink_fill, &rect);
      color = palette->shrink;
      break;
    default:
      gtk_snapshot_append_color (snapshot, &palette->view, &rect);
      hv_paint_outline (snapshot, &rect, &palette->shrink, 1.5f, TRUE);
      color = palette->shrink;
      break;
    }

  const HvReport *report = &self->scene->report;
  g_autofree char *total = hv_format_value (report->profile, report->metric,
                                            self->scene->report.rows_diff->waterfall.current);
  g_autofree char *text = NULL;
  float wide = 0;
  for (guint detail = 3; detail-- > 0;)
    {
      g_free (text);
      text = part_text (self, index, detail == 2);
      /* A unit goes only where it is that of the current total, said below the bar. */
      char *unit = detail == 0 ? strrchr (text, ' ') : NULL;
      if (unit && g_str_has_suffix (total, unit))
        *unit = '\0';
      wide = hv_text_cache_width (self->text, text, TRUE);
      if (wide + (detail == 2 ? 12 : 8) <= rect.size.width)
        break;
    }
  if (wide + 8 <= rect.size.width)
    hv_text_cache_append (self->text, snapshot, text, TRUE, &color,
                          roundf (x0 + (rect.size.width - wide) / 2),
                          floorf ((height - hv_text_cache_height (self->text)) / 2), wide + 1);
}

static void
hv_waterfall_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  HvWaterfallBar *self = HV_WATERFALL (widget);
  float width = (float) gtk_widget_get_width (widget);
  float height = (float) gtk_widget_get_height (widget);
  const graphene_rect_t bounds = GRAPHENE_RECT_INIT (0, 0, width, height);
  const HvPalette *palette = get_palette ();
  GskRoundedRect clip;

  if (!self->scene)
    return;
  if (!self->text)
    self->text = hv_text_cache_new (gtk_widget_get_pango_context (widget));
  gsk_rounded_rect_init_from_rect (&clip, &bounds, RADIUS);
  gtk_snapshot_push_rounded_clip (snapshot, &clip);
  gtk_snapshot_append_color (snapshot, &palette->view, &bounds);
  place (self, width);
  for (guint i = 0; i < N_PARTS; i++)
    if (self->parts[i].width > 0)
      {
        gboolean faded = self->status != HV_STATUS_SAME && status_of_part[i] != self->status;
        if (faded)
          gtk_snapshot_push_opacity (snapshot, FADED);
        draw_part (self, snapshot, i, height);
        if (faded)
          gtk_snapshot_pop (snapshot);
      }
  gtk_snapshot_pop (snapshot);
  gtk_snapshot_append_border (
      snapshot, &clip, (const float[]){ 1, 1, 1, 1 },
      (const GdkRGBA[]){ palette->line, palette->line, palette->line, palette->line });
}

static void
hv_waterfall_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                      int *natural, int *minimum_baseline, int *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 200 : HEIGHT;
}

static guint
part_at (HvWaterfallBar *self, double x)
{
  for (guint i = 0; i < N_PARTS && self->scene; i++)
    if (x >= self->parts[i].x && x < self->parts[i].x + self->parts[i].width)
      return i;
  return N_PARTS;
}

static void
released_cb (HvWaterfallBar *self, int n_press, double x, double y)
{
  place (self, (float) gtk_widget_get_width (GTK_WIDGET (self)));
  guint part = part_at (self, x);
  if (part == N_PARTS)
    return;
  HvStatus chosen = status_of_part[part];
  hv_waterfall_set_status (self, chosen == self->status ? HV_STATUS_SAME : chosen);
  g_signal_emit (self, signals[SIGNAL_STATUS], 0, (guint) self->status);
}

static gboolean
hv_waterfall_query_tooltip (GtkWidget *widget, int x, int y, gboolean keyboard, GtkTooltip *tooltip)
{
  HvWaterfallBar *self = HV_WATERFALL (widget);

  guint i = keyboard ? N_PARTS : part_at (self, x);
  if (i < N_PARTS)
    {
      const Part *part = &self->parts[i];
      g_autofree char *text = part_text (self, i, TRUE);
      g_autofree char *more = i == PART_BASE
                                  ? g_strdup_printf (_ ("base: %s"), text)
                                  : g_strdup_printf (
                                      g_dngettext (HV_GETTEXT_PACKAGE, "%s in %u call path",
                                                   "%s in %u call paths", part->paths),
                                      text, part->paths);
      gtk_tooltip_set_text (tooltip, more);
      return TRUE;
    }
  return FALSE;
}

static void
drop_text (HvWaterfallBar *self)
{
  g_clear_pointer (&self->text, hv_text_cache_free);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
hv_waterfall_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (hv_waterfall_parent_class)->css_changed (widget, change);
  drop_text (HV_WATERFALL (widget));
}

static void
hv_waterfall_dispose (GObject *object)
{
  HvWaterfallBar *self = HV_WATERFALL (object);

  g_clear_pointer (&self->text, hv_text_cache_free);
  g_clear_pointer (&self->scene, hv_scene_unref);
  G_OBJECT_CLASS (hv_waterfall_parent_class)->dispose (object);
}

static void
hv_waterfall_class_init (HvWaterfallBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hv_waterfall_dispose;
  widget_class->snapshot = hv_waterfall_snapshot;
  widget_class->measure = hv_waterfall_measure;
  widget_class->css_changed = hv_waterfall_css_changed;
  widget_class->query_tooltip = hv_waterfall_query_tooltip;
  signals[SIGNAL_STATUS] = g_signal_new ("status", HV_TYPE_WATERFALL, G_SIGNAL_RUN_LAST, 0, NULL,
                                         NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
  gtk_widget_class_set_css_name (widget_class, "waterfall");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
hv_waterfall_init (HvWaterfallBar *self)
{
  GtkGesture *click = gtk_gesture_click_new ();

  g_signal_connect_object (click, "released", G_CALLBACK (released_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), "pointer");
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark",
                           G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
}

GtkWidget *
hv_waterfall_new (void)
{
  return g_object_new (HV_TYPE_WATERFALL, NULL);
}

void
hv_waterfall_set_status (HvWaterfallBar *self, HvStatus status)
{
  g_return_if_fail (HV_IS_WATERFALL (self));
  if (self->status == status)
    return;
  self->status = status;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
hv_waterfall_set_scene (HvWaterfallBar *self, HvScene *scene)
{
  g_return_if_fail (HV_IS_WATERFALL (self));
  g_return_if_fail (scene == NULL || scene->diff != NULL);

  g_clear_pointer (&self->scene, hv_scene_unref);
  if (scene)
    {
      const HvWaterfall *w = &scene->report.rows_diff->waterfall;
      g_autoptr (GString) label = g_string_new (_ ("What changed"));

      self->scene = hv_scene_ref (scene);
      self->parts[PART_BASE] = (Part){ .value = w->base };
      self->parts[PART_GREW] = (Part){ .value = w->grew, .paths = w->n_grew };
      self->parts[PART_NEW] = (Part){ .value = w->added, .paths = w->n_added };
      self->parts[PART_SHRUNK] = (Part){ .value = w->shrunk, .paths = w->n_shrunk };
      self->parts[PART_GONE] = (Part){ .value = w->gone, .paths = w->n_gone };
      for (guint i = 0; i < N_PARTS; i++)
        {
          g_autofree char *text = part_text (self, i, TRUE);
          g_string_append_printf (label, "%s %s", i ? "," : ":", text);
        }
      gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                      label->str, -1);
    }
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
