/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include "store/units.h"
#include "viewer/window/profile-view-private.h"

/* What is said of a search, of several selected frames, and of what the pointer is on. */

/* So much of it is always in sight. */
#define STATUS_CHARS 60

static void
append_matches (HvProfileView *self, GString *text)
{
  const HvReport *r = &self->scene->report;
  const HvSearch *search = self->search;

  if (!search->nodes->len)
    {
      g_string_append (text, _ ("no match"));
      return;
    }
  int64_t all = self->scene->diff ? self->scene->diff->growth[0]
                                  : r->tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST][0];
  g_autofree char *value = self->scene->diff
                               ? hv_format_delta (r->profile, r->metric, search->value)
                               : hv_format_value (r->profile, r->metric, search->value);
  g_autofree char *share = hv_format_percent (search->value, all);
  g_autofree char *count = hv_format_count (search->nodes->len);
  g_string_append_printf (
      text, self->scene->diff ? _ ("matched %s (%s of growth)") : _ ("matched %s (%s of shown)"),
      value, share);
  if (search->loss)
    {
      g_autofree char *loss = hv_format_delta (r->profile, r->metric, -search->loss);
      g_string_append_printf (text, ", %s", loss);
    }
  g_string_append (text, " · ");
  g_string_append_printf (
      text, g_dngettext (HV_GETTEXT_PACKAGE, "%s frame", "%s frames", search->nodes->len), count);
  if (self->match)
    g_string_append_printf (text, " · %u/%s", self->match, count);
}

/* Where more than one is selected: boxes inside of others count once. */
static void
append_selection (HvProfileView *self, GString *text, GArray *nodes)
{
  const HvReport *r = &self->scene->report;
  const HvDiff *diff = self->scene->diff;
  guint n = nodes->len;
  int64_t value = 0, loss = 0;

  hv_tree_keep_outermost (r->tree, nodes);
  for (guint i = 0; i < nodes->len; i++)
    {
      uint32_t node = g_array_index (nodes, uint32_t, i);
      value += diff ? diff->growth[node] : r->tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST][node];
      loss += diff ? diff->shrink[node] : 0;
    }
  g_autofree char *sum = diff ? hv_format_delta (r->profile, r->metric, value)
                              : hv_format_value (r->profile, r->metric, value);
  g_autofree char *share = hv_format_percent (
      value, diff ? diff->growth[0] : r->tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST][0]);
  g_string_append_printf (
      text, diff ? _ ("%u selected: %s (%s of growth)") : _ ("%u selected: %s (%s of shown)"), n,
      sum, share);
  if (loss)
    {
      g_autofree char *lost = hv_format_delta (r->profile, r->metric, -loss);
      g_string_append_printf (text, ", %s", lost);
    }
}

void
hv_profile_view_show_status_line (HvProfileView *self)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GArray) nodes = hv_flame_graph_get_selection (self->flame);

  if (self->search)
    append_matches (self, text);
  if (nodes->len > 1)
    {
      if (text->len)
        g_string_append (text, " · ");
      append_selection (self, text, nodes);
    }
  gtk_label_set_text (self->match_total, text->str);
  /* It takes a line of its own rather than hide the count. */
  gtk_label_set_width_chars (self->match_total,
                             (int) MIN (g_utf8_strlen (text->str, -1), STATUS_CHARS));
}

/* The function wherever it is: what all its highlighted boxes hold, nested ones counted once, and
 * in a diff how much more that is than it was. */
void
hv_profile_view_show_pointed (HvProfileView *self, uint32_t node)
{
  const HvKey *key = self->scene ? hv_scene_key (self->scene, node) : NULL;
  const HvTree *tree = self->scene ? self->scene->report.tree : NULL;
  g_autofree char *text = NULL;

  if (key)
    {
      const HvReport *r = &self->scene->report;
      g_autofree guint8 *covered = g_malloc0 (tree->n_nodes);
      const int64_t *now = tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST];
      const int64_t *then = r->diff ? tree->incl[HV_SIDE_BASE][HV_SLOT_COST] : NULL;
      int64_t sum = 0, before = 0;
      guint n = 0;
      for (uint32_t i = 1; i < tree->n_nodes; i++)
        {
          gboolean above = covered[tree->parent[i]],
                   same = tree->node_key[i] == tree->node_key[node];
          covered[i] = above || same;
          n += same;
          sum += same && !above ? now[i] : 0;
          before += same && !above && then ? then[i] : 0;
        }
      g_autofree char *held = hv_format_value (r->profile, r->metric, sum);
      g_autofree char *delta = then ? hv_format_delta (r->profile, r->metric, sum - before) : NULL;
      g_autofree char *value = delta ? g_strdup_printf ("%s (%s)", held, delta)
                                     : g_steal_pointer (&held);
      g_autofree char *count = hv_format_count (n);
      text = g_strdup_printf (
          g_dngettext (HV_GETTEXT_PACKAGE, "%s · %s in %s frame", "%s · %s in %s frames", n),
          key->short_label, value, count);
    }
  gtk_label_set_text (self->pointed, text ? text : "");
}
