/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include <glib/gstdio.h>
#include <sys/stat.h>

#include "store/units.h"
#include "viewer/widgets/source-answer.h"

/* --- the tree by line --- */

HvLineTree *
hv_line_tree_ref (HvLineTree *lines)
{
  return g_atomic_rc_box_acquire (lines);
}

static void
line_tree_clear (gpointer data)
{
  HvLineTree *lines = data;
  g_clear_pointer (&lines->tree, hv_tree_free);
  g_clear_pointer (&lines->scene, hv_scene_unref);
}

void
hv_line_tree_unref (HvLineTree *lines)
{
  g_atomic_rc_box_release_full (lines, line_tree_clear);
}

static HvLineTree *
line_tree_new (HvScene *scene, GError **error)
{
  const HvReport *r = &scene->report;
  HvTreeOptions options = scene->question.options;

  options.group = HV_GROUP_LINE;
  options.bottom_up = FALSE;
  HvTree *tree = r->base ? hv_tree_new_pair (r->base, r->base_at, r->profile, r->at, r->metric,
                                             &options, error)
                         : hv_tree_new (r->profile, r->metric, r->at, &options, error);
  if (!tree)
    return NULL;
  HvLineTree *lines = g_atomic_rc_box_new0 (HvLineTree);
  lines->scene = hv_scene_ref (scene);
  lines->tree = tree;
  return lines;
}

/* --- the answer --- */

static gboolean
is_newer (const HvSourceFile *file, const char *dump)
{
  GStatBuf info;
  return dump && g_stat (dump, &info) == 0 && S_ISREG (info.st_mode)
         && file->modified > info.st_mtime;
}

static void
find_file (HvSourceAnswer *answer, const char *module, const GPtrArray *mappings)
{
  const HvProfile *profile = answer->by_line->scene->report.profile;
  const HvSourceQuestion question = { .recorded = answer->recorded,
                                      .dump = profile->path,
                                      .module = module,
                                      .mappings = mappings,
                                      .home = g_get_home_dir () };
  g_autoptr (GPtrArray) places = hv_source_places (&question);
  g_autoptr (GString) tried = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  answer->file = hv_source_file_find (places, tried, &error);
  if (answer->file)
    answer->newer = is_newer (answer->file, profile->path);
  else
    answer->problem = g_strdup (error->message);
  answer->tried = g_string_free (g_steal_pointer (&tried), FALSE);
}

HvSourceAnswer *
hv_source_answer_new (HvScene *scene, uint32_t node, HvLineTree *known, const GPtrArray *mappings,
                      GError **error)
{
  HvLineTree *lines = known && known->scene == scene ? hv_line_tree_ref (known)
                                                     : line_tree_new (scene, error);
  if (!lines)
    return NULL;

  HvSourceAnswer *answer = g_new0 (HvSourceAnswer, 1);
  answer->by_line = lines;
  answer->node = hv_source_node (lines->tree, scene->report.tree, node);
  const HvKey *key = answer->node ? &lines->tree->key[lines->tree->node_key[answer->node]]
                                  : hv_scene_key (scene, node);
  answer->recorded = g_strdup (key ? key->file : "");
  answer->line = key ? key->line : 0;
  if (*answer->recorded)
    {
      answer->lines = hv_source_lines_new (lines->tree, answer->recorded);
      find_file (answer, key->module, mappings);
    }
  return answer;
}

void
hv_source_answer_free (HvSourceAnswer *answer)
{
  if (!answer)
    return;
  hv_source_lines_free (answer->lines);
  hv_source_file_free (answer->file);
  hv_line_tree_unref (answer->by_line);
  g_free (answer->recorded);
  g_free (answer->problem);
  g_free (answer->tried);
  g_free (answer);
}

/* --- numbers --- */

static const HvReport *
report_of (const HvSourceAnswer *answer)
{
  return &answer->by_line->scene->report;
}

static int64_t
delta_of (const HvSourceLine *line)
{
  return line->incl[HV_SIDE_CURRENT][HV_SLOT_COST] - line->incl[HV_SIDE_BASE][HV_SLOT_COST];
}

guint
hv_source_answer_n_columns (const HvSourceAnswer *answer)
{
  return report_of (answer)->base ? 3 : 2;
}

