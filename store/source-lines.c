/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "source-lines.h"

#include "tree-private.h"

#include <string.h>

/* --- which keys are of the file --- */

#define NO_LINE UINT32_MAX

/* By key: whether its frames are of `file`. The same file may be recorded with "." and ".." in its
 * path, or not. */
static uint8_t *
keys_of_file (const HvTree *tree, const char *file)
{
  uint8_t *of_file = g_new0 (uint8_t, MAX (1, tree->n_keys));
  g_autofree uint8_t *known = g_new0 (uint8_t,
                                      MAX (1, tree->n_keys)); /* its function has lines there */
  g_autofree char *wanted = g_canonicalize_filename (file, "/");
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL); /* path → whether it is, + 1 */

  for (uint32_t k = 0; k < tree->n_keys; k++)
    {
      const HvKey *key = &tree->key[k];
      if (*key->file == '\0')
        continue;
      guint is = GPOINTER_TO_UINT (g_hash_table_lookup (seen, key->file));
      if (!is)
        {
          g_autofree char *path = g_canonicalize_filename (key->file, "/");
          is = 1 + (strcmp (path, wanted) == 0);
          g_hash_table_insert (seen, (gpointer) key->file, GUINT_TO_POINTER (is));
        }
      of_file[k] = is == 2;
      known[key->function_key] |= of_file[k];
    }
  if (tree->n_sides == HV_N_SIDES)
    for (uint32_t k = 0; k < tree->n_keys; k++)
      if (known[tree->key[k].function_key]
          && strcmp (hv_basename (tree->key[k].file), hv_basename (file)) == 0)
        of_file[k] = TRUE;
  return of_file;
}

static int
compare_numbers (gconstpointer a, gconstpointer b)
{
  uint32_t x = *(const uint32_t *) a, y = *(const uint32_t *) b;
  return (x > y) - (x < y);
}

/* Makes the lines that `of_file` keys are on, and says for each key which one it is on. */
static uint32_t *
make_lines (HvSourceLines *source, const HvTree *tree, const uint8_t *of_file)
{
  uint32_t *line_of = g_new (uint32_t, MAX (1, tree->n_keys));
  g_autoptr (GArray) numbers = g_array_new (FALSE, FALSE, sizeof (uint32_t));

  for (uint32_t k = 0; k < tree->n_keys; k++)
    if (of_file[k])
      g_array_append_val (numbers, tree->key[k].line);
  g_array_sort (numbers, compare_numbers);
  source->line = g_new0 (HvSourceLine, MAX (1, numbers->len));
  for (guint i = 0; i < numbers->len; i++)
    {
      uint32_t number = g_array_index (numbers, uint32_t, i);
      if (source->n_lines == 0 || source->line[source->n_lines - 1].line != number)
        source->line[source->n_lines++].line = number;
    }
  for (uint32_t k = 0; k < tree->n_keys; k++)
    {
      const HvSourceLine *line = of_file[k] ? hv_source_lines_find (source, tree->key[k].line)
                                            : NULL;
      line_of[k] = line ? (uint32_t) (line - source->line) : NO_LINE;
    }
  return line_of;
}

/* --- what they cost --- */

static int64_t
weight_of (const HvTree *tree, uint32_t node)
{
  int64_t weight = 0;

  for (guint side = 0; side < tree->n_sides; side++)
    weight = MAX (weight, ABS (tree->incl[side][HV_SLOT_COST][node]));
  return weight;
}

static void
add_node (HvSourceLine *line, const HvTree *tree, uint32_t node, gboolean inclusive)
{
  for (guint side = 0; side < tree->n_sides; side++)
    for (int slot = 0; slot < HV_N_SLOTS; slot++)
      {
        line->self[side][slot] += tree->self[side][slot][node];
        if (inclusive)
          line->incl[side][slot] += tree->incl[side][slot][node];
      }
}

static gboolean
is_empty (const HvSourceLine *line)
{
  for (int side = 0; side < HV_N_SIDES; side++)
    for (int slot = 0; slot < HV_N_SLOTS; slot++)
      if (line->self[side][slot] || line->incl[side][slot])
        return FALSE;
  return TRUE;
}

