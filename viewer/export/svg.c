/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "export.h"

#include "store/flame-layout.h"
#include "store/units.h"
#include "svg-header.h"
#include "svg-text.h"
#include "svg-tooltip.h"

#include <gio/gio.h>
#include <math.h>
#include <string.h>

/* The picture is drawn at this width; in a browser the script lays it out anew for the window. */
#define ROW_HEIGHT 22
#define BOX_HEIGHT 20
#define GAP 28
#define FONT_SIZE 12
#define MIN_TEXT_WIDTH 26
#define MIN_NAME_WIDTH 40
#define MIN_VISIBLE 0.5
/* Boxes down to 1/28,000 of the picture are in the file, hidden until a zoom makes them wide
 * enough; fewer where there would be too many or the file would pass its size. */
#define MIN_STORED 0.05
#define MAX_BOXES 6000
#define MAX_BYTES (2 * 1000 * 1000)
#define MAX_LABEL 160
#define HUE_CLASSES 36

/* Generated with the resources; named here so that the linker takes them along. */
GResource *hv_core_get_resource (void);

static gboolean
append_resource (GString *out, const char *path, GError **error)
{
  g_autoptr (GBytes) bytes = g_resource_lookup_data (hv_core_get_resource (), path,
                                                     G_RESOURCE_LOOKUP_FLAGS_NONE, error);

  if (bytes == NULL)
    return FALSE;
  gsize size;
  const char *text = g_bytes_get_data (bytes, &size);
  g_string_append_len (out, text, (gssize) size);
  return TRUE;
}

static void
append_number (GString *out, const char *name, double value)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (digits, sizeof digits, "%.2f", value);
  /* "12.00" → "12" */
  char *end = digits + strlen (digits);
  while (end[-1] == '0')
    *--end = '\0';
  if (end[-1] == '.')
    *--end = '\0';
  g_string_append_printf (out, " %s=\"%s\"", name, digits);
}

static void
append_part (GString *out, const char *class, double from, double share)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];

  if (share < 0.0005)
    return;
  g_string_append_printf (out, "<rect class=\"%s\"", class);
  if (from >= 0.0005)
    g_string_append_printf (out, " x=\"%s%%\"",
                            g_ascii_formatd (digits, sizeof digits, "%.1f", from * 100));
  g_string_append_printf (out, " width=\"%s%%\" height=\"20\"/>",
                          g_ascii_formatd (digits, sizeof digits, "%.1f", share * 100));
}

static void
append_fills (GString *out, const HvFlameLayout *layout, const HvFlameBox *box)
{
  HvFlameFill fill = hv_flame_box_fill (layout, box);
  gboolean overlay = layout->view == HV_FLAME_OVERLAY;
  double from = overlay ? 1 - fill.gain - fill.loss : 0;
  char x[G_ASCII_DTOSTR_BUF_SIZE], width[G_ASCII_DTOSTR_BUF_SIZE];

  append_part (out, fill.added || overlay ? "new" : "g", from, fill.gain);
  from += fill.gain;
  if (!fill.gone && !overlay)
    append_part (out, "l", from, fill.loss);
  else if (fill.loss >= 0.0005)
    g_string_append_printf (
        out,
        "<svg x=\"%s%%\" width=\"%s%%\"><rect class=\"e\" width=\"100%%\" height=\"20\"/>"
        "<rect class=\"o\" x=\"1\" y=\"1\" width=\"100%%\" height=\"18\" "
        "style=\"width:calc(100%% - 2px)\"/></svg>",
        g_ascii_formatd (x, sizeof x, "%.1f", from * 100),
        g_ascii_formatd (width, sizeof width, "%.1f", fill.loss * 100));
}

static void
append_hue_class (GString *out, const HvReport *report, const HvFlameBox *box)
{
  if (report->diff != NULL || box->row == 0 || box->merged != 0
      || report->color_by == HV_COLOR_BY_NONE)
    return;
  uint32_t key = report->tree->node_key[box->node];
  HvFlameTint tint = { -1, 0 };
  if (key != HV_NO_KEY)
    {
      const HvKey *of = &report->tree->key[key];
      tint = hv_flame_key_tint (
          of, report->color_by == HV_COLOR_BY_MODULE ? hv_basename (of->module) : of->origin);
    }
  if (tint.hue >= 0)
    g_string_append_printf (out, " h%d", tint.hue * HUE_CLASSES / 360);
  if (tint.shade)
    g_string_append_printf (out, " t%u", tint.shade);
}

