/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "svg-tooltip.h"

#include "store/units.h"
#include "svg-text.h"

const char *
hv_svg_box_label (const HvReport *report, const HvFlameLayout *layout, const HvFlameBox *box)
{
  if (box->row > 0)
    return hv_tree_label (report->tree, box->node);
  if (layout->view != HV_FLAME_GROWTH)
    return "all";
  return box->forest == HV_FLAME_GAIN ? "all growth" : "all shrink";
}

const char *
hv_svg_box_function (const HvReport *report, const HvFlameBox *box)
{
  const HvKey *key = &report->tree->key[report->tree->node_key[box->node]];

  return *key->function != '\0' ? key->function : key->label;
}

static void
append_short (GString *out, const char *text, guint max)
{
  g_autofree char *line = hv_svg_shorten (text, max);

  g_string_append (out, line);
}

static void
append_exact (GString *out, const HvReport *report, int64_t value)
{
  g_autofree char *text = hv_format_value (report->profile, report->metric, value);
  g_autofree char *exact = hv_format_count (value);

  g_string_append (out, text);
  if (hv_metric_is_bytes (report->metric) && (value >= 1000 || value <= -1000))
    g_string_append_printf (out, " (%s B)", exact);
}

/* "base → current" with the change in front: "+300 MiB: 20.0 MiB → 320 MiB". */
static void
append_change (GString *out, const HvReport *report, HvMetric metric, int64_t base, int64_t current)
{
  g_autofree char *delta = hv_format_delta (report->profile, metric, current - base);
  g_autofree char *from = hv_format_value (report->profile, metric, base);
  g_autofree char *to = hv_format_value (report->profile, metric, current);

  g_string_append_printf (out, "%s → %s (%s)", from, to, delta);
}

static void
append_shares (GString *out, const HvReport *report, const HvFlameLayout *layout,
               const HvFlameBox *box)
{
  static const char *const whole[] = { "all growth", "all of current", "all of base",
                                       "base and current together" };

  if (box->parent == HV_FLAME_NO_BOX)
    return;
  const HvFlameBox *parent = &layout->box[box->parent];
  g_autofree char *of_all = hv_format_percent (box->value,
                                               hv_flame_layout_total (layout, box->forest));
  g_autofree char *of_parent = hv_format_percent (box->value, parent->value);
  const char *name = report->diff == NULL           ? "all shown"
                     : box->forest == HV_FLAME_LOSS ? "all shrink"
                                                    : whole[layout->view];

  g_string_append_printf (out, "\n%s of %s", of_all, name);
  if (parent->parent != HV_FLAME_NO_BOX)
    {
      g_string_append_printf (out, " · %s of %s ", of_parent,
                              report->tree->options.bottom_up ? "callee" : "caller");
      append_short (out, hv_tree_label (report->tree, parent->node), 60);
    }
}

static void
append_blocks (GString *out, const HvReport *report, uint32_t node)
{
  const HvTree *tree = report->tree;
  HvMetric partner = hv_metric_partner (report->metric);

  if (!tree->has_partner || partner == HV_N_METRICS)
    return;

  gboolean bytes = hv_metric_is_bytes (report->metric);
  int64_t count[HV_N_SIDES] = { 0 }, average[HV_N_SIDES] = { 0 };
  for (guint side = 0; side < tree->n_sides; side++)
    {
      count[side] = tree->incl[side][HV_SLOT_PARTNER][node];
      if (count[side] > 0)
        average[side] = tree->incl[side][HV_SLOT_COST][node] / count[side];
    }
  g_string_append (out, bytes ? "\nblocks: " : "\nbytes: ");
  if (report->diff != NULL)
    append_change (out, report, partner, count[HV_SIDE_BASE], count[HV_SIDE_CURRENT]);
  else
    {
      g_autofree char *text = hv_format_value (report->profile, partner, count[HV_SIDE_CURRENT]);
      g_string_append (out, text);
    }
  if (!bytes)
    return;
  if (report->diff != NULL && count[HV_SIDE_BASE] > 0 && count[HV_SIDE_CURRENT] > 0)
    {
      g_string_append (out, "\naverage block: ");
      append_change (out, report, report->metric, average[HV_SIDE_BASE], average[HV_SIDE_CURRENT]);
    }
  else if (count[HV_SIDE_CURRENT] > 0)
    {
      g_autofree char *text = hv_format_value (report->profile, report->metric,
                                               average[HV_SIDE_CURRENT]);
      g_string_append_printf (out, "\naverage block: %s", text);
    }
}

