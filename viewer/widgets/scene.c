/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/scene.h"

#include "importers/symbols/rules.h"
#include "store/transform.h"

#include <string.h>

/* Of a large tree, where a call path is sought in it. */
#define MAX_LOOKED_AT 20000

/* Told apart by colour and label: more would be neither. */
#define MAX_CONSUMERS 8

HvProfiles *
hv_profiles_new (HvProfile *current, HvProfile *base)
{
  HvProfiles *profiles = g_atomic_rc_box_new0 (HvProfiles);
  profiles->current = current;
  profiles->base = base;
  profiles->has_consumers = base || current->n_moments < 2;
  g_rw_lock_init (&profiles->lock);
  g_mutex_init (&profiles->consumers_lock);
  g_mutex_init (&profiles->shape_lock);
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
  g_clear_pointer (&profiles->consumers, hv_consumers_free);
  g_clear_pointer (&profiles->kept, hv_overview_unref);
  g_clear_pointer (&profiles->shape, hv_tree_shape_unref);
  if (profiles->base != profiles->current)
    g_clear_pointer (&profiles->base, hv_profile_free);
  g_clear_pointer (&profiles->current, hv_profile_free);
  g_rw_lock_clear (&profiles->lock);
  g_mutex_clear (&profiles->consumers_lock);
  g_mutex_clear (&profiles->shape_lock);
}

void
hv_profiles_unref (HvProfiles *profiles)
{
  g_atomic_rc_box_release_full (profiles, profiles_clear);
}

void
hv_profiles_follow_rules (HvProfiles *profiles)
{
  g_clear_pointer (&profiles->kept, hv_overview_unref);
  g_atomic_int_set (&profiles->rules_changed, TRUE);
}

static void
apply_rules (HvProfiles *profiles)
{
  g_autoptr (GRWLockWriterLocker) locker = g_rw_lock_writer_locker_new (&profiles->lock);

  if (!g_atomic_int_compare_and_exchange (&profiles->rules_changed, TRUE, FALSE))
    return;
  g_clear_pointer (&profiles->shape, hv_tree_shape_unref);
  hv_rules_apply (profiles->current);
  if (profiles->base && profiles->base != profiles->current)
    hv_rules_apply (profiles->base);
}

static gpointer
find_consumers (gpointer data)
{
  HvProfiles *profiles = data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&profiles->consumers_lock);

  if (!g_atomic_int_get (&profiles->has_consumers))
    profiles->consumers = hv_consumers_new (profiles->current, MAX_CONSUMERS);
  g_atomic_int_set (&profiles->has_consumers, TRUE);
  return NULL;
}

const HvConsumers *
hv_profiles_get_consumers (HvProfiles *profiles)
{
  return g_atomic_int_get (&profiles->has_consumers) ? profiles->consumers : NULL;
}

/* The key of `to` for each of `from`: two trees of one question number them differently. */
static uint32_t *
map_keys (const HvTree *from, const HvTree *to)
{
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  uint32_t *map = g_new (uint32_t, MAX (1, from->n_keys));

  for (uint32_t i = 0; i < to->n_keys; i++)
    g_hash_table_insert (known, g_strconcat (to->key[i].label, "\n", to->key[i].module, NULL),
                         GUINT_TO_POINTER (i));
  for (uint32_t i = 0; i < from->n_keys; i++)
    {
      g_autofree char *name = g_strconcat (from->key[i].label, "\n", from->key[i].module, NULL);
      gpointer value;
      map[i] = g_hash_table_lookup_extended (known, name, NULL, &value) ? GPOINTER_TO_UINT (value)
                                                                        : HV_NO_KEY;
    }
  return map;
}