/* The text as it fits: all of it, or with a shorter name, or with the signs alone in place of the
 * numbers, or cut. The script does the same. */
static void
append_text (GString *out, const char *label, const char *shorter, const char *gain,
             const char *loss, double width)
{
  const char *const classes[] = { "gain", "loss" }, *const signs[] = { "+", "−" };
  const char *numbers[] = { gain, loss };
  double room = width - 8, taken[2] = { 0 };

  if (width < MIN_TEXT_WIDTH)
    return;
  for (guint i = 0; i < 2; i++)
    if (numbers[i] != NULL)
      {
        taken[0] += hv_svg_text_width (numbers[i], FONT_SIZE, TRUE) + FONT_SIZE * 0.4;
        taken[1] += hv_svg_text_width (signs[i], FONT_SIZE, TRUE) + FONT_SIZE * 0.4;
      }
  guint bare = taken[0] > 0 && room - taken[0] < MIN_NAME_WIDTH
               && room - taken[0] < hv_svg_text_width (shorter, FONT_SIZE, FALSE);
  room -= taken[bare];
  if (hv_svg_text_width (label, FONT_SIZE, FALSE) > room)
    label = shorter;
  g_string_append (out, "<text x=\"5\" y=\"14\">");
  for (guint i = 0; i < 2; i++)
    if (numbers[i] != NULL)
      g_string_append_printf (out, "<tspan class=\"%s\">%s </tspan>", classes[i],
                              bare ? signs[i] : numbers[i]);
  g_autofree char *text = hv_svg_fit_text (label, room, FONT_SIZE);
  if (text != NULL)
    hv_svg_append_escaped (out, text);
  g_string_append (out, "</text>");
}

/* The signed numbers of a box: what it gained and lost, each where it is not nothing beside the
 * other. Root boxes and one profile carry the value after the name instead. */
static void
signed_numbers (const HvReport *report, const HvFlameLayout *layout, const HvFlameBox *box,
                char **gain, char **loss)
{
  int64_t up = box->growth, down = box->shrink, larger = MAX (up, down);

  if (report->diff == NULL)
    return;
  if (layout->view == HV_FLAME_GROWTH)
    *(box->forest == HV_FLAME_GAIN ? &up : &down) = box->value;
  if ((layout->view == HV_FLAME_GROWTH && box->forest == HV_FLAME_LOSS)
      || layout->view == HV_FLAME_BASE || up < larger / 100)
    up = 0;
  if ((layout->view == HV_FLAME_GROWTH && box->forest == HV_FLAME_GAIN)
      || layout->view == HV_FLAME_CURRENT || down < larger / 100)
    down = 0;
  if (up > 0)
    *gain = hv_svg_escape_take (hv_format_delta (report->profile, report->metric, up));
  if (down > 0)
    *loss = hv_svg_escape_take (hv_format_delta (report->profile, report->metric, -down));
}

typedef struct
{
  const HvReport *report;
  const HvFlameLayout *stored;
  const HvFlameLayout *shown;
  uint32_t *shown_as; /* by stored box: the box shown, or HV_FLAME_NO_BOX */
} Frames;

/* So many rows are room for, so that nothing is a sentence too. */
static uint32_t
drawn_rows (const HvFlameLayout *shown)
{
  return MAX (shown->n_rows, 3);
}

static gboolean
is_found (const HvReport *report, const HvFlameBox *box)
{
  uint32_t key = report->tree->node_key[box->node];

  return report->matches != NULL && box->merged == 0 && key != HV_NO_KEY && report->matches[key];
}