const char *
hv_source_answer_column_title (const HvSourceAnswer *answer, guint column)
{
  if (!report_of (answer)->base)
    return column == 0 ? _ ("Inclusive") : _ ("Self");
  return column == 0 ? _ ("Base") : column == 1 ? _ ("Current") : "Δ";
}

char *
hv_source_answer_column_text (const HvSourceAnswer *answer, const HvSourceLine *line, guint column)
{
  const HvReport *r = report_of (answer);
  int64_t value;

  if (!r->base)
    value = column == 0 ? line->incl[HV_SIDE_CURRENT][HV_SLOT_COST]
                        : line->self[HV_SIDE_CURRENT][HV_SLOT_COST];
  else if (column == 2)
    return delta_of (line) ? hv_format_delta (r->profile, r->metric, delta_of (line))
                           : g_strdup ("");
  else
    value = line->incl[column == 0 ? HV_SIDE_BASE : HV_SIDE_CURRENT][HV_SLOT_COST];
  return value ? hv_format_value (column == 0 && r->base ? r->base : r->profile, r->metric, value)
               : g_strdup ("");
}

/* Of which a line is a share: everything, or all that grew (or was lost). */
static int64_t
whole_of (const HvSourceAnswer *answer, gboolean loss)
{
  const HvScene *scene = answer->by_line->scene;

  if (scene->diff)
    return loss ? scene->diff->shrink[0] : scene->diff->growth[0];
  return scene->report.tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST][0];
}

double
hv_source_answer_share (const HvSourceAnswer *answer, const HvSourceLine *line)
{
  int64_t part = report_of (answer)->base ? delta_of (line)
                                          : line->incl[HV_SIDE_CURRENT][HV_SLOT_COST];
  int64_t whole = whole_of (answer, part < 0);

  return whole > 0 ? CLAMP ((double) part / (double) whole, -1, 1) : 0;
}

/* "current (base … , Δ)" or "value (share of all)". */
static char *
inclusive_text (const HvSourceAnswer *answer, const HvSourceLine *line)
{
  const HvReport *r = report_of (answer);
  int64_t value = line->incl[HV_SIDE_CURRENT][HV_SLOT_COST];
  g_autofree char *current = hv_format_value (r->profile, r->metric, value);

  if (r->base)
    {
      int64_t change = delta_of (line);
      g_autofree char *base = hv_format_value (r->base, r->metric,
                                               line->incl[HV_SIDE_BASE][HV_SLOT_COST]);
      g_autofree char *delta = hv_format_delta (r->profile, r->metric, change);
      return g_strdup_printf (_ ("%s (base %s, current %s)"), delta, base, current);
    }
  g_autofree char *share = hv_format_percent (value, whole_of (answer, FALSE));
  return g_strdup_printf (_ ("%s (%s of shown)"), current, share);
}

static char *
self_text (const HvSourceAnswer *answer, const HvSourceLine *line)
{
  const HvReport *r = report_of (answer);
  int64_t self = line->self[HV_SIDE_CURRENT][HV_SLOT_COST];

  if (r->base)
    return hv_format_delta (r->profile, r->metric, self - line->self[HV_SIDE_BASE][HV_SLOT_COST]);
  return hv_format_value (r->profile, r->metric, self);
}

char *
hv_source_answer_line_text (const HvSourceAnswer *answer, guint number)
{
  const HvSourceLine *line = answer->lines ? hv_source_lines_find (answer->lines, number) : NULL;

  if (!line)
    return g_strdup_printf (_ ("line %u: nothing"), number);
  g_autofree char *inclusive = inclusive_text (answer, line);
  g_autofree char *self = self_text (answer, line);
  /* Translators: a line of source code; bytes allocated by it and by what it calls, then by itself
   */
  return g_strdup_printf (_ ("line %u: %s, itself %s"), number, inclusive, self);
}

char *
hv_source_answer_file_text (const HvSourceAnswer *answer)
{
  if (!answer->lines)
    return g_strdup ("");
  g_autofree char *inclusive = inclusive_text (answer, &answer->lines->file);
  g_autofree char *self = self_text (answer, &answer->lines->file);
  /* Translators: bytes of all call paths through a source file; bytes its own lines allocate */
  return g_strdup_printf (_ ("this file: %s, its own lines %s"), inclusive, self);
}
