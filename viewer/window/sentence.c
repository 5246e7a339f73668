/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include "store/units.h"
#include "viewer/widgets/labels.h"

#include "viewer/window/sentence.h"

/* Of a long trunk the end tells most. */
#define MAX_TRUNK 3
#define MAX_PARTS 2
#define MAX_NAME 48

typedef struct
{
  const HvScene *scene;
  char *grow, *shrink; /* "#rrggbb" */
} Writer;

static char *
hex (const GdkRGBA *color)
{
  return g_strdup_printf ("#%02x%02x%02x", (guint) (color->red * 255 + 0.5f),
                          (guint) (color->green * 255 + 0.5f), (guint) (color->blue * 255 + 0.5f));
}

/* Bold, and coloured by the sign; escaped. */
static char *
strong (const Writer *writer, const char *text, gboolean lost)
{
  return g_markup_printf_escaped (
      "<span weight=\"bold\" alpha=\"100%%\" foreground=\"%s\">%s</span>",
      lost ? writer->shrink : writer->grow, text);
}

/* Escaped: a file can name the unit of its bytes. */
static char *
delta (const Writer *writer, int64_t value)
{
  const HvReport *r = &writer->scene->report;
  g_autofree char *text = hv_format_delta (r->profile, r->metric, value);

  return g_markup_escape_text (text, -1);
}

/* The frame's name; a very long one is cut, the sentence has to stay one. */
static char *
frame_name (const HvScene *scene, uint32_t node)
{
  return hv_label_cut (hv_tree_short_label (scene->report.rows_tree, node), MAX_NAME);
}

/* "+299 MiB (more objects)" */
static char *
value_part (const Writer *writer, uint32_t node)
{
  const HvScene *scene = writer->scene;
  g_autofree char *value = delta (writer, scene->report.rows_diff->growth[node]);
  const char *why = "";

  for (guint i = 0; i < scene->rows->len && !*why; i++)
    {
      const HvDiffRow *row = &g_array_index (scene->rows, HvDiffRow, i);
      if (row->row.node == node)
        why = hv_label_why (row);
    }
  if (scene->report.rows_tree->incl[HV_SIDE_BASE][HV_SLOT_COST][node] == 0)
    why = _ ("did not exist in base");
  return *why ? g_strdup_printf ("%s (%s)", value, why) : g_steal_pointer (&value);
}

/* "cache_insert +299 MiB (more objects)" */
static char *
name_part (const Writer *writer, uint32_t node)
{
  g_autofree char *plain = frame_name (writer->scene, node);
  g_autofree char *name = strong (writer, plain, FALSE);
  g_autofree char *value = value_part (writer, node);

  return g_strdup_printf ("%s %s", name, value);
}

/* Where growth divides: the trunk, and its largest branches. */
static void
append_trunk (const Writer *writer, GString *text)
{
  const HvDiff *diff = writer->scene->report.rows_diff;
  const HvTree *tree = diff->tree;
  uint32_t trunk = diff->trunk_node;
  g_autoptr (GArray) path = hv_tree_path (tree, trunk);
  g_autoptr (GString) names = g_string_new (path->len > MAX_TRUNK ? "… › " : "");
  uint32_t part[MAX_PARTS] = { 0 };

  for (guint i = path->len > MAX_TRUNK ? path->len - MAX_TRUNK : 0; i < path->len; i++)
    {
      g_autofree char *name = frame_name (writer->scene, g_array_index (path, uint32_t, i));
      g_string_append_printf (
          names, "%s%s", names->len && !g_str_has_suffix (names->str, "› ") ? " › " : "", name);
    }
  for (uint32_t c = tree->child_start[trunk]; c < tree->child_start[trunk + 1]; c++)
    {
      uint32_t child = tree->child[c];
      if (diff->growth[child] <= 0)
        continue;
      if (!part[0] || diff->growth[child] > diff->growth[part[0]])
        {
          part[1] = part[0];
          part[0] = child;
        }
      else if (!part[1] || diff->growth[child] > diff->growth[part[1]])
        part[1] = child;
    }

  g_autofree char *trunk_name = strong (writer, names->str, FALSE);
  g_autofree char *share = hv_format_percent (diff->growth[trunk], diff->growth[0]);
  g_autofree char *first = part[0] ? name_part (writer, part[0]) : NULL;
  g_autofree char *second = part[1] ? name_part (writer, part[1]) : NULL;
  g_string_append_c (text, ' ');
  if (first && second)
    g_string_append_printf (text,
                            _ ("%s of the growth is under %s; its largest parts are %s and %s."),
                            share, trunk_name, first, second);
  else if (first)
    g_string_append_printf (text, _ ("%s of the growth is under %s, most of it in %s."), share,
                            trunk_name, first);
  else
    {
      g_autofree char *value = value_part (writer, trunk);
      g_string_append_printf (text, _ ("%s of the growth is in %s: %s."), share, trunk_name, value);
    }
}