/* `index` of `layout`; `at` says where it is shown, NULL: nowhere until the script shows it. */
static void
append_box (GString *out, const Frames *frames, const HvFlameLayout *layout, uint32_t index,
            const HvFlameBox *at)
{
  const HvReport *report = frames->report;
  const HvFlameBox *box = &layout->box[index];
  g_autofree char *gain = NULL, *loss = NULL, *label = NULL, *shorter = NULL;
  double width = 0;

  signed_numbers (report, layout, box, &gain, &loss);
  if (box->merged != 0)
    {
      g_autofree char *count = hv_format_count (box->merged);
      label = g_strdup_printf ("(%s merged)", count);
      shorter = g_strdup_printf ("(%s)", count);
    }
  else if (box->row == 0 && layout->view != HV_FLAME_GROWTH)
    {
      g_autofree char *value = hv_format_value (report->profile, report->metric, box->value);
      label = g_strdup_printf ("%s %s", hv_svg_box_label (report, layout, box), value);
    }
  else
    {
      label = hv_svg_shorten (hv_svg_box_label (report, layout, box), HV_SVG_MAX_NAME);
      if (box->row > 0)
        shorter = hv_svg_shorten (hv_tree_short_label (report->tree, box->node), HV_SVG_MAX_NAME);
    }
  if (shorter == NULL)
    shorter = g_strdup (label);

  g_string_append_printf (out, "<svg class=\"b%s%s%s%s\"", box->merged != 0 ? " m" : "",
                          layout == frames->shown ? " t" : "",
                          at != NULL && at->ancestor ? " a" : "",
                          is_found (report, box) ? " hit" : "");
  if (at != NULL)
    {
      /* of what the viewport cuts off, what is in it */
      double x0 = MAX (at->x0, 0), x1 = MIN (at->x1, frames->shown->width);

      if (x1 - x0 >= 2)
        {
          x0 = round (x0);
          x1 = round (x1);
        }
      width = x1 - x0 - MIN (1, (x1 - x0) / 4);
      append_number (out, "x", x0);
      append_number (out, "y",
                     (report->root_below ? drawn_rows (frames->shown) - 1 - at->row : at->row)
                         * ROW_HEIGHT);
      append_number (out, "width", width);
      g_string_append_printf (out, " height=\"%d\"", BOX_HEIGHT);
    }
  else
    g_string_append (out, " display=\"none\"");
  if (layout == frames->stored)
    {
      g_string_append_printf (out, " data-v=\"%" G_GINT64_FORMAT "\"", box->value);
      if (box->parent != HV_FLAME_NO_BOX)
        g_string_append_printf (out, " data-p=\"%u\"", box->parent);
      if (box->merged != 0)
        g_string_append_printf (out, " data-c=\"%u\"", box->merged);
      /* Most names are the first line of the tooltip; of one too long to keep the script gets the
       * short one, which it would show anyway. */
      if (box->merged != 0 || box->row == 0
          || strcmp (label, hv_svg_box_function (report, box)) != 0)
        {
          g_string_append (out, " data-n=\"");
          hv_svg_append_shortened (out, g_utf8_strlen (label, -1) > MAX_LABEL ? shorter : label,
                                   MAX_LABEL);
          g_string_append_c (out, '"');
        }
      if (strcmp (shorter, label) != 0)
        {
          g_string_append (out, " data-s=\"");
          hv_svg_append_shortened (out, shorter, MAX_LABEL);
          g_string_append_c (out, '"');
        }
      if (gain != NULL)
        g_string_append_printf (out, " data-g=\"%s\"", gain);
      if (loss != NULL)
        g_string_append_printf (out, " data-l=\"%s\"", loss);
    }
  g_string_append_c (out, '>');
  hv_svg_append_tooltip (out, report, layout, box);
  g_string_append (out, "<rect class=\"n");
  append_hue_class (out, report, box);
  g_string_append (out, "\" width=\"100%\" height=\"20\"/>");
  if (report->diff != NULL)
    append_fills (out, layout, box);
  if (at != NULL)
    append_text (out, label, shorter, gain, loss, width);
  g_string_append (out, "</svg>\n");
}

/* Both layouts list the children of a box in the same order and what is shown is a part of what is
 * stored, so one walk over both finds each box's place. */
