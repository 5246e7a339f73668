/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "svg-header.h"

#include "store/units.h"
#include "svg-text.h"

#include <string.h>

/* Lines of text stay readable, and inside the narrowest window the script lays out for. */
#define TEXT_WIDTH 920
#define INNER_WIDTH (HV_SVG_WIDTH - 2 * HV_SVG_MARGIN)
#define BAR_HEIGHT 30
#define MAX_WARNINGS 3

/* The base name; all of the path where both files of a diff are called the same. */
static void
append_file_name (GString *out, const HvReport *report, const HvProfile *profile)
{
  const char *path = profile->path != NULL ? profile->path : "";
  const HvProfile *other = profile == report->base ? report->profile : report->base;
  gboolean alike = other != NULL && other->path != NULL && strcmp (path, other->path) != 0
                   && strcmp (hv_basename (path), hv_basename (other->path)) == 0;

  if (*path == '\0' || strcmp (path, "-") == 0)
    g_string_append (out, "standard input");
  else
    hv_svg_append_shortened (out, alike ? path : hv_basename (path), 60);
}

/* "jemalloc heap_v2, sampled every 512 KiB · live bytes at the peak · command". */
static void
append_origin (GString *out, const HvReport *report, const HvProfile *profile, uint32_t at)
{
  const char *command = hv_profile_string (profile, profile->command);
  g_autofree char *format = hv_svg_escape_take (hv_report_format_title (profile));
  g_autofree char *metric = hv_svg_escape_take (
      hv_report_metric_title (profile, report->metric, at));

  g_string_append (out, format);
  g_string_append (out, " · ");
  g_string_append (out, metric);
  if (profile->incomplete)
    g_string_append (out, " · the file was cut short");
  if (*command != '\0')
    {
      g_string_append (out, " · ");
      hv_svg_append_shortened (out, command, 70);
    }
}

/* What is measured, in words: "live bytes"; a diff says of each side when. Escaped. */
static char *
metric_words (const HvReport *report, HvMetric metric)
{
  return hv_svg_escape_take (hv_report_metric_title (
      report->profile, metric, report->base != NULL ? HV_AT_END : report->at));
}

/* As above, to follow a value, which names a unit of the file's own itself. */
static char *
metric_words_after_value (const HvReport *report, HvMetric metric)
{
  const char *unit = hv_profile_string (report->profile, report->profile->byte_unit);
  char *words = hv_report_metric_title (report->profile, metric,
                                        report->base != NULL ? HV_AT_END : report->at);

  if (*unit != '\0' && hv_metric_is_bytes (metric) && g_str_has_prefix (words, unit))
    memmove (words, words + strlen (unit), strlen (words + strlen (unit)) + 1);
  return hv_svg_escape_take (g_strstrip (words));
}

static void
append_names (GString *out, const HvReport *report, const char *between)
{
  append_file_name (out, report, report->profile);
  if (report->base == NULL)
    return;
  g_string_append (out, between);
  append_file_name (out, report, report->base);
}

void
hv_svg_append_document_title (GString *out, const HvReport *report)
{
  g_autofree char *words = metric_words (report, report->metric);
  g_string_append (out, "<title>");
  append_names (out, report, " compared with base ");
  g_string_append_printf (out, " – %s</title>\n", words);
  g_string_append (out, "<desc>");
  if (report->diff != NULL)
    {
      g_autofree char *summary = hv_diff_summary (report->diff);
      hv_svg_append_escaped (out, summary);
    }
  else
    {
      g_autofree char *total = hv_svg_escape_take (hv_format_value (
          report->profile, report->metric,
          report->tree->n_nodes ? report->tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST][0] : 0));
      g_string_append_printf (out, "Call tree of %s %s.", total, words);
    }
  g_string_append (out, "</desc>\n");
}

static void
open_text (GString *out, const char *class, double y)
{
  g_string_append_printf (out, "<text class=\"%s\" x=\"%d\" y=\"%d\">", class, HV_SVG_MARGIN,
                          (int) y);
}

static void
append_dropped (GString *out, const HvReport *report)
{
  const HvTree *tree = report->tree;

  for (guint side = 0; side < tree->n_sides; side++)
    if (tree->dropped[side] > 0)
      {
        g_autofree char *shown = hv_svg_escape_take (hv_format_value (
            report->profile, report->metric, tree->total[side] - tree->dropped[side]));
        g_autofree char *all = hv_svg_escape_take (
            hv_format_value (report->profile, report->metric, tree->total[side]));
        g_string_append_printf (out, " · filtered: %s of %s shown%s", shown, all,
                                tree->n_sides < 2         ? ""
                                : side == HV_SIDE_CURRENT ? " of current"
                                                          : " of base");
      }
}