/* In a bottom-up tree a row's call path is read from its innermost frame. */
static void
map_rows (HvScene *scene)
{
  const HvTree *from = scene->report.rows_tree, *to = scene->report.tree;
  guint n = scene->rows ? scene->rows->len : scene->sites->len;
  g_autofree uint32_t *key = map_keys (from, to);
  g_autofree uint32_t *top = g_new0 (uint32_t, MAX (1, to->n_keys)); /* the root's children */

  scene->row_node = g_new0 (uint32_t, MAX (1, n));
  for (uint32_t c = to->child_start[0]; c < to->child_start[1]; c++)
    top[to->node_key[to->child[c]]] = to->child[c];
  for (guint i = 0; i < n; i++)
    {
      const HvRow *row = scene->rows ? &g_array_index (scene->rows, HvDiffRow, i).row
                                     : &g_array_index (scene->sites, HvRow, i);
      uint32_t at = 0;
      for (uint32_t node = row->node; node; node = from->parent[node])
        {
          uint32_t wanted = key[from->node_key[node]], next = 0;
          if (wanted != HV_NO_KEY && !at)
            next = top[wanted];
          for (uint32_t c = to->child_start[at]; at && c < to->child_start[at + 1] && !next; c++)
            if (to->node_key[to->child[c]] == wanted)
              next = to->child[c];
          if (!next)
            break;
          at = next;
        }
      scene->row_node[i] = at;
    }
}

gboolean
hv_question_equal (const HvQuestion *a, const HvQuestion *b)
{
  const HvTreeOptions *x = &a->options, *y = &b->options;

  return a->metric == b->metric && a->at == b->at && a->base_at == b->base_at
         && a->moments == b->moments && a->swapped == b->swapped && x->group == y->group
         && x->all_frames == y->all_frames && x->bottom_up == y->bottom_up
         && x->transforms == y->transforms && g_strcmp0 (x->focus, y->focus) == 0
         && g_strcmp0 (x->ignore, y->ignore) == 0 && g_strcmp0 (x->hide, y->hide) == 0
         && g_strcmp0 (x->thread, y->thread) == 0;
}

/* What was worked out for such a question, to be freed; NULL: nothing. */
static HvTreeShape *
find_shape (HvProfiles *profiles, const HvTreeOptions *options)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&profiles->shape_lock);

  return profiles->shape && hv_tree_shape_fits (profiles->shape, profiles->current, options)
             ? hv_tree_shape_ref (profiles->shape)
             : NULL;
}

void
hv_profiles_prepare (HvProfiles *profiles, const HvQuestion *question)
{
  g_autoptr (GRWLockReaderLocker) locker = g_rw_lock_reader_locker_new (&profiles->lock);
  g_autoptr (HvTreeShape) shape = find_shape (profiles, &question->options);

  if (shape || profiles->current->n_moments < 2
      || (profiles->base && profiles->base != profiles->current))
    return;
  shape = hv_tree_shape_new (profiles->current, &question->options);
  g_autoptr (GMutexLocker) shape_locker = g_mutex_locker_new (&profiles->shape_lock);
  HvTreeShape *before = profiles->shape;
  if (shape)
    profiles->shape = g_steal_pointer (&shape);
  shape = before;
}

/* Whether its tree is the whole profile's by its default metric, as the overview looks at it. */
static gboolean
is_plain (const HvScene *scene)
{
  const HvQuestion *q = &scene->question;
  const HvTreeOptions *o = &q->options;
  HvMetric metric = scene->profiles->current->default_metric;
  gboolean asked = q->at == HV_AT_PEAK
                       ? metric == HV_METRIC_PEAK_BYTES && q->metric == HV_METRIC_LIVE_BYTES
                       : metric == q->metric && q->at == HV_AT_END;

  return asked && !scene->diff && o->group == HV_GROUP_FUNCTION && !o->all_frames && !o->bottom_up
         && !o->focus && !o->ignore && !o->hide && !o->thread && !o->transforms;
}

HvOverview *
hv_profiles_get_overview (HvProfiles *profiles, const HvScene *scene)
{
  if (g_atomic_int_get (&profiles->rules_changed))
    {
      apply_rules (profiles);
      scene = NULL;
    }
  g_autoptr (GRWLockReaderLocker) locker = g_rw_lock_reader_locker_new (&profiles->lock);
  gboolean plain = scene && scene->profiles == profiles && is_plain (scene);
  return hv_overview_new (profiles->current, plain ? scene->tree : NULL,
                          plain ? scene->sites : NULL);
}

