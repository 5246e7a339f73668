/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "export.h"
#include "text-layout.h"

#include "store/units.h"

#include <string.h>

/* Longer names of files are cut in the middle. */
#define NAME_WIDTH 48

static int
by_unresolved (gconstpointer a, gconstpointer b, gpointer user)
{
  const HvProfile *profile = user;
  uint32_t x = *(const uint32_t *) a, y = *(const uint32_t *) b;
  int64_t p = profile->module[x].unresolved, q = profile->module[y].unresolved;

  return p != q ? (p > q ? -1 : 1) : x < y ? -1 : x > y;
}

/* What symbols were found for, and where they were looked for; the costliest gap first. */
static void
append_modules (GString *out, const HvProfile *profile)
{
  int64_t total = hv_profile_total (profile, profile->default_metric);
  g_autoptr (GArray) order = g_array_new (FALSE, FALSE, sizeof (uint32_t));

  for (uint32_t m = 0; m < profile->n_modules; m++)
    if (profile->module[m].status)
      g_array_append_val (order, m);
  g_array_sort_with_data (order, by_unresolved, (gpointer) profile);
  for (guint i = 0; i < order->len; i++)
    {
      const HvModule *module = &profile->module[g_array_index (order, uint32_t, i)];
      g_auto (GStrv) tried = g_strsplit (hv_profile_string (profile, module->tried), "\n", -1);
      g_autoptr (GString) line = g_string_new (NULL);

      g_string_append_printf (line, "%s: %s", hv_profile_string (profile, module->path),
                              hv_profile_string (profile, module->status));
      if (module->verdict != HV_VERDICT_NONE)
        g_string_append_printf (line, ", %s", hv_module_verdict_text (module->verdict));
      if (module->unresolved && total > 0)
        g_string_append_printf (line, ", %.1f %% of the %s without names",
                                100 * (double) module->unresolved / (double) total,
                                hv_metric_title (profile->default_metric));
      if (module->build_id)
        g_string_append_printf (line, ", build id %s",
                                hv_profile_string (profile, module->build_id));
      hv_text_wrap (out, line->str, "");
      for (char **t = tried; *t; t++)
        if (**t)
          {
            hv_text_wrap (out, *t, "    ");
          }
    }
}

static void
append_warnings (GString *out, const HvProfile *profile, gboolean name_file)
{
  for (guint i = 0; i < profile->warnings->len; i++)
    {
      const char *warning = g_ptr_array_index (profile->warnings, i);
      g_autofree char *line = name_file ? g_strdup_printf ("! %s: %s", hv_basename (profile->path),
                                                           warning)
                                        : g_strdup_printf ("! %s", warning);
      hv_text_wrap (out, line, "");
    }
}

/* How many rows are of each of the tree's keys. */
static uint32_t *
count_keys (const HvReport *report, const HvReportRows *rows)
{
  uint32_t *count = g_new0 (uint32_t, MAX (1, report->rows_tree->n_keys));

  for (guint i = 0; i < rows->rows->len; i++)
    {
      uint32_t key = g_array_index (rows->rows, HvDiffRow, i).row.key;
      if (key != HV_NO_KEY)
        count[key]++;
    }
  return count;
}

/* The caller that tells whose doing a row is, or 0: of a standard library's function the program's
 * own one where most of the row comes from it, and of a call path whose innermost frame other rows
 * have too (count_keys()) the next one. */
static uint32_t
telling_caller (const HvTree *tree, const HvRow *row, const uint32_t *of_key)
{
  uint32_t own = hv_tree_own_node (tree, row->node);
  int64_t all = 0, here = 0;

  for (guint side = 0; side < tree->n_sides; side++)
    {
      all += row->self[side][HV_SLOT_COST];
      here += tree->self[side][HV_SLOT_COST][row->node];
    }
  if (own != row->node && here >= all - here)
    return own;
  return tree->options.group == HV_GROUP_STACK && of_key[row->key] > 1 ? tree->parent[row->node]
                                                                       : 0;
}

