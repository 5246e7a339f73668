/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include <adwaita.h>
#include <math.h>

#include "viewer/widgets/palette.h"
#include "viewer/widgets/source-gutter.h"

/* Before each column, and after the last. */
#define SPACE 10
#define END 8

struct _HvSourceGutter
{
  GtkSourceGutterRenderer parent_instance;

  const HvSourceAnswer *answer; /* borrowed */
  PangoLayout *layout;
  int width[HV_SOURCE_MAX_COLUMNS_SHOWN]; /* of the texts */
};

enum
{
  SIGNAL_LINE,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (HvSourceGutter, hv_source_gutter, GTK_SOURCE_TYPE_GUTTER_RENDERER)

static int
text_width (HvSourceGutter *self, const char *text)
{
  int width;

  if (!self->layout)
    {
      /* Figures of one width keep the columns in line. */
      g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();
      pango_attr_list_insert (attributes, pango_attr_font_features_new ("tnum"));
      self->layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), NULL);
      pango_layout_set_attributes (self->layout, attributes);
    }
  pango_layout_set_text (self->layout, text, -1);
  pango_layout_get_pixel_size (self->layout, &width, NULL);
  return width;
}

/* Figures are of one width, so the longest text is the widest but for its unit: the title's width
 * is the least. */
static void
measure_columns (HvSourceGutter *self)
{
  guint n = self->answer ? hv_source_answer_n_columns (self->answer) : 0;

  for (guint c = 0; c < HV_SOURCE_MAX_COLUMNS_SHOWN; c++)
    {
      g_autofree char *longest = g_strdup ("");
      const HvSourceLines *lines = c < n ? self->answer->lines : NULL;
      self->width[c] = lines ? text_width (self, hv_source_answer_column_title (self->answer, c))
                             : 0;
      for (uint32_t i = 0; lines && i < lines->n_lines; i++)
        {
          char *text = hv_source_answer_column_text (self->answer, &lines->line[i], c);
          if (g_utf8_strlen (text, -1) > g_utf8_strlen (longest, -1))
            {
              g_free (longest);
              longest = text;
            }
          else
            g_free (text);
        }
      if (*longest)
        self->width[c] = MAX (self->width[c], text_width (self, longest));
    }
}

int
hv_source_gutter_get_column_width (HvSourceGutter *self, guint column)
{
  g_return_val_if_fail (HV_IS_SOURCE_GUTTER (self), 0);
  g_return_val_if_fail (column < HV_SOURCE_MAX_COLUMNS_SHOWN, 0);
  return self->width[column] ? self->width[column] + SPACE : 0;
}

static int
total_width (HvSourceGutter *self)
{
  int width = 0;

  for (guint c = 0; c < HV_SOURCE_MAX_COLUMNS_SHOWN; c++)
    width += hv_source_gutter_get_column_width (self, c);
  return width ? width + END : 0;
}

static void
hv_source_gutter_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                          int *natural, int *minimum_baseline, int *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL
                            ? total_width (HV_SOURCE_GUTTER (widget))
                            : 0;
  *minimum_baseline = *natural_baseline = -1;
}

static GdkRGBA
tint (const HvPalette *palette, const HvSourceAnswer *answer, double share)
{
  const GdkRGBA *full = !answer->by_line->scene->diff ? &palette->chart_fill
                        : share > 0                   ? &palette->grow_fill
                                                      : &palette->shrink_fill;
  /* The root lets small shares be seen beside large ones. */
  return hv_palette_mix (&palette->view, full, (float) sqrt (fabs (share)));
}

static void
hv_source_gutter_snapshot_line (GtkSourceGutterRenderer *renderer, GtkSnapshot *snapshot,
                                GtkSourceGutterLines *lines, guint number)
{
  HvSourceGutter *self = HV_SOURCE_GUTTER (renderer);
  const HvSourceAnswer *answer = self->answer;
  const HvSourceLine *line = answer && answer->lines
                                 ? hv_source_lines_find (answer->lines, number + 1)
                                 : NULL;
  const HvPalette *palette = hv_palette_get (
      adw_style_manager_get_dark (adw_style_manager_get_default ()));
  int y, height, text_height;
  float x = 0;

  if (!line)
    return;
  double share = hv_source_answer_share (answer, line);
  GdkRGBA fill = tint (palette, answer, share);
  gtk_source_gutter_lines_get_line_yrange (
      lines, number, GTK_SOURCE_GUTTER_RENDERER_ALIGNMENT_MODE_FIRST, &y, &height);
  if (share != 0)
    gtk_snapshot_append_color (
        snapshot, &fill,
        &GRAPHENE_RECT_INIT (0, (float) y, (float) gtk_widget_get_width (GTK_WIDGET (self)),
                             (float) height));
  for (guint c = 0; c < hv_source_answer_n_columns (answer); c++)
    {
      g_autofree char *text = hv_source_answer_column_text (answer, line, c);
      int width = text_width (self, text);
      const GdkRGBA *colour = c < 2       ? &palette->text
                              : share > 0 ? &palette->grow
                                          : &palette->shrink;
      x += (float) hv_source_gutter_get_column_width (self, c);
      if (*text == '\0')
        continue;
      pango_layout_get_pixel_size (self->layout, NULL, &text_height);
      gtk_snapshot_save (snapshot);
      gtk_snapshot_translate (
          snapshot, &GRAPHENE_POINT_INIT (roundf (x - (float) width),
                                          (float) y + floorf ((float) (height - text_height) / 2)));
      gtk_snapshot_append_layout (snapshot, self->layout, colour);
      gtk_snapshot_restore (snapshot);
    }
}