HvOverview *
hv_scene_begin_overview (const HvScene *scene)
{
  gboolean plain = is_plain (scene);

  return hv_overview_begin (scene->profiles->current, plain ? scene->tree : NULL,
                            plain ? scene->sites : NULL);
}

static gboolean
make_tree (HvScene *scene, GError **error)
{
  const HvQuestion *q = &scene->question;
  HvReport *report = &scene->report;
  HvTreeOptions options = q->options, top_down;
  g_autoptr (HvTreeShape) shape = find_shape (scene->profiles, &options);

  options.shape = shape;
  top_down = options;
  top_down.bottom_up = FALSE;
  if (report->base)
    {
      scene->diff = hv_diff_new (report->base, report->base_at, report->profile, report->at,
                                 q->metric, &options, error);
      if (scene->diff && q->options.bottom_up)
        scene->rows_diff = hv_diff_new (report->base, report->base_at, report->profile, report->at,
                                        q->metric, &top_down, error);
      if (!scene->diff || (q->options.bottom_up && !scene->rows_diff))
        return FALSE;
      report->diff = scene->diff;
      report->rows_diff = scene->rows_diff ? scene->rows_diff : scene->diff;
      report->tree = report->diff->tree;
      report->rows_tree = report->rows_diff->tree;
      return TRUE;
    }
  scene->tree = hv_tree_new (report->profile, q->metric, report->at, &options, error);
  if (scene->tree && q->options.bottom_up)
    scene->rows_tree = hv_tree_new (report->profile, q->metric, report->at, &top_down, error);
  if (!scene->tree || (q->options.bottom_up && !scene->rows_tree))
    return FALSE;
  report->tree = scene->tree;
  report->rows_tree = scene->rows_tree ? scene->rows_tree : scene->tree;
  return TRUE;
}

/* Beside them, what else comes with the first scene. */
static void
make_rows (HvScene *scene)
{
  GThread *consumers = g_atomic_int_get (&scene->profiles->has_consumers)
                           ? NULL
                           : g_thread_try_new ("consumers", find_consumers, scene->profiles, NULL);

  if (scene->diff)
    scene->rows = hv_diff_rows (scene->report.rows_diff);
  else
    scene->sites = hv_tree_rows (scene->report.rows_tree);
  if (scene->question.options.bottom_up)
    map_rows (scene);
  if (consumers)
    g_thread_join (consumers);
  else
    find_consumers (scene->profiles);
}

HvScene *
hv_scene_new_asked (HvProfiles *profiles, const HvQuestion *question)
{
  HvScene *scene = g_atomic_rc_box_new0 (HvScene);
  HvProfile *base = question->moments ? profiles->current : profiles->base;
  gboolean swapped = question->swapped && base;
  HvReport *report = &scene->report;

  scene->profiles = hv_profiles_ref (profiles);
  scene->question = *question;
  report->profile = swapped ? base : profiles->current;
  report->base = swapped ? profiles->current : base;
  report->at = swapped ? question->base_at : question->at;
  report->base_at = swapped ? question->at : question->base_at;
  report->metric = question->metric;
  report->view = HV_VIEW_GROWTH;
  report->top = 20;
  return scene;
}

HvScene *
hv_scene_new (HvProfiles *profiles, const HvQuestion *question, GError **error)
{
  g_autoptr (HvScene) scene = hv_scene_new_asked (profiles, question);

  if (g_atomic_int_get (&profiles->rules_changed))
    apply_rules (profiles);
  g_autoptr (GRWLockReaderLocker) locker = g_rw_lock_reader_locker_new (&profiles->lock);
  if (!make_tree (scene, error))
    return NULL;
  make_rows (scene);
  return g_steal_pointer (&scene);
}

static HvScene *
scene_around (HvScene *of, HvTree *tree)
{
  HvScene *scene = g_atomic_rc_box_new0 (HvScene);

  scene->profiles = hv_profiles_ref (of->profiles);
  scene->report = of->report;
  scene->report.diff = scene->report.rows_diff = NULL;
  scene->report.tree = scene->report.rows_tree = tree;
  scene->question = of->question;
  scene->tree = tree;
  scene->of = hv_scene_ref (of);
  return scene;
}