/* The last two parts of a qualified name: "Vec<…>::reserve" of "alloc::vec::Vec<…>::reserve". */
static const char *
last_parts (const char *name)
{
  const char *last[2] = { name, name };
  int depth = 0;

  for (const char *c = name; *c; c++)
    if (strchr ("<({[", *c))
      depth++;
    else if (strchr (">)}]", *c))
      depth -= depth > 0;
    else if (depth == 0 && c[0] == ':' && c[1] == ':' && c[2])
      {
        last[0] = last[1];
        last[1] = c + 2;
        c++;
      }
  return last[0];
}

/* "function\tfile.c:88", or with the module where the source is not known. */
static char *
where (const HvReport *report, const HvRow *row, const uint32_t *of_key)
{
  const HvTree *tree = report->rows_tree;
  const HvKey *key = row->key == HV_NO_KEY ? NULL : &tree->key[row->key];
  HvGroup group = tree->options.group;
  GString *place = g_string_new (key ? hv_key_short_label (tree, row->key)
                                     : hv_report_row_label (report, row));

  if (key == NULL)
    return g_string_free (place, FALSE);
  if (key->flags & HV_FRAME_SYNTHETIC || !hv_group_is_of_functions (group))
    return g_string_free (place, FALSE);
  uint32_t caller = telling_caller (tree, row, of_key);
  if (caller && hv_category_is_library (key->category))
    {
      /* the names of both need the room, and where in its headers the library allocates helps no
       * one */
      g_string_printf (place, "%s ← %s", last_parts (hv_key_short_label (tree, row->key)),
                       hv_tree_short_label (tree, caller));
      return g_string_free (place, FALSE);
    }
  if (caller)
    g_string_append_printf (place, " ← %s", hv_tree_short_label (tree, caller));
  if (group == HV_GROUP_LINE)
    return g_string_free (place, FALSE);
  if (*key->file && key->line)
    g_string_append_printf (place, "\t%s:%u", hv_basename (key->file), key->line);
  else if (*key->file)
    g_string_append_printf (place, "\t%s", hv_basename (key->file));
  else if (*key->module && *key->function)
    g_string_append_printf (place, "\t%s", hv_basename (key->module));
  return g_string_free (place, FALSE);
}

/* "live 65.9 KiB in 586 blocks", as far as the profile tells. */
static void
append_total (GPtrArray *facts, const HvProfile *p, const char *verb, HvMetric metric,
              const char *when)
{
  HvMetric partner = hv_metric_partner (metric);
  gboolean blocks = partner < HV_N_METRICS && p->column[partner];

  if (p->column[metric] == NULL)
    return;
  g_autofree char *value = hv_format_value (p, metric, hv_profile_total (p, metric));
  g_autofree char *count = blocks ? hv_format_count (hv_profile_total (p, partner)) : g_strdup ("");
  hv_facts_add (facts, "%s %s%s%s%s%s%s", verb, value, blocks ? " in " : "", count,
                blocks ? " " : "",
                !blocks         ? ""
                : p->block_unit ? hv_profile_string (p, p->block_unit)
                                : "blocks",
                when);
}