HvSourceLines *
hv_source_lines_new (const HvTree *tree, const char *file)
{
  HvSourceLines *source = g_new0 (HvSourceLines, 1);
  g_autofree uint8_t *of_file = keys_of_file (tree, file);
  g_autofree uint32_t *line_of = make_lines (source, tree, of_file);
  g_autofree uint32_t *open = g_new0 (uint32_t, MAX (1, source->n_lines));
  uint32_t open_file = 0, kept = 0;
  HvTreeWalk walk;

  source->n_sides = tree->n_sides;
  for (gboolean more = _hv_tree_walk_init (&walk, tree); more; more = _hv_tree_walk_next (&walk))
    {
      uint32_t n = walk.node, at = n ? line_of[tree->node_key[n]] : NO_LINE;
      if (at == NO_LINE)
        continue;
      if (walk.leaving)
        {
          open[at]--;
          open_file--;
          continue;
        }
      HvSourceLine *line = &source->line[at];
      add_node (line, tree, n, open[at]++ == 0);
      add_node (&source->file, tree, n, open_file++ == 0);
      if (!line->node || weight_of (tree, n) > weight_of (tree, line->node))
        line->node = n;
      if (!source->file.node || weight_of (tree, n) > weight_of (tree, source->file.node))
        source->file.node = n;
    }
  _hv_tree_walk_clear (&walk);

  for (uint32_t i = 0; i < source->n_lines; i++)
    if (!is_empty (&source->line[i]))
      source->line[kept++] = source->line[i];
  source->n_lines = kept;
  return source;
}

void
hv_source_lines_free (HvSourceLines *source)
{
  if (source == NULL)
    return;
  g_free (source->line);
  g_free (source);
}

const HvSourceLine *
hv_source_lines_find (const HvSourceLines *source, uint32_t line)
{
  uint32_t low = 0, high = source->n_lines;

  while (low < high)
    {
      uint32_t middle = low + (high - low) / 2;
      if (source->line[middle].line < line)
        low = middle + 1;
      else
        high = middle;
    }
  return low < source->n_lines && source->line[low].line == line ? &source->line[low] : NULL;
}

/* --- one call path in two trees --- */

/* Whether a node of `lines` is a line of what `node` of `tree` shows. */
static gboolean
is_line_of (const HvTree *lines, uint32_t line, const HvTree *tree, uint32_t node)
{
  const HvKey *a = &lines->key[lines->node_key[line]], *b = &tree->key[tree->node_key[node]];

  if (tree->options.group != HV_GROUP_LINE)
    a = &lines->key[a->function_key];
  return strcmp (a->label, b->label) == 0
         && strcmp (hv_basename (a->module), hv_basename (b->module)) == 0;
}

static gboolean
has_thread_frames (const HvTree *tree)
{
  return tree->options.group == HV_GROUP_THREAD || tree->options.group == HV_GROUP_TASK;
}

/* Files, modules and crates are not call paths of functions. */
static gboolean
has_functions (const HvTree *tree)
{
  return tree->options.group != HV_GROUP_FILE && tree->options.group != HV_GROUP_MODULE
         && tree->options.group != HV_GROUP_CRATE;
}

static uint32_t
follow_down (const HvTree *lines, const HvTree *tree, const GArray *path)
{
  g_autoptr (GArray) here = g_array_new (FALSE, FALSE, sizeof (uint32_t));
  uint32_t root = 0, heaviest = 0;

  g_array_append_val (here, root);
  for (guint i = has_thread_frames (tree) ? 1 : 0; i < path->len; i++)
    {
      GArray *below = g_array_new (FALSE, FALSE, sizeof (uint32_t));
      for (guint h = 0; h < here->len; h++)
        {
          uint32_t n = g_array_index (here, uint32_t, h);
          for (uint32_t c = lines->child_start[n]; c < lines->child_start[n + 1]; c++)
            if (is_line_of (lines, lines->child[c], tree, g_array_index (path, uint32_t, i)))
              g_array_append_val (below, lines->child[c]);
        }
      g_array_unref (here);
      here = below;
    }
  for (guint h = 0; h < here->len; h++)
    {
      uint32_t n = g_array_index (here, uint32_t, h);
      if (n && (!heaviest || weight_of (lines, n) > weight_of (lines, heaviest)))
        heaviest = n;
    }
  return heaviest;
}