HvScene *
hv_scene_new_callers (HvScene *of, uint32_t key)
{
  return scene_around (of, hv_tree_new_callers (of->report.rows_tree, key));
}

HvScene *
hv_scene_new_callees (HvScene *of, uint32_t key)
{
  return scene_around (of, hv_tree_new_callees (of->report.rows_tree, key));
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
  g_clear_pointer (&scene->row_node, g_free);
  g_clear_pointer (&scene->rows_diff, hv_diff_free);
  g_clear_pointer (&scene->rows_tree, hv_tree_free);
  g_clear_pointer (&scene->diff, hv_diff_free);
  g_clear_pointer (&scene->tree, hv_tree_free);
  g_clear_pointer (&scene->profiles, hv_profiles_unref);
  g_clear_pointer (&scene->of, hv_scene_unref);
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

uint32_t
hv_scene_row_node (const HvScene *scene, guint row)
{
  if (scene->row_node)
    return scene->row_node[row];
  return scene->rows ? g_array_index (scene->rows, HvDiffRow, row).row.node
                     : g_array_index (scene->sites, HvRow, row).node;
}

const HvKey *
hv_scene_row_key (const HvScene *scene, const HvRow *row)
{
  return row->key == HV_NO_KEY ? NULL : &scene->report.rows_tree->key[row->key];
}

static gboolean
same_key (const HvKey *a, const HvKey *b)
{
  return a && b && strcmp (a->label, b->label) == 0 && strcmp (a->module, b->module) == 0;
}

char **
hv_scene_path (const HvScene *scene, uint32_t node)
{
  return hv_tree_path_names (scene->report.tree, node);
}

uint32_t
hv_scene_find_key (const HvScene *scene, const HvKey *key)
{
  const HvTree *tree = scene->report.rows_tree;

  for (uint32_t k = 0; k < tree->n_keys; k++)
    if (same_key (&tree->key[k], key))
      return k;
  return HV_NO_KEY;
}

uint32_t
hv_scene_heaviest (const HvScene *scene, const HvKey *key)
{
  const HvTree *tree = scene->report.tree;
  int64_t most = -1;
  uint32_t found = 0;

  for (uint32_t n = 1; n < tree->n_nodes; n++)
    {
      int64_t cost = tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST][n];
      if (tree->n_sides > 1)
        cost = MAX (cost, tree->incl[HV_SIDE_BASE][HV_SLOT_COST][n]);
      if (cost > most && same_key (hv_scene_key (scene, n), key))
        {
          most = cost;
          found = n;
        }
    }
  return found;
}

uint32_t
hv_scene_find_frame (const HvScene *scene, uint32_t f)
{
  const HvTree *tree = scene->report.tree;
  const HvProfile *profile = scene->profiles->current;
  const HvFrame *frame = &profile->frame[f];
  const char *function = hv_profile_string (profile, frame->function);
  const char *module = hv_profile_string (profile, frame->module);
  g_autofree guint8 *fit = g_new0 (guint8, MAX (1, tree->n_keys));
  gboolean by_module = !*function || !hv_group_is_of_functions (tree->options.group);
  guint8 best_fit = 0;
  int64_t most = -1;
  uint32_t found = 0;

  for (uint32_t k = 0; k < tree->n_keys; k++)
    if (*function && strcmp (tree->key[k].function, function) == 0)
      fit[k] = 2;
    else if (by_module && *module && strcmp (tree->key[k].module, module) == 0)
      fit[k] = 1;
  for (uint32_t n = 1; n < tree->n_nodes; n++)
    {
      int64_t cost = tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST][n];
      guint8 fits = fit[tree->node_key[n]];
      if (fits && (fits > best_fit || (fits == best_fit && cost > most)))
        {
          best_fit = fits;
          most = cost;
          found = n;
        }
    }
  return found;
}

/* A frame without a name that has got one since: the only child of its module that may hold what it
 * held, for calls that were apart may be one now. */