static void
append_totals (GString *out, const HvProfile *p)
{
  g_autoptr (GPtrArray) facts = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *time = hv_format_time (p, p->peak_time);
  g_autofree char *when = p->peak_time >= 0 ? g_strdup_printf (" at %s", time) : g_strdup ("");

  append_total (facts, p, "peak", HV_METRIC_PEAK_BYTES, when);
  append_total (facts, p, "live", HV_METRIC_LIVE_BYTES,
                p->column[HV_METRIC_PEAK_BYTES] ? " at the end" : "");
  append_total (facts, p, p->byte_unit ? "counted" : "allocated", HV_METRIC_TOTAL_BYTES, "");
  if (p->column[HV_METRIC_TEMPORARY_BLOCKS])
    {
      int64_t temporary = hv_profile_total (p, HV_METRIC_TEMPORARY_BLOCKS);
      g_autofree char *count = hv_format_count (temporary);
      g_autofree char *share = hv_format_percent (temporary,
                                                  hv_profile_total (p, HV_METRIC_TOTAL_BLOCKS));
      hv_facts_add (facts, "temporary %s (%s)", count, share);
    }
  append_total (facts, p, "read", HV_METRIC_READ_BYTES, "");
  append_total (facts, p, "written", HV_METRIC_WRITE_BYTES, "");
  if (p->peak_rss_bytes > 0)
    {
      g_autofree char *rss = hv_format_bytes (p->peak_rss_bytes);
      hv_facts_add (facts, "peak RSS %s", rss);
    }
  if (p->suppressed_bytes > 0)
    {
      g_autofree char *suppressed = hv_format_bytes (p->suppressed_bytes);
      hv_facts_add (facts, "%s of it suppressed as known leaks", suppressed);
    }
  hv_facts_append (out, facts);
}

static void
append_filters (GString *out, const HvReport *report)
{
  const HvTreeOptions *o = &report->tree->options;
  g_autoptr (GPtrArray) line = g_ptr_array_new_with_free_func (g_free);

  if (o->focus)
    hv_facts_add (line, "focus “%s”", o->focus);
  if (o->ignore)
    hv_facts_add (line, "ignore “%s”", o->ignore);
  if (o->hide)
    hv_facts_add (line, "hide “%s”", o->hide);
  if (o->thread)
    hv_facts_add (line, "thread “%s”", o->thread);
  for (guint side = report->tree->n_sides; side-- > 0;)
    if (report->tree->dropped[side])
      {
        const HvTree *tree = report->tree;
        g_autofree char *shown = hv_format_value (report->profile, tree->metric,
                                                  tree->incl[side][0][0]);
        g_autofree char *total = hv_format_value (report->profile, tree->metric, tree->total[side]);
        hv_facts_add (line, "showing %s of %s%s", shown, total,
                      tree->n_sides == 1     ? ""
                      : side == HV_SIDE_BASE ? " of base"
                                             : " of current");
      }
  hv_facts_append (out, line);
}

/* How many functions are not shown, and what that makes of a stack. */
static void
append_folded (GString *out, const HvTree *tree)
{
  const HvTreeFolded *folded = &tree->folded_of[HV_SIDE_CURRENT];
  const struct
  {
    uint32_t n;
    const char *kind;
  } kinds[] = { { folded->allocator, "allocator" },
                { folded->async, "async runtime" },
                { folded->entry, "entry" } };
  g_autoptr (GPtrArray) facts = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GString) counts = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (kinds[i].n)
      {
        g_autofree char *count = hv_format_count (kinds[i].n);
        g_string_append_printf (counts, "%s%s %s", counts->len ? ", " : "", count, kinds[i].kind);
      }
  if (counts->len == 0 || folded->stacks == 0)
    return;
  hv_facts_add (facts, "folded: %s functions", counts->str);
  hv_facts_add (facts, "stacks %.1f → %.1f frames deep",
                (double) folded->frames / (double) folded->stacks,
                (double) folded->shown / (double) folded->stacks);
  hv_facts_append (out, facts);
}

/* "function" for the table's last heading. */
static const char *
group_heading (const HvTree *tree)
{
  return tree->options.group == HV_GROUP_STACK ? "call path, innermost frame"
                                               : hv_group_name (tree->options.group);
}

/* Largest first; equal ones as they came into the tree. */
static int
by_cost (gconstpointer a, gconstpointer b, gpointer user)
{
  const int64_t *cost = user;
  uint32_t x = *(const uint32_t *) a, y = *(const uint32_t *) b;

  if (cost[x] != cost[y])
    return cost[x] > cost[y] ? -1 : 1;
  return (x > y) - (x < y);
}

