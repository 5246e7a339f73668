/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "consumers.h"

#include "canonical.h"

/* The node whose frame a site's memory is put down to: the innermost of the program's own, else the
 * innermost that is no allocator's, else the innermost. */
static uint32_t
owner_of (const HvProfile *profile, uint32_t node)
{
  uint32_t outside = 0;

  for (uint32_t n = node; n; n = profile->node_parent[n])
    {
      uint8_t category = profile->frame_category[profile->node_frame[n]];
      if (category == HV_CATEGORY_APP)
        return n;
      if (!outside && category != HV_CATEGORY_ALLOCATOR)
        outside = n;
    }
  return outside ? outside : node;
}

/* Sites of one owner. */
typedef struct
{
  uint32_t frame, sites;
  int64_t now, most;
} Group;

/* Functions by name, the unnamed by module. */
static uint32_t *
group_sites (const HvProfile *profile, GArray *groups)
{
  g_autoptr (GHashTable) known = g_hash_table_new (g_int64_hash, g_int64_equal);
  g_autofree int64_t *keys = g_new (int64_t, MAX (1, profile->n_sites));
  uint32_t *group_of = g_new (uint32_t, MAX (1, profile->n_sites));

  for (uint32_t s = 0; s < profile->n_sites; s++)
    {
      uint32_t f = profile->node_frame[owner_of (profile, profile->site_node[s])];
      const HvFrame *frame = &profile->frame[f];
      gpointer at;
      keys[s] = frame->function ? frame->function : -1 - (int64_t) frame->module;
      if (!g_hash_table_lookup_extended (known, &keys[s], NULL, &at))
        {
          const Group group = { .frame = f };
          at = GUINT_TO_POINTER (groups->len);
          g_hash_table_insert (known, &keys[s], at);
          g_array_append_val (groups, group);
        }
      group_of[s] = GPOINTER_TO_UINT (at);
      g_array_index (groups, Group, group_of[s]).sites++;
    }
  return group_of;
}

/* Whether there is anything to call it by. */
static gboolean
is_known (const HvProfile *profile, uint32_t f)
{
  const char *module = hv_profile_string (profile, profile->frame[f].module);

  return profile->frame[f].function != 0 || (*module != '\0' && *module != '[');
}

static char *
label_of (const HvProfile *profile, uint32_t f)
{
  const HvFrame *frame = &profile->frame[f];
  g_autoptr (GString) text = g_string_new (NULL);

  if (frame->function)
    hv_shorten_function (text, hv_profile_string (profile, frame->function));
  else
    g_string_append (text, hv_basename (hv_profile_string (profile, frame->module)));
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static int
compare_groups (gconstpointer a, gconstpointer b, gpointer user)
{
  const Group *groups = user;
  uint32_t x = *(const uint32_t *) a, y = *(const uint32_t *) b;

  if (groups[x].most != groups[y].most)
    return groups[x].most > groups[y].most ? -1 : 1;
  return x < y ? -1 : x > y;
}

static void
change (Group *group, int64_t *held, uint32_t site, int64_t value)
{
  group->now += value - held[site];
  held[site] = value;
}

/* Goes through the moments: first to find what each group held most, then (with `into`) to write
 * down what the chosen ones, `place` + 1 in the list, held. */
static void
walk (const HvProfile *profile, const uint32_t *group_of, GArray *groups, HvConsumers *into,
      const uint32_t *place)
{
  const int64_t *value = profile->row[HV_METRIC_LIVE_BYTES];
  const int64_t *final = profile->column[HV_METRIC_LIVE_BYTES];
  g_autofree int64_t *held = g_new0 (int64_t, profile->n_sites);
  Group *group = (Group *) (gpointer) groups->data;
  uint64_t row = 0;

  for (guint g = 0; g < groups->len; g++)
    group[g].now = 0;
  for (uint32_t m = 0; m < profile->n_moments; m++)
    {
      gboolean last = m + 1 == profile->n_moments;
      uint64_t first = row, end = last ? profile->n_rows : profile->moment[m + 1].first_row;
      for (; row < end && !last; row++)
        change (&group[group_of[profile->row_site[row]]], held, profile->row_site[row], value[row]);
      for (uint32_t s = 0; s < profile->n_sites && last; s++)
        change (&group[group_of[s]], held, s, final[s]);
      for (uint64_t r = first; r < end && !last; r++)
        {
          Group *changed = &group[group_of[profile->row_site[r]]];
          changed->most = MAX (changed->most, changed->now);
        }
      for (guint g = 0; g < groups->len && (last || into); g++)
        {
          if (last)
            group[g].most = MAX (group[g].most, group[g].now);
          if (into && place[g])
            into->consumer[place[g] - 1].live[m] = group[g].now;
        }
    }
}

HvConsumers *
hv_consumers_new (const HvProfile *profile, guint most)
{
  if (profile->n_moments == 0 || profile->n_sites == 0 || !profile->column[HV_METRIC_LIVE_BYTES]
      || (profile->n_moments > 1 && !(profile->row_metrics & 1u << HV_METRIC_LIVE_BYTES)))
    return NULL;

  g_autoptr (GArray) groups = g_array_new (FALSE, FALSE, sizeof (Group));
  g_autofree uint32_t *group_of = group_sites (profile, groups);
  g_autofree uint32_t *order = g_new (uint32_t, groups->len);
  g_autofree uint32_t *place = g_new0 (uint32_t, groups->len); /* in the list + 1 */
  HvConsumers *list = g_new0 (HvConsumers, 1);
  guint n = 0;

  walk (profile, group_of, groups, NULL, NULL);
  for (guint g = 0; g < groups->len; g++)
    if (is_known (profile, g_array_index (groups, Group, g).frame))
      order[n++] = g;
  g_qsort_with_data (order, (gint) n, sizeof *order, compare_groups, groups->data);
  list->n = MIN (most, n);
  list->consumer = g_new0 (HvConsumer, MAX (1, list->n));
  list->live = g_new0 (int64_t, MAX (1, (gsize) list->n * profile->n_moments));
  list->other_sites = profile->n_sites;
  for (guint i = 0; i < list->n; i++)
    {
      const Group *group = &g_array_index (groups, Group, order[i]);
      place[order[i]] = i + 1;
      list->consumer[i] = (HvConsumer){ .frame = group->frame,
                                        .label = label_of (profile, group->frame),
                                        .most = group->most,
                                        .sites = group->sites,
                                        .live = list->live + (gsize) i * profile->n_moments };
      list->other_sites -= group->sites;
    }
  walk (profile, group_of, groups, list, place);
  return list;
}

void
hv_consumers_free (HvConsumers *consumers)
{
  if (consumers == NULL)
    return;
  for (guint i = 0; i < consumers->n; i++)
    g_free (consumers->consumer[i].label);
  g_free (consumers->consumer);
  g_free (consumers->live);
  g_free (consumers);
}