static double
append_total (GString *out, const HvReport *report, double y)
{
  const HvTree *tree = report->tree;
  int64_t value = tree->n_nodes ? tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST][0] : 0;
  g_autofree char *total = hv_svg_escape_take (
      hv_format_value (report->profile, report->metric, value));
  HvMetric partner = hv_metric_partner (report->metric);

  open_text (out, "big", y + 22);
  g_autofree char *words = metric_words_after_value (report, report->metric);
  g_string_append_printf (out, "%s<tspan class=\"dim\"> %s", total, words);
  if (tree->has_partner && partner != HV_N_METRICS && tree->n_nodes)
    {
      int64_t count = tree->incl[HV_SIDE_CURRENT][HV_SLOT_PARTNER][0];
      g_autofree char *text = hv_svg_escape_take (
          hv_format_value (report->profile, partner, count));

      g_autofree char *partner_words = metric_words (report, partner);
      g_string_append_printf (out, " · %s %s", text, partner_words);
      if (hv_metric_is_bytes (report->metric) && count > 0 && report->profile->block_unit == 0)
        {
          g_autofree char *average = hv_svg_escape_take (
              hv_format_value (report->profile, report->metric, value / count));
          g_string_append_printf (out, " · %s a block on average", average);
        }
    }
  g_string_append (out, "</tspan></text>\n");
  return y + 30;
}

/* One segment of the bar; a number that does not fit stands in the equation below it anyway. */
static double
append_segment (GString *out, double x, double scale, int64_t value, const char *class,
                const char *text_class, const char *amount, const char *word)
{
  char number[2][G_ASCII_DTOSTR_BUF_SIZE];
  double width = (double) value * scale, room = width * TEXT_WIDTH - 8;
  g_autofree char *both = g_strdup_printf ("%s %s", amount, word);

  if (value <= 0)
    return x;
  g_string_append_printf (
      out, "<svg x=\"%s%%\" width=\"%s%%\" height=\"%d\"><rect class=\"%s\" %s/>",
      g_ascii_formatd (number[0], sizeof number[0], "%.3f", x * 100),
      g_ascii_formatd (number[1], sizeof number[1], "%.3f", width * 100), BAR_HEIGHT, class,
      strcmp (class, "o") == 0
          ? "x=\"1\" y=\"1\" width=\"100%\" height=\"28\" style=\"width:calc(100% - 2px)\""
          : "width=\"100%\" height=\"30\"");
  if (hv_svg_text_width (amount, 12, TRUE) <= room)
    g_string_append_printf (out, "<text class=\"mid %s\" x=\"50%%\" y=\"19\">%s</text>", text_class,
                            hv_svg_text_width (both, 12, TRUE) <= room ? both : amount);
  g_string_append (out, "</svg>");
  return x + width;
}

static void
append_term (GString *out, const HvReport *report, const char *class, const char *sign,
             int64_t value, const char *name, int64_t paths)
{
  g_autofree char *text = hv_svg_escape_take (
      hv_format_value (report->profile, report->metric, value));
  g_autofree char *count = hv_format_count (paths);

  g_string_append_printf (out, "   <tspan class=\"%s\">%s%s %s</tspan>", value != 0 ? class : "dim",
                          value != 0 ? sign : "", text, name);
  if (paths > 0)
    g_string_append_printf (out, " (%s %s)", count, paths == 1 ? "path" : "paths");
}