static void
append_tree (GString *out, const HvReport *report)
{
  const HvTree *tree = report->tree;
  const int64_t *incl = tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST];
  const int64_t *self = tree->self[HV_SIDE_CURRENT][HV_SLOT_COST];
  guint lines = MIN (MAX (report->top, 1), G_MAXUINT / 3) * 3;
  HvTable table;

  /* The heaviest nodes. A node is no heavier than its parent and has a greater id, so a parent
   * comes before its children and paths stay whole. */
  g_autofree uint32_t *order = g_new (uint32_t, tree->n_nodes);
  g_autofree uint8_t *shown = g_new0 (uint8_t, tree->n_nodes);
  for (uint32_t n = 0; n < tree->n_nodes; n++)
    order[n] = n;
  g_qsort_with_data (order + 1, (gint) tree->n_nodes - 1, sizeof *order, by_cost, (gpointer) incl);
  for (uint32_t i = 1; i < tree->n_nodes && i <= lines && incl[order[i]] > 0; i++)
    shown[order[i]] = TRUE;

  hv_table_init (&table, 3);
  hv_table_add (&table, g_strdup ("inclusive"));
  hv_table_add (&table, g_strdup ("share"));
  hv_table_add (&table, g_strdup ("self"));
  hv_table_add (
      &table, g_strdup (tree->options.bottom_up ? "allocated in, then called from" : "call tree"));
  /* each child_start[] is used up as its node's children are passed */
  g_autofree uint32_t *next = g_memdup2 (tree->child_start, tree->n_nodes * sizeof *next);
  guint depth = 0;
  for (uint32_t n = 0;;)
    {
      if (next[n] < tree->child_start[n + 1])
        {
          uint32_t child = tree->child[next[n]++];
          if (!shown[child])
            continue;
          g_autofree char *indent = g_strnfill (MIN (depth, 30), ' ');
          hv_table_add (&table, hv_format_value (report->profile, report->metric, incl[child]));
          hv_table_add (&table, hv_format_percent (incl[child], incl[0]));
          hv_table_add (&table, self[child]
                                    ? hv_format_value (report->profile, report->metric, self[child])
                                    : g_strdup (""));
          hv_table_add (&table, g_strconcat (indent, hv_tree_short_label (tree, child), NULL));
          n = child;
          depth++;
        }
      else if (n == 0)
        break;
      else
        {
          n = tree->parent[n];
          depth--;
        }
    }
  hv_table_append (&table, out, "rrr");
}

static void
append_rows (GString *out, const HvReport *report)
{
  const HvTree *tree = report->tree;
  int64_t whole = tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST][0];
  gboolean blocks = tree->has_partner && hv_metric_is_bytes (tree->metric);
  HvReportRows rows;
  HvTable table;

  hv_report_rows (report, report->top, &rows);
  g_autofree uint32_t *of_key = count_keys (report, &rows);
  hv_table_init (&table, blocks ? 5 : 4);
  hv_table_add (&table, g_strdup ("self"));
  hv_table_add (&table, g_strdup ("share"));
  hv_table_add (&table, g_strdup ("inclusive"));
  hv_table_add (&table, g_strdup ("share"));
  if (blocks)
    hv_table_add (&table, g_strdup ("blocks"));
  hv_table_add (&table, g_strdup (group_heading (tree)));
  for (guint i = 0; i < rows.rows->len; i++)
    {
      const HvRow *row = &g_array_index (rows.rows, HvDiffRow, i).row;
      int64_t self = row->self[HV_SIDE_CURRENT][HV_SLOT_COST];
      int64_t incl = row->incl[HV_SIDE_CURRENT][HV_SLOT_COST];
      hv_table_add (&table, hv_format_value (report->profile, report->metric, self));
      hv_table_add (&table, hv_format_percent (self, whole));
      hv_table_add (&table, hv_format_value (report->profile, report->metric, incl));
      hv_table_add (&table, hv_format_percent (incl, whole));
      if (blocks)
        hv_table_add (&table, hv_format_count (row->self[HV_SIDE_CURRENT][HV_SLOT_PARTNER]));
      hv_table_add (&table, where (report, row, of_key));
    }
  if (rows.rest.n)
    {
      int64_t self = rows.rest.self[HV_SIDE_CURRENT][HV_SLOT_COST];
      g_autofree char *count = hv_format_count (rows.rest.n);
      hv_table_add (&table, hv_format_value (report->profile, report->metric, self));
      hv_table_add (&table, hv_format_percent (self, whole));
      hv_table_add (&table, g_strdup (""));
      hv_table_add (&table, g_strdup (""));
      if (blocks)
        hv_table_add (&table, hv_format_count (rows.rest.self[HV_SIDE_CURRENT][HV_SLOT_PARTNER]));
      hv_table_add (&table, g_strdup_printf ("(%s more)", count));
    }
  hv_table_append (&table, out, "rrrrr");
  hv_report_rows_clear (&rows);
}