/* The largest single path, where growth divides at once. */
static void
append_largest (const Writer *writer, GString *text)
{
  const HvDiff *diff = writer->scene->report.rows_diff;
  const GArray *rows = writer->scene->rows;
  const HvDiffRow *row = rows->len ? &g_array_index (rows, HvDiffRow, 0) : NULL;
  if (!row || !row->significant || row->delta <= 0)
    return;

  g_autofree char *share = hv_format_percent (row->delta, diff->growth[0]);
  g_autofree char *part = name_part (writer, row->row.node);
  g_string_append_c (text, ' ');
  g_string_append_printf (text, _ ("The largest part, %s of the growth, is %s."), share, part);
}

static void
append_threshold (const Writer *writer, GString *text)
{
  const GArray *rows = writer->scene->rows;
  guint below = 0;

  for (guint i = 0; i < rows->len; i++)
    {
      const HvDiffRow *row = &g_array_index (rows, HvDiffRow, i);
      below += row->delta != 0 && !row->significant;
    }
  if (!below)
    return;
  g_autofree char *count = hv_format_count (below);
  gboolean sampled = writer->scene->report.rows_tree->variance[HV_SIDE_CURRENT] != NULL;
  g_string_append (text, " <small>");
  g_string_append_printf (text,
                          sampled
                              ? g_dngettext (HV_GETTEXT_PACKAGE, "%s path is below the noise.",
                                             "%s paths are below the noise.", below)
                              : g_dngettext (HV_GETTEXT_PACKAGE, "%s path is below the threshold.",
                                             "%s paths are below the threshold.", below),
                          count);
  g_string_append (text, "</small>");
}

char *
hv_sentence_markup (const HvScene *scene, const HvPalette *palette)
{
  const HvDiff *diff = scene->report.rows_diff;
  const HvWaterfall *w = &diff->waterfall;
  Writer writer = { scene, hex (&palette->grow), hex (&palette->shrink) };
  GString *text = g_string_new (NULL);

  if (w->grew == 0 && w->added == 0 && w->shrunk == 0 && w->gone == 0)
    {
      g_autofree char *plain = hv_format_value (scene->report.profile, scene->report.metric,
                                                w->current);
      g_autofree char *value = g_markup_escape_text (plain, -1);
      g_string_append_printf (text, _ ("No difference: both hold %s in the same call paths."),
                              value);
    }
  else
    {
      g_autofree char *net = w->current == w->base
                                 ? g_strdup (_ ("No change in total"))
                                 : hv_format_delta (scene->report.profile, scene->report.metric,
                                                    w->current - w->base);
      g_autofree char *net_markup = strong (&writer, net, w->current < w->base);
      g_autofree char *up = delta (&writer, w->grew + w->added);
      g_autofree char *down = delta (&writer, -(w->shrunk + w->gone));
      g_string_append_printf (text, _ ("%s (%s grown or new, %s shrunk or gone)."), net_markup, up,
                              down);
      if (diff->trunk_node && diff->growth[0] > 0)
        append_trunk (&writer, text);
      else
        append_largest (&writer, text);
      append_threshold (&writer, text);
    }
  /* "27.6 %" is one word. */
  g_string_replace (text, " %", "\u00a0%", 0);
  g_free (writer.grow);
  g_free (writer.shrink);
  return g_string_free (text, FALSE);
}