static void
append_gain_and_loss (GString *out, const HvReport *report, const HvFlameBox *box)
{
  if (box->growth > 0)
    {
      g_autofree char *text = hv_format_delta (report->profile, report->metric, box->growth);
      g_string_append_printf (out, "\n%s %s below this", text,
                              box->cost[HV_SIDE_BASE] == 0 ? "new" : "grown or new");
    }
  if (box->shrink > 0)
    {
      g_autofree char *text = hv_format_delta (report->profile, report->metric, -box->shrink);
      g_string_append_printf (out, "\n%s %s below this", text,
                              box->cost[HV_SIDE_CURRENT] == 0 ? "gone" : "shrunk or gone");
    }
}

/* The first line is the name and the second the place: the script searches them. */
static void
append_words (GString *out, const HvReport *report, const HvFlameLayout *layout,
              const HvFlameBox *box)
{
  const HvTree *tree = report->tree;
  uint32_t key = box->row > 0 ? tree->node_key[box->node] : HV_NO_KEY;

  if (box->merged != 0)
    {
      g_autofree char *count = hv_format_count (box->merged);
      g_string_append_printf (out, "%s narrow %s below ", count,
                              box->merged == 1 ? "frame" : "frames");
      append_short (out, hv_svg_box_label (report, layout, &layout->box[box->parent]),
                    HV_SVG_MAX_NAME);
      g_string_append (out, ", merged\n");
    }
  else if (key == HV_NO_KEY)
    {
      g_string_append (out, hv_svg_box_label (report, layout, box));
      g_string_append_c (out, '\n');
    }
  else
    {
      const HvKey *k = &tree->key[key];

      append_short (out, hv_svg_box_function (report, box), HV_SVG_MAX_NAME);
      g_string_append_c (out, '\n');
      append_short (out, *k->module != '\0' ? hv_basename (k->module) : "unknown module", 80);
      if (*k->file != '\0')
        {
          g_string_append (out, " · ");
          append_short (out, k->file, 120);
          if (k->line != 0)
            g_string_append_printf (out, ":%u", k->line);
        }
    }

  g_string_append_c (out, '\n');
  if (report->diff == NULL)
    append_exact (out, report, box->value);
  else
    {
      append_change (out, report, report->metric, box->cost[HV_SIDE_BASE],
                     box->cost[HV_SIDE_CURRENT]);
      g_autofree char *from = hv_format_count (box->cost[HV_SIDE_BASE]);
      g_autofree char *to = hv_format_count (box->cost[HV_SIDE_CURRENT]);
      if (hv_metric_is_bytes (report->metric))
        g_string_append_printf (out, "\nexactly %s → %s B", from, to);
      append_gain_and_loss (out, report, box);
    }
  append_shares (out, report, layout, box);
  if (box->merged == 0)
    {
      int64_t self = tree->self[HV_SIDE_CURRENT][HV_SLOT_COST][box->node];
      if (report->diff == NULL && !tree->options.bottom_up && self > 0 && self < box->value)
        {
          g_autofree char *text = hv_format_value (report->profile, report->metric, self);
          g_string_append_printf (out, "\nallocated here itself: %s", text);
        }
      append_blocks (out, report, box->node);
    }
}

void
hv_svg_append_tooltip (GString *out, const HvReport *report, const HvFlameLayout *layout,
                       const HvFlameBox *box)
{
  g_autoptr (GString) words = g_string_new (NULL);

  append_words (words, report, layout, box);
  g_string_append (out, "<title>");
  hv_svg_append_escaped (out, words->str);
  g_string_append (out, "</title>");
}