static gboolean
write_profile (const HvReport *report, GString *out)
{
  const HvProfile *p = report->profile;
  const HvTree *tree = report->tree;
  g_autofree char *name = hv_text_fit (hv_basename (p->path), NAME_WIDTH);
  g_autofree char *format = hv_report_format_title (p);
  g_autofree char *title = hv_report_metric_title (p, report->metric, report->at);
  g_autofree char *whole = hv_format_value (p, report->metric,
                                            tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST][0]);
  const char *command = hv_profile_string (p, p->command);

  g_string_append_printf (out, "%s   %s", name, format);
  if (p->duration >= 0 && p->time_unit != HV_TIME_NONE)
    {
      g_autofree char *duration = hv_format_time (p, p->duration);
      g_string_append_printf (out, "   ran %s", duration);
    }
  g_string_append_c (out, '\n');
  if (*command)
    {
      g_autofree char *fitted = hv_text_fit (command, HV_TEXT_WIDTH - 2);
      g_string_append_printf (out, "  %s\n", g_strstrip (fitted));
    }
  append_totals (out, p);
  append_warnings (out, p, FALSE);
  if (report->modules)
    append_modules (out, p);

  g_string_append_printf (out, "\n%s %s%s\n", title,
                          tree->options.bottom_up ? "bottom-up"
                          : report->as_tree       ? "top-down"
                                                  : "by ",
                          report->as_tree ? "" : hv_group_name (tree->options.group));
  append_filters (out, report);
  if (tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST][0] == 0)
    {
      g_string_append (out, "  nothing: the total is 0\n");
      return TRUE;
    }
  g_string_append_printf (out, "  %s = 100 %%\n", whole);
  append_folded (out, tree);
  if (report->as_tree)
    append_tree (out, report);
  else
    append_rows (out, report);
  return TRUE;
}

static void
append_side (GString *out, const HvProfile *p, HvMetric metric, uint32_t at, int64_t value,
             const char *which)
{
  g_autofree char *name = hv_text_fit (hv_basename (p->path), NAME_WIDTH);
  g_autofree char *format = hv_report_format_title (p);
  g_autofree char *title = hv_report_metric_title (p, metric, at);
  g_autofree char *text = hv_format_value (p, metric, value);

  g_string_append_printf (out, "%-9s", which);
  g_string_append_printf (out, "%s   %s %s   %s\n", name, text, title, format);
}

static void
append_trunk (GString *out, const HvDiff *diff)
{
  const HvTree *tree = diff->tree;
  g_autoptr (GString) line = g_string_new ("trunk: ");
  g_autoptr (GArray) path = hv_tree_path (tree, diff->trunk_node);
  g_autofree char *share = hv_format_percent ((int64_t) (diff->trunk_share * 1000 + 0.5), 1000);

  if (path->len == 0)
    return;
  guint from = path->len > 6 ? path->len - 6 : 0;
  if (from)
    g_string_append (line, "… → ");
  for (guint i = from; i < path->len; i++)
    {
      g_autofree char *name = hv_text_fit (
          hv_tree_short_label (tree, g_array_index (path, uint32_t, i)), 40);
      g_string_append_printf (line, "%s%s", i > from ? " → " : "", name);
    }
  g_string_append_printf (line, "   (%s of growth)", share);
  hv_text_wrap (out, line->str, "");
}