static uint32_t
find_named (const HvScene *scene, uint32_t at, const HvScene *other, uint32_t node)
{
  const HvTree *tree = scene->report.tree;
  const HvKey *wanted = hv_scene_key (other, node);
  int64_t cost = other->report.tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST][node];
  uint32_t found = 0;

  if (scene->profiles == other->profiles || !wanted || *wanted->function)
    return 0;
  for (uint32_t c = tree->child_start[at]; c < tree->child_start[at + 1]; c++)
    {
      const HvKey *key = hv_scene_key (scene, tree->child[c]);
      if (!key || strcmp (key->module, wanted->module) != 0
          || tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST][tree->child[c]] < cost)
        continue;
      if (found)
        return 0;
      found = tree->child[c];
    }
  return found;
}

static uint32_t
find_child (const HvScene *scene, uint32_t at, const char *wanted)
{
  const HvTree *tree = scene->report.tree;

  for (uint32_t c = tree->child_start[at]; c < tree->child_start[at + 1]; c++)
    {
      g_autofree char *name = hv_key_path_name (hv_scene_key (scene, tree->child[c]));
      if (strcmp (name, wanted) == 0)
        return tree->child[c];
    }
  return 0;
}

uint32_t
hv_scene_find_path (const HvScene *scene, char **path)
{
  uint32_t at = 0, next;

  for (; *path && (next = find_child (scene, at, *path)) != 0; path++)
    at = next;
  return at;
}

/* Whether the question gives frames to their callers, other than `other` does: a call path then
 * lacks some. */
static gboolean
hides_more (const HvTreeOptions *o, const HvTreeOptions *other)
{
  if (!o->all_frames && other->all_frames)
    return TRUE;
  if (o->hide && g_strcmp0 (o->hide, other->hide) != 0)
    return TRUE;
  for (guint i = 0; o->transforms && i < o->transforms->len; i++)
    {
      const HvTransform *transform = g_ptr_array_index (o->transforms, i);
      gboolean gives = transform->kind == HV_TRANSFORM_HIDE
                       || transform->kind == HV_TRANSFORM_HIDE_PATH
                       || transform->kind >= HV_TRANSFORM_COLLAPSE_MODULE;
      if (gives && !(other->transforms && g_ptr_array_find (other->transforms, transform, NULL)))
        return TRUE;
    }
  return FALSE;
}

/* The nearest call below `at` that is called so, frames between them. */
static uint32_t
find_below (const HvScene *scene, uint32_t at, const char *wanted)
{
  const HvTree *tree = scene->report.tree;
  g_autoptr (GArray) queue = g_array_new (FALSE, FALSE, sizeof (uint32_t));

  g_array_append_val (queue, at);
  for (guint i = 0; i < queue->len && queue->len < MAX_LOOKED_AT; i++)
    {
      uint32_t node = g_array_index (queue, uint32_t, i);
      uint32_t found = find_child (scene, node, wanted);
      if (found)
        return found;
      g_array_append_vals (queue, tree->child + tree->child_start[node],
                           tree->child_start[node + 1] - tree->child_start[node]);
    }
  return 0;
}

uint32_t
hv_scene_find_like (const HvScene *scene, const HvScene *other, uint32_t node)
{
  uint32_t at = 0;

  if (scene == other)
    return node;
  if (!node || node >= other->report.tree->n_nodes
      || scene->report.tree->options.bottom_up != other->report.tree->options.bottom_up)
    return 0;

  const HvTreeOptions *now = &scene->report.tree->options, *then = &other->report.tree->options;
  gboolean fewer = hides_more (now, then), more = hides_more (then, now);
  g_autoptr (GArray) nodes = hv_tree_path (other->report.tree, node);
  g_auto (GStrv) path = hv_scene_path (other, node);
  for (guint i = 0; path[i]; i++)
    {
      uint32_t next = find_child (scene, at, path[i]);
      if (!next)
        next = find_named (scene, at, other, g_array_index (nodes, uint32_t, i));
      if (!next && more)
        next = find_below (scene, at, path[i]);
      if (!next && fewer)
        continue;
      if (!next)
        break;
      at = next;
    }
  return at;
}