/* --- the pointer --- */

static gboolean
hv_source_gutter_query_activatable (GtkSourceGutterRenderer *renderer, GtkTextIter *iter,
                                    GdkRectangle *area)
{
  HvSourceGutter *self = HV_SOURCE_GUTTER (renderer);
  guint number = (guint) gtk_text_iter_get_line (iter) + 1;

  return self->answer && self->answer->lines
         && hv_source_lines_find (self->answer->lines, number) != NULL;
}

static void
hv_source_gutter_activate (GtkSourceGutterRenderer *renderer, GtkTextIter *iter, GdkRectangle *area,
                           guint button, GdkModifierType state, int n_presses)
{
  if (button == GDK_BUTTON_PRIMARY)
    g_signal_emit (renderer, signals[SIGNAL_LINE], 0, (guint) gtk_text_iter_get_line (iter) + 1);
}

static gboolean
hv_source_gutter_query_tooltip (GtkWidget *widget, int x, int y, gboolean keyboard,
                                GtkTooltip *tooltip)
{
  HvSourceGutter *self = HV_SOURCE_GUTTER (widget);
  GtkTextView *view = GTK_TEXT_VIEW (
      gtk_source_gutter_renderer_get_view (GTK_SOURCE_GUTTER_RENDERER (self)));
  GtkTextIter iter;
  double view_y;
  int buffer_y;

  if (keyboard || !self->answer || !self->answer->lines
      || !gtk_widget_translate_coordinates (widget, GTK_WIDGET (view), x, y, NULL, &view_y))
    return FALSE;
  gtk_text_view_window_to_buffer_coords (view, GTK_TEXT_WINDOW_WIDGET, 0, (int) view_y, NULL,
                                         &buffer_y);
  gtk_text_view_get_line_at_y (view, &iter, buffer_y, NULL);
  guint number = (guint) gtk_text_iter_get_line (&iter) + 1;
  if (!hv_source_lines_find (self->answer->lines, number))
    return FALSE;
  g_autofree char *text = hv_source_answer_line_text (self->answer, number);
  gtk_tooltip_set_text (tooltip, text);
  return TRUE;
}

/* --- class --- */

static void
hv_source_gutter_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  HvSourceGutter *self = HV_SOURCE_GUTTER (widget);

  GTK_WIDGET_CLASS (hv_source_gutter_parent_class)->css_changed (widget, change);
  g_clear_object (&self->layout);
  if (self->answer)
    measure_columns (self);
}

static void
hv_source_gutter_dispose (GObject *object)
{
  HvSourceGutter *self = HV_SOURCE_GUTTER (object);

  self->answer = NULL;
  g_clear_object (&self->layout);
  G_OBJECT_CLASS (hv_source_gutter_parent_class)->dispose (object);
}

static void
hv_source_gutter_class_init (HvSourceGutterClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GtkSourceGutterRendererClass *renderer_class = GTK_SOURCE_GUTTER_RENDERER_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hv_source_gutter_dispose;
  widget_class->measure = hv_source_gutter_measure;
  widget_class->query_tooltip = hv_source_gutter_query_tooltip;
  widget_class->css_changed = hv_source_gutter_css_changed;
  renderer_class->snapshot_line = hv_source_gutter_snapshot_line;
  renderer_class->query_activatable = hv_source_gutter_query_activatable;
  renderer_class->activate = hv_source_gutter_activate;
  signals[SIGNAL_LINE] = g_signal_new ("line", HV_TYPE_SOURCE_GUTTER, G_SIGNAL_RUN_LAST, 0, NULL,
                                       NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
}

static void
hv_source_gutter_init (HvSourceGutter *self)
{
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
}

HvSourceGutter *
hv_source_gutter_new (void)
{
  return g_object_new (HV_TYPE_SOURCE_GUTTER, NULL);
}

void
hv_source_gutter_set_answer (HvSourceGutter *self, const HvSourceAnswer *answer)
{
  g_return_if_fail (HV_IS_SOURCE_GUTTER (self));
  self->answer = answer;
  measure_columns (self);
  gtk_widget_queue_resize (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