static void
append_waterfall (GString *out, const HvReport *report)
{
  const HvWaterfall *w = &report->rows_diff->waterfall;
  const struct
  {
    const char *name;
    int64_t value;
    uint32_t paths;
  } parts[] = { { "grew", w->grew, w->n_grew },
                { "new", w->added, w->n_added },
                { "shrunk", -w->shrunk, w->n_shrunk },
                { "gone", -w->gone, w->n_gone } };
  g_autoptr (GPtrArray) line = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *base = hv_format_value (report->profile, report->metric, w->base);
  g_autofree char *current = hv_format_value (report->profile, report->metric, w->current);

  hv_facts_add (line, "base %s", base);
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    if (parts[i].value)
      {
        g_autofree char *value = hv_format_delta (report->profile, report->metric, parts[i].value);
        hv_facts_add (line, "%s %s (%u)", parts[i].name, value, parts[i].paths);
      }
  hv_facts_add (line, "current %s", current);
  hv_facts_append (out, line);
}

/* The count/size reason under the heading "objects": "more", "bigger"; or that the path is new or
 * gone. */
static char *
objects_word (const HvDiffRow *row)
{
  const char *why = hv_why_name (row->why, row->delta < 0);
  const char *blank = strchr (why, ' ');

  if (row->status == HV_STATUS_NEW || row->status == HV_STATUS_GONE)
    return g_strdup (hv_status_name (row->status));
  return blank ? g_strndup (why, (gsize) (blank - why)) : g_strdup (why);
}

/* The rows that are more than noise; the others, and those beyond the limit, are summed below. */
static void
append_diff_rows (GString *out, const HvReport *report, const HvReportRows *rows)
{
  const HvDiff *diff = report->rows_diff;
  const HvTree *tree = diff->tree;
  const HvProfile *p = report->profile;
  gboolean bytes = hv_metric_is_bytes (report->metric);
  gboolean blocks = tree->has_partner && bytes, sampled = tree->variance[0] != NULL;
  int64_t so_far = 0, below = 0;
  guint n_below = 0;
  g_autofree uint32_t *of_key = count_keys (report, rows);
  HvTable table;

  hv_table_init (&table, (guint) (5 + blocks + sampled));
  hv_table_add (&table, g_strdup (bytes ? "Δ bytes" : "Δ"));
  if (sampled)
    hv_table_add (&table, g_strdup ("±"));
  hv_table_add (&table, g_strdup ("cum%"));
  hv_table_add (&table, g_strdup ("base"));
  hv_table_add (&table, g_strdup ("current"));
  if (blocks)
    hv_table_add (&table, g_strdup ("Δ blocks"));
  hv_table_add (&table, g_strdup ("objects"));
  hv_table_add (&table, g_strdup (tree->options.group == HV_GROUP_STACK
                                      ? "where"
                                      : hv_group_name (tree->options.group)));
  for (guint i = 0; i < rows->rows->len; i++)
    {
      const HvDiffRow *row = &g_array_index (rows->rows, HvDiffRow, i);
      if (!row->significant)
        {
          below += row->delta;
          n_below += row->delta != 0;
          continue;
        }
      so_far += MAX (row->delta, 0);
      hv_table_add (&table, hv_format_delta (p, report->metric, row->delta));
      if (sampled)
        hv_table_add (&table, row->error >= 0.5
                                  ? hv_format_value (p, report->metric, (int64_t) row->error)
                                  : g_strdup (""));
      hv_table_add (&table,
                    row->delta > 0 ? hv_format_percent (so_far, diff->growth[0]) : g_strdup (""));
      hv_table_add (&table,
                    row->base ? hv_format_value (p, report->metric, row->base) : g_strdup ("–"));
      hv_table_add (&table, row->current ? hv_format_value (p, report->metric, row->current)
                                         : g_strdup ("–"));
      if (blocks)
        hv_table_add (&table, hv_format_delta (NULL, HV_METRIC_LIVE_BLOCKS, row->delta_partner));
      hv_table_add (&table, objects_word (row));
      hv_table_add (&table, where (report, &row->row, of_key));
    }
  int64_t rest = rows->rest.self[HV_SIDE_CURRENT][HV_SLOT_COST]
                 - rows->rest.self[HV_SIDE_BASE][HV_SLOT_COST];
  const struct
  {
    guint n;
    int64_t delta;
    const char *format;
  } sums[] = { { n_below, below, sampled ? "(%s below the noise)" : "(%s below threshold)" },
               { rows->rest.n, rest, "(%s more)" } };
  for (gsize i = 0; i < G_N_ELEMENTS (sums); i++)
    if (sums[i].n)
      {
        g_autofree char *count = hv_format_count (sums[i].n);
        GString *text = g_string_new (sums[i].format);
        g_string_replace (text, "%s", count, 1);
        hv_table_add (&table, hv_format_delta (p, report->metric, sums[i].delta));
        for (guint c = 1; c < table.n; c++)
          hv_table_add (&table, g_strdup (""));
        hv_table_add (&table, g_string_free (text, FALSE));
      }
  hv_table_append (&table, out,
                   sampled ? (blocks ? "rrrrrrl" : "rrrrrl") : (blocks ? "rrrrrl" : "rrrrl"));
}