/* `path`: innermost first. */
static uint32_t
follow_up (const HvTree *lines, const HvTree *tree, const GArray *path)
{
  g_autofree int64_t *weight = g_new0 (int64_t, lines->n_nodes);
  uint32_t heaviest = 0;

  for (uint32_t leaf = 1; leaf < lines->n_nodes; leaf++)
    {
      int64_t cost = 0;
      uint32_t n = leaf;
      for (guint side = 0; side < lines->n_sides; side++)
        cost = MAX (cost, ABS (lines->self[side][HV_SLOT_COST][leaf]));
      if (cost == 0)
        continue;
      for (guint i = 0; n && is_line_of (lines, n, tree, g_array_index (path, uint32_t, i)); i++)
        {
          if (i + 1 == path->len)
            {
              weight[n] += cost;
              if (!heaviest || weight[n] > weight[heaviest])
                heaviest = n;
              break;
            }
          n = lines->parent[n];
        }
    }
  return heaviest;
}

uint32_t
hv_source_node (const HvTree *lines, const HvTree *tree, uint32_t node)
{
  if (node == 0 || node >= tree->n_nodes || !has_functions (tree))
    return 0;
  g_autoptr (GArray) path = hv_tree_path (tree, node);
  return tree->options.bottom_up ? follow_up (lines, tree, path) : follow_down (lines, tree, path);
}

/* Follows `path`, nodes of `lines`, from `at` in `tree`; `depth` says how far. */
static uint32_t
walk_shown (const HvTree *tree, uint32_t at, const HvTree *lines, const GArray *path, guint *depth)
{
  for (*depth = 0; *depth < path->len; ++*depth)
    {
      uint32_t next = 0;
      for (uint32_t c = tree->child_start[at]; c < tree->child_start[at + 1] && !next; c++)
        if (is_line_of (lines, g_array_index (path, uint32_t, *depth), tree, tree->child[c]))
          next = tree->child[c];
      if (!next)
        break;
      at = next;
    }
  return at;
}

/* `node` and what it calls down to the node below that allocates most, innermost first. */
static GArray *
path_from_heaviest (const HvTree *lines, uint32_t node)
{
  GArray *path = g_array_new (FALSE, FALSE, sizeof (uint32_t));
  g_autofree uint8_t *inside = g_new0 (uint8_t, lines->n_nodes);
  int64_t most = 0;
  uint32_t heaviest = node;

  inside[node] = TRUE;
  for (uint32_t n = node; n < lines->n_nodes; n++)
    {
      inside[n] |= inside[lines->parent[n]];
      for (guint side = 0; inside[n] && side < lines->n_sides; side++)
        if (ABS (lines->self[side][HV_SLOT_COST][n]) > most)
          {
            most = ABS (lines->self[side][HV_SLOT_COST][n]);
            heaviest = n;
          }
    }
  for (uint32_t n = heaviest; n != lines->parent[node]; n = lines->parent[n])
    g_array_append_val (path, n);
  return path;
}

uint32_t
hv_source_shown_node (const HvTree *tree, const HvTree *lines, uint32_t node)
{
  guint depth, deepest = 0;

  if (node == 0 || node >= lines->n_nodes || !has_functions (tree))
    return 0;
  g_autoptr (GArray) path = tree->options.bottom_up ? path_from_heaviest (lines, node)
                                                    : hv_tree_path (lines, node);
  if (tree->options.bottom_up || !has_thread_frames (tree))
    return walk_shown (tree, 0, lines, path, &depth);

  uint32_t found = 0;
  for (uint32_t c = tree->child_start[0]; c < tree->child_start[1]; c++)
    {
      uint32_t at = walk_shown (tree, tree->child[c], lines, path, &depth);
      if (depth > deepest)
        {
          deepest = depth;
          found = at;
        }
    }
  return found;
}