static void
match_layouts (Frames *frames)
{
  const HvFlameLayout *stored = frames->stored, *shown = frames->shown;

  frames->shown_as = g_new (uint32_t, MAX (stored->n_boxes, 1));
  memset (frames->shown_as, 0xff, stored->n_boxes * sizeof (uint32_t));
  for (uint32_t i = 0, j = 0; i < stored->n_boxes && stored->box[i].row == 0; i++)
    if (j < shown->n_boxes && shown->box[j].row == 0
        && shown->box[j].forest == stored->box[i].forest)
      frames->shown_as[i] = j++;
  for (uint32_t i = 0; i < stored->n_boxes; i++)
    {
      if (frames->shown_as[i] == HV_FLAME_NO_BOX || stored->box[i].merged != 0)
        continue;
      const HvFlameBox *from = &stored->box[i], *to = &shown->box[frames->shown_as[i]];
      uint32_t next = to->first_child, end = to->first_child + to->n_children;

      for (uint32_t j = from->first_child; j < from->first_child + from->n_children; j++)
        if (next < end && stored->box[j].merged == shown->box[next].merged
            && stored->box[j].node == shown->box[next].node)
          frames->shown_as[j] = next++;
    }
}

static void
append_frames (GString *out, Frames *frames)
{
  const HvFlameLayout *stored = frames->stored, *shown = frames->shown;
  g_autofree guint8 *taken = g_new0 (guint8, MAX (shown->n_boxes, 1));

  match_layouts (frames);
  for (uint32_t i = 0; i < stored->n_boxes; i++)
    {
      uint32_t at = frames->shown_as[i];

      if (at != HV_FLAME_NO_BOX)
        taken[at] = 1;
      append_box (out, frames, stored, i, at == HV_FLAME_NO_BOX ? NULL : &shown->box[at]);
    }
  /* What is merged only while it is this narrow: the script takes these away and makes its own. */
  for (uint32_t i = 0; i < shown->n_boxes; i++)
    if (!taken[i])
      append_box (out, frames, shown, i, &shown->box[i]);
  g_clear_pointer (&frames->shown_as, g_free);
}

/* --- the file --- */

static char *
status_text (const HvReport *report, const HvFlameLayout *shown)
{
  if (shown->n_merged == 0)
    return g_strdup ("");
  g_autofree char *count = hv_format_count ((int64_t) shown->n_merged);
  g_autofree char *value = hv_svg_escape_take (
      hv_format_value (report->profile, report->metric, shown->merged_value));
  return g_strdup_printf ("%s %s too narrow to draw merged, %s together", count,
                          shown->n_merged == 1 ? "frame" : "frames", value);
}

/* What the window was zoomed to and searched for, for the script to go on from. */
static void
append_state (GString *out, const HvReport *report, const HvFlameLayout *stored)
{
  guint forest = report->zoom_forests == 1u << HV_FLAME_LOSS ? HV_FLAME_LOSS : HV_FLAME_GAIN;
  uint32_t zoom = report->zoom != 0
                      ? hv_flame_layout_find (stored, report->tree, report->zoom, forest)
                      : HV_FLAME_NO_BOX;

  if (zoom != HV_FLAME_NO_BOX)
    g_string_append_printf (out, " data-zoom=\"%u\"", zoom);
  if (report->scale > 1)
    {
      char scale[G_ASCII_DTOSTR_BUF_SIZE], left[G_ASCII_DTOSTR_BUF_SIZE];
      g_string_append_printf (out, " data-scale=\"%s\" data-left=\"%s\"",
                              g_ascii_formatd (scale, sizeof scale, "%.9g", report->scale),
                              g_ascii_formatd (left, sizeof left, "%.9g", report->left));
    }
  if (report->search != NULL && *report->search != '\0')
    {
      g_string_append (out, " data-search=\"");
      hv_svg_append_shortened (out, report->search, MAX_LABEL);
      g_string_append_c (out, '"');
    }
}