static double
append_waterfall (GString *out, const HvReport *report, double y)
{
  g_autofree char *words = metric_words_after_value (report, report->metric);
  const HvWaterfall *w = &report->diff->waterfall;
  const HvProfile *p = report->profile;
  g_autofree char *base = hv_svg_escape_take (hv_format_value (p, report->metric, w->base));
  g_autofree char *current = hv_svg_escape_take (hv_format_value (p, report->metric, w->current));
  g_autofree char *delta = hv_svg_escape_take (
      hv_format_delta (p, report->metric, w->current - w->base));
  int64_t kept = w->base - w->shrunk - w->gone;
  double all = (double) w->base + (double) w->grew + (double) w->added;

  open_text (out, "big", y + 22);
  g_string_append_printf (
      out, "%s → %s  <tspan class=\"%s\">%s</tspan><tspan class=\"dim\"> %s</tspan></text>\n", base,
      current,
      w->current > w->base   ? "gain"
      : w->current < w->base ? "loss"
                             : "dim",
      w->current == w->base ? "no change in total" : delta, words);
  y += 34;
  if (all > 0)
    {
      g_autofree char *kept_text = hv_svg_escape_take (hv_format_value (p, report->metric, kept));
      g_autofree char *grew = hv_svg_escape_take (hv_format_delta (p, report->metric, w->grew));
      g_autofree char *added = hv_svg_escape_take (hv_format_delta (p, report->metric, w->added));
      g_autofree char *shrunk = hv_svg_escape_take (
          hv_format_delta (p, report->metric, -w->shrunk));
      g_autofree char *gone = hv_svg_escape_take (hv_format_delta (p, report->metric, -w->gone));
      double x = 0;

      /* What is only base's at the left, only current's at the right: base and current are each
       * one stretch of the bar. */
      g_string_append_printf (out, "<svg class=\"w\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\">",
                              HV_SVG_MARGIN, (int) y, INNER_WIDTH, BAR_HEIGHT);
      x = append_segment (out, x, 1 / all, w->gone, "o", "loss", gone, "gone");
      x = append_segment (out, x, 1 / all, w->shrunk, "l", "loss", shrunk, "shrunk");
      x = append_segment (out, x, 1 / all, kept, "n", "strong", kept_text, "was there before");
      x = append_segment (out, x, 1 / all, w->grew, "g", "gain", grew, "grew");
      append_segment (out, x, 1 / all, w->added, "new", "gain", added, "new");
      g_string_append (out, "</svg>\n");
      y += BAR_HEIGHT;
    }
  open_text (out, "dim", y + 18);
  g_string_append_printf (out, "base %s", base);
  append_term (out, report, "gain", "+", w->grew, "grew", w->n_grew);
  append_term (out, report, "gain", "+", w->added, "new", w->n_added);
  append_term (out, report, "loss", "−", w->shrunk, "shrunk", w->n_shrunk);
  append_term (out, report, "loss", "−", w->gone, "gone", w->n_gone);
  g_string_append_printf (out, "   = current %s</text>\n", current);
  open_text (out, "dim", y + 36);
  g_string_append_printf (
      out, "by call path, matched by function%s: %.0f %% of base, %.0f %% of current%s</text>\n",
      report->base->modules_known && report->profile->modules_known ? " and module" : "",
      report->diff->base_matched * 100, report->diff->current_matched * 100,
      hv_diff_matches_badly (report->diff)
          ? "<tspan class=\"strong\"> – different programs or builds, or one lacks "
            "symbols?</tspan>"
          : "");
  y += 46;

  g_autofree char *summary = hv_diff_summary (report->diff);
  g_auto (GStrv) lines = hv_svg_wrap_text (summary, TEXT_WIDTH, 14);
  for (char **line = lines; *line != NULL; line++)
    {
      y += 20;
      open_text (out, "say", y);
      hv_svg_append_escaped (out, *line);
      g_string_append (out, "</text>\n");
    }
  return y + 4;
}

/* Widths are DejaVu Sans', so the entries stand a little apart in narrower faces. */
static double
append_legend_entry (GString *out, double x, double y, const char *class, const char *text)
{
  if (class != NULL)
    {
      gboolean outline = strcmp (class, "o") == 0;

      g_string_append_printf (
          out, "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>", class,
          (int) x + outline, (int) y - 10 + outline, 18 - 2 * outline, 12 - 2 * outline);
      x += 24;
    }
  g_string_append_printf (out, "<text class=\"dim\" x=\"%d\" y=\"%d\">%s</text>", (int) x, (int) y,
                          text);
  return x + hv_svg_text_width (text, 12, FALSE) + 16;
}

/* What the colours of one profile's frames tell apart. */
static void
append_origins (GString *out, const HvReport *report, double x, double y)
{
  gboolean by_module = report->color_by == HV_COLOR_BY_MODULE;
  const HvTree *tree = report->tree;

  if (report->color_by == HV_COLOR_BY_NONE)
    return;
  x = append_legend_entry (
      out, x, y, NULL,
      by_module ? "colour = module; shade = file, function"
                : "colour = crate or namespace, without one the module; shade = file, function");
  for (uint32_t k = 0; k < tree->n_keys; k++)
    if (!*(by_module ? tree->key[k].module : tree->key[k].origin))
      {
        append_legend_entry (out, x, y, "n", "origin unknown");
        return;
      }
}

