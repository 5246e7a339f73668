/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/scene.h"

#include <string.h>

HvProfiles *
hv_profiles_new (HvProfile *current, HvProfile *base)
{
  HvProfiles *profiles = g_atomic_rc_box_new0 (HvProfiles);
  profiles->current = current;
  profiles->base = base;
  return profiles;
}

HvProfiles *
hv_profiles_ref (HvProfiles *profiles)
{
  return g_atomic_rc_box_acquire (profiles);
}

static void
profiles_clear (gpointer data)
{
  HvProfiles *profiles = data;
  if (profiles->base != profiles->current)
    g_clear_pointer (&profiles->base, hv_profile_free);
  g_clear_pointer (&profiles->current, hv_profile_free);
}

void
hv_profiles_unref (HvProfiles *profiles)
{
  g_atomic_rc_box_release_full (profiles, profiles_clear);
}

HvScene *
hv_scene_new (HvProfiles *profiles, const HvQuestion *q, GError **error)
{
  g_autoptr (HvScene) scene = g_atomic_rc_box_new0 (HvScene);
  gboolean swapped = q->swapped && profiles->base;
  HvReport *report = &scene->report;

  scene->profiles = hv_profiles_ref (profiles);
  scene->question = *q;
  report->profile = swapped ? profiles->base : profiles->current;
  report->base = swapped ? profiles->current : profiles->base;
  report->at = swapped ? q->base_at : q->at;
  report->base_at = swapped ? q->at : q->base_at;
  report->metric = q->metric;
  report->view = HV_VIEW_GROWTH;
  report->top = 20;
  if (report->base)
    {
      scene->diff = hv_diff_new (report->base, report->base_at, report->profile, report->at,
                                 q->metric, &q->options, error);
      if (!scene->diff)
        return NULL;
      scene->rows = hv_diff_rows (scene->diff);
      report->diff = report->rows_diff = scene->diff;
      report->tree = report->rows_tree = scene->diff->tree;
    }
  else
    {
      scene->tree = hv_tree_new (report->profile, q->metric, report->at, &q->options, error);
      if (!scene->tree)
        return NULL;
      scene->sites = hv_tree_rows (scene->tree);
      report->tree = report->rows_tree = scene->tree;
    }
  return g_steal_pointer (&scene);
}

HvScene *
hv_scene_ref (HvScene *scene)
{
  return g_atomic_rc_box_acquire (scene);
}

static void
scene_clear (gpointer data)
{
  HvScene *scene = data;
  g_clear_pointer (&scene->rows, g_array_unref);
  g_clear_pointer (&scene->sites, g_array_unref);
  g_clear_pointer (&scene->diff, hv_diff_free);
  g_clear_pointer (&scene->tree, hv_tree_free);
  g_clear_pointer (&scene->profiles, hv_profiles_unref);
}

void
hv_scene_unref (HvScene *scene)
{
  g_atomic_rc_box_release_full (scene, scene_clear);
}

const HvKey *
hv_scene_key (const HvScene *scene, uint32_t node)
{
  const HvTree *tree = scene->report.tree;
  if (node >= tree->n_nodes || tree->node_key[node] >= tree->n_keys)
    return NULL;
  return &tree->key[tree->node_key[node]];
}

static gboolean
same_key (const HvKey *a, const HvKey *b)
{
  return a && b && strcmp (a->label, b->label) == 0 && strcmp (a->module, b->module) == 0;
}

uint32_t
hv_scene_find_like (const HvScene *scene, const HvScene *other, uint32_t node)
{
  const HvTree *tree = scene->report.tree;

  if (scene == other)
    return node;
  if (!node || node >= other->report.tree->n_nodes)
    return 0;

  g_autoptr (GArray) path = hv_tree_path (other->report.tree, node);
  uint32_t at = 0;
  for (guint i = 0; i < path->len; i++)
    {
      const HvKey *wanted = hv_scene_key (other, g_array_index (path, uint32_t, i));
      uint32_t next = 0;
      for (uint32_t c = tree->child_start[at]; c < tree->child_start[at + 1] && !next; c++)
        if (same_key (hv_scene_key (scene, tree->child[c]), wanted))
          next = tree->child[c];
      if (!next)
        break;
      at = next;
    }
  return at;
}