static gboolean
write_document (const HvReport *report, GString *out, const HvFlameLayout *stored,
                const HvFlameLayout *shown, GError **error)
{
  Frames frames = { .report = report, .stored = stored, .shown = shown };
  g_autoptr (GString) header = g_string_new (NULL);
  g_autofree char *status = shown->n_boxes != 0 ? status_text (report, shown) : NULL;
  double top = hv_svg_append_header (header, report, shown->view, status);
  double height = top + drawn_rows (shown) * ROW_HEIGHT + HV_SVG_MARGIN;
  g_autofree char *kib = hv_format_bytes (100000);
  const char *unit = !hv_metric_is_bytes (report->metric) || report->profile->byte_unit != 0
                         ? "count"
                         : (g_str_has_suffix (kib, "KiB") ? "iec" : "si");

  g_string_append_printf (
      out,
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<svg xmlns=\"http://www.w3.org/2000/svg\" xml:space=\"preserve\" class=\"hv\" width=\"%d\" "
      "height=\"%d\" data-top=\"%d\" data-unit=\"%s\" data-gap=\"%d\" "
      "data-view=\"%s\"",
      HV_SVG_WIDTH, (int) height, (int) top, unit, GAP,
      shown->view == HV_FLAME_GROWTH ? "growth" : "");
  if (report->root_below)
    g_string_append (out, " data-root=\"below\"");
  append_state (out, report, stored);
  g_string_append (out, ">\n");
  hv_svg_append_document_title (out, report);
  g_string_append (out, "<style>\n");
  if (!append_resource (out, "/org/heapview/flamegraph.css", error))
    return FALSE;
  g_string_append (out, "</style>\n"
                        "<defs><pattern id=\"hv-new\" width=\"9\" height=\"9\" "
                        "patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">"
                        "<rect class=\"g\" width=\"6\" height=\"9\"/></pattern></defs>\n"
                        "<rect class=\"page\" width=\"100%\" height=\"100%\"/>\n");
  g_string_append_len (out, header->str, (gssize) header->len);
  g_string_append_printf (out,
                          "<svg id=\"hv-frames\" class=\"w%s\" x=\"%d\" y=\"%d\" width=\"%d\" "
                          "height=\"%d\">\n",
                          report->matches != NULL ? " fade" : "", HV_SVG_MARGIN, (int) top,
                          HV_SVG_WIDTH - 2 * HV_SVG_MARGIN, (int) drawn_rows (shown) * ROW_HEIGHT);
  if (shown->n_boxes == 0)
    hv_svg_append_nothing (out, report);
  append_frames (out, &frames);
  g_string_append (out, "</svg>\n<script><![CDATA[\n");
  if (!append_resource (out, "/org/heapview/flamegraph.js", error))
    return FALSE;
  g_string_append (out, "]]></script>\n</svg>\n");
  return TRUE;
}

static gboolean
write_svg (const HvReport *report, GString *out, GError **error)
{
  HvFlameRequest request = {
    .tree = report->tree,
    .diff = report->diff,
    .view = (HvFlameView) report->view,
    .width = HV_SVG_WIDTH - 2 * HV_SVG_MARGIN,
    .gap = GAP,
  };
  gsize start = out->len;

  for (uint32_t max_boxes = MAX_BOXES;;)
    {
      request.max_boxes = max_boxes;
      request.min_width = MIN_STORED;
      request.root = request.forests = 0;
      request.viewport = (HvFlameViewport){ 0 };
      g_autoptr (HvFlameLayout) stored = hv_flame_layout_new (&request);
      /* All that is shown must be stored. */
      request.max_boxes = 0;
      request.min_width = MAX (MIN_VISIBLE, stored->min_width * MAX (report->scale, 1));
      request.root = report->zoom;
      request.forests = report->zoom_forests;
      request.viewport = (HvFlameViewport){ report->scale,
                                            report->left * report->scale * request.width };
      g_autoptr (HvFlameLayout) shown = hv_flame_layout_new (&request);

      if (!write_document (report, out, stored, shown, error))
        return FALSE;
      gsize size = out->len - start;
      if (size <= MAX_BYTES || max_boxes < 64)
        return TRUE;
      g_string_truncate (out, start);
      max_boxes = (uint32_t) (MIN (stored->n_boxes, max_boxes) * 0.95 * MAX_BYTES / (double) size);
    }
}

const HvExporter hv_export_svg = { "svg", write_svg };