static gboolean
write_diff (const HvReport *report, GString *out)
{
  const HvDiff *diff = report->rows_diff;
  const HvWaterfall *w = &diff->waterfall;
  g_autofree char *summary = hv_diff_summary (diff);

  append_side (out, report->base, report->metric, report->base_at, w->base, "base");
  append_side (out, report->profile, report->metric, report->at, w->current, "current");
  append_waterfall (out, report);
  append_filters (out, report);

  g_autofree char *of_base = hv_format_percent ((int64_t) (diff->base_matched * 1000 + 0.5), 1000);
  g_autofree char *of_current = hv_format_percent ((int64_t) (diff->current_matched * 1000 + 0.5),
                                                   1000);
  g_string_append_printf (
      out, "  matched by function%s: %s of base, %s of current\n",
      report->base->modules_known && report->profile->modules_known ? " and module" : "", of_base,
      of_current);
  append_folded (out, report->tree);
  if (hv_diff_matches_badly (diff))
    hv_text_wrap (
        out,
        "! Less than 70 % of the frames are known to both files: they may be of different "
        "programs or builds, or one lacks symbols.",
        "");
  append_warnings (out, report->base, TRUE);
  if (report->base != report->profile)
    append_warnings (out, report->profile, TRUE);
  if (report->modules)
    {
      append_modules (out, report->base);
      if (report->base != report->profile)
        append_modules (out, report->profile);
    }
  g_string_append_c (out, '\n');
  hv_text_wrap (out, summary, "");
  if (w->grew == 0 && w->added == 0 && w->shrunk == 0 && w->gone == 0)
    return TRUE;
  HvReportRows rows;
  hv_report_rows (report, report->top, &rows);
  gboolean any = FALSE;
  for (guint i = 0; i < rows.rows->len; i++)
    any |= g_array_index (rows.rows, HvDiffRow, i).significant;
  if (any)
    append_trunk (out, diff);
  if (w->current < w->base && w->base - w->current > diff->threshold)
    hv_text_wrap (out, "(current is smaller than base: if that is the wrong way round, swap them)",
                  "");
  if (any)
    {
      g_string_append_c (out, '\n');
      append_diff_rows (out, report, &rows);
    }
  hv_report_rows_clear (&rows);
  return TRUE;
}

static gboolean
write_text (const HvReport *report, GString *out, GError **error)
{
  return report->diff ? write_diff (report, out) : write_profile (report, out);
}

const HvExporter hv_export_text = { "txt", write_text };