/* Two lines: the colours, then what the width says. */
static void
append_legend (GString *out, const HvReport *report, HvFlameView view, double y)
{
  g_autofree char *words = metric_words (report, report->metric);
  static const char *const widths[HV_N_FLAME_VIEWS] = {
    [HV_FLAME_GROWTH] = "growth at the left, shrink at the right, on one scale",
    [HV_FLAME_CURRENT] = "current",
    [HV_FLAME_BASE] = "base",
    [HV_FLAME_OVERLAY] = "the larger of base and current, by call path",
  };
  static const struct
  {
    const char *class, *text;
  } entries[HV_N_FLAME_VIEWS][5] = {
    [HV_FLAME_GROWTH] = { { "g", "share that grew" },
                          { "new", "new" },
                          { "l", "share that shrank" },
                          { "o", "gone" },
                          { "n", "was there before" } },
    [HV_FLAME_CURRENT] = { { "g", "share that grew" },
                           { "new", "new" },
                           { "n", "was there before" } },
    [HV_FLAME_BASE] = { { "l", "share that shrank" }, { "o", "gone" }, { "n", "is still there" } },
    [HV_FLAME_OVERLAY] = { { "n", "in both" },
                           { "new", "more in current" },
                           { "o", "more in base" } },
  };
  double x = HV_SVG_MARGIN;

  if (report->diff == NULL)
    {
      append_origins (out, report, x, y);
      g_string_append_printf (out, "<text class=\"dim\" x=\"%d\" y=\"%d\">width = %s %s</text>",
                              HV_SVG_MARGIN, (int) y + 20, words,
                              report->tree->options.bottom_up
                                  ? "of what is allocated in the first row; callers are below"
                                  : "there and in all that is called from there");
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (entries[view]) && entries[view][i].class != NULL; i++)
    x = append_legend_entry (out, x, y, entries[view][i].class, entries[view][i].text);
  g_string_append_printf (out, "<text class=\"dim\" x=\"%d\" y=\"%d\">width = %s (%s)%s</text>",
                          HV_SVG_MARGIN, (int) y + 20, widths[view], words,
                          report->tree->options.bottom_up ? "; callers are below" : "");
}

/* What the importer had to say, so that the picture does not promise more than the file holds. */
static double
append_warnings (GString *out, const HvReport *report, double y)
{
  const HvProfile *const sides[HV_N_SIDES] = { report->profile, report->base };

  for (guint side = 0; side < HV_N_SIDES; side++)
    for (guint i = 0; sides[side] != NULL && sides[side]->warnings != NULL
                      && i < MIN (sides[side]->warnings->len, MAX_WARNINGS);
         i++)
      {
        if (side == HV_SIDE_BASE && report->base == report->profile)
          break;
        y += 18;
        open_text (out, "warning", y);
        g_string_append (out, report->base == NULL      ? "! "
                              : side == HV_SIDE_CURRENT ? "! current: "
                                                        : "! base: ");
        hv_svg_append_shortened (out, g_ptr_array_index (sides[side]->warnings, i), 150);
        g_string_append (out, "</text>\n");
      }
  return y;
}

double
hv_svg_append_header (GString *out, const HvReport *report, HvFlameView view, const char *status)
{
  double y = 30;

  open_text (out, "title", y);
  append_names (out, report, "<tspan class=\"dim\"> compared with base </tspan>");
  g_string_append (out, "</text>\n");
  for (guint side = 0; side < (report->base != NULL ? 2 : 1); side++)
    {
      y += 18;
      open_text (out, "dim", y);
      if (report->base != NULL)
        g_string_append (out, side == HV_SIDE_CURRENT ? "current: " : "base: ");
      append_origin (out, report, side == HV_SIDE_BASE ? report->base : report->profile,
                     side == HV_SIDE_BASE ? report->base_at : report->at);
      if (side == HV_SIDE_CURRENT)
        append_dropped (out, report);
      g_string_append (out, "</text>\n");
    }
  y = append_warnings (out, report, y) + 4;
  y = report->diff != NULL ? append_waterfall (out, report, y) : append_total (out, report, y);

  y += 12;
  g_string_append_printf (out,
                          "<line class=\"line\" x1=\"0\" x2=\"100%%\" y1=\"%.1f\" y2=\"%.1f\"/>\n",
                          (int) y + 0.5, (int) y + 0.5);
  if (status == NULL)
    return (int) y + 12;
  y += 26;
  g_string_append (out, "<g id=\"hv-legend\">");
  append_legend (out, report, view, y);
  g_string_append (out, "</g>\n");
  y += 40;
  g_string_append_printf (out, "<text id=\"hv-status\" class=\"dim\" x=\"%d\" y=\"%d\">%s</text>\n",
                          HV_SVG_MARGIN, (int) y, status);
  return (int) y + 12;
}

void
hv_svg_append_nothing (GString *out, const HvReport *report)
{
  g_autofree char *words = metric_words (report, report->metric);
  g_string_append (out, "<text class=\"friendly\" x=\"0\" y=\"28\">");
  if (report->diff == NULL)
    g_string_append_printf (out, "Nothing to draw: this profile has no %s at this moment.", words);
  else if (report->view == HV_VIEW_GROWTH)
    g_string_append (out, "Nothing grew and nothing shrank.");
  else
    g_string_append_printf (out, "Nothing to draw: no %s here.", words);
  g_string_append (out, "</text>\n");
}
