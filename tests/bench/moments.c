/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "viewer/session.h"
#include "viewer/widgets/scene.h"

/* moments RECORDING|FOLDER|NODES: how long the answer to a click into the timeline takes, and to a
 * range of it: the question asked anew at another moment, until the scene is there that all views
 * show, by the clock: part of it is done in two threads. Half of the questions are asked by a
 * profile's defaults, half with every frame shown. A number makes a recording with as many call
 * paths. */

#define QUESTIONS 60

static int
compare (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;
  return (x > y) - (x < y);
}

static void
print (const char *name, GArray *times)
{
  static const double at[] = { 0, 0.5, 0.9, 1 };

  g_array_sort (times, compare);
  g_print ("%-28s", name);
  for (guint i = 0; i < G_N_ELEMENTS (at); i++)
    g_print (" %8.1f",
             (double) g_array_index (times, gint64, (guint) (at[i] * (times->len - 1))) / 1000);
  guint late = 0;
  for (guint i = 0; i < times->len; i++)
    late += g_array_index (times, gint64, i) > 50000;
  g_print (" %7u/%u\n", late, times->len);
}

static void
measure (HvProfiles *profiles, const char *name, gboolean range, gboolean all_frames)
{
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  gint32 n = (gint32) profiles->current->n_moments;
  HvQuestion question = { .metric = HV_METRIC_LIVE_BYTES,
                          .at = HV_AT_END,
                          .moments = range,
                          .options = { .group = range ? HV_GROUP_STACK : HV_GROUP_FUNCTION,
                                       .all_frames = all_frames } };

  gint64 start = g_get_monotonic_time ();
  hv_profiles_prepare (profiles, &question);
  double prepared = (double) (g_get_monotonic_time () - start) / 1000;
  for (guint i = 0; i < QUESTIONS; i++)
    {
      g_autoptr (GError) error = NULL;
      question.base_at = (uint32_t) g_rand_int_range (rand, 0, n);
      question.at = (uint32_t) g_rand_int_range (rand, 0, n);
      gint64 began = g_get_monotonic_time ();
      g_autoptr (HvScene) scene = hv_scene_new (profiles, &question, &error);
      gint64 took = g_get_monotonic_time () - began;
      if (!scene)
        g_error ("%s", error->message);
      g_array_append_val (times, took);
    }
  print (name, times);
  if (prepared > 1)
    g_print ("  prepared once %22.1f\n", prepared);
}

/* A program that fills and empties its heap: a few functions hold most, and there is a long tail.
 */
static HvProfile *
make_profile (guint n_nodes)
{
  HvProfile *profile = hv_profile_new ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  g_autofree uint32_t *frame = g_new (uint32_t, 5000);

  for (guint i = 0; i < 5000; i++)
    {
      g_autofree char *name = g_strdup_printf ("library%u::Class%u::function_%u", i % 37, i % 411,
                                               i);
      g_autofree char *module = g_strdup_printf ("/usr/lib/liblibrary%u.so", i % 37);
      HvFrame f = { .function = hv_profile_intern (profile, name, -1),
                    .module = hv_profile_intern (profile, module, -1) };
      frame[i] = hv_profile_frame (profile, &f);
    }
  while (profile->n_nodes < n_nodes)
    {
      guint depth = (guint) g_rand_int_range (rand, 4, 40);
      uint32_t node = 0;
      for (guint d = 0; d < depth && profile->n_nodes < n_nodes; d++)
        {
          double r = g_rand_double (rand);
          guint pick = (guint) (r * r * r * (d < 6 ? 12 : 400)) + d * 97;
          node = hv_profile_node (profile, node, frame[pick % 5000]);
        }
      hv_profile_site (profile, node);
    }
  profile->row_metrics = 1u << HV_METRIC_LIVE_BYTES | 1u << HV_METRIC_LIVE_BLOCKS;
  for (uint32_t m = 0; m < 256; m++)
    {
      int64_t live = 0, blocks = 0;
      const HvMoment moment = { .time = m * 100, .number = m, .rss_bytes = -1 };
      hv_profile_add_moment (profile, &moment);
      for (guint i = 0; i < profile->n_sites / 64; i++)
        {
          uint32_t site = (uint32_t) g_rand_int_range (rand, 0, (gint32) profile->n_sites);
          int64_t size = (int64_t) 1 << g_rand_int_range (rand, 4, 24);
          hv_profile_add_row (profile, site, (const int64_t[]){ size, 1 });
          hv_profile_column (profile, HV_METRIC_LIVE_BYTES)[site] = size;
          hv_profile_column (profile, HV_METRIC_LIVE_BLOCKS)[site] = 1;
        }
      for (uint32_t s = 0; s < profile->n_sites; s++)
        {
          live += hv_profile_column (profile, HV_METRIC_LIVE_BYTES)[s];
          blocks += hv_profile_column (profile, HV_METRIC_LIVE_BLOCKS)[s];
        }
      profile->moment[m].live_bytes = profile->moment[m].max_bytes = live;
      profile->moment[m].live_blocks = blocks;
    }
  profile->path = g_strdup ("moments");
  profile->format = "heaptrack";
  profile->time_unit = HV_TIME_MILLISECONDS;
  profile->modules_known = TRUE;
  profile->default_metric = HV_METRIC_LIVE_BYTES;
  hv_profile_seal (profile);
  return profile;
}

static HvProfile *
open_profile (const char *path, GError **error)
{
  const HvSession session = { .no_store = TRUE, .import = { .no_symbols = TRUE } };
  const char *const paths[] = { path, NULL };
  HvOpened opened = { 0 };

  if (!hv_session_open (&session, paths, g_file_test (path, G_FILE_TEST_IS_DIR), &opened, error))
    return NULL;
  HvProfile *profile = g_steal_pointer (&opened.profile);
  hv_opened_clear (&opened);
  return profile;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  guint n_nodes = argc == 2 ? (guint) strtoul (argv[1], NULL, 10) : 0;

  if (argc != 2)
    {
      g_printerr ("moments RECORDING|FOLDER|NODES\n");
      return 2;
    }
  HvProfile *profile = n_nodes ? make_profile (n_nodes) : open_profile (argv[1], &error);
  if (!profile || profile->n_moments < 2)
    {
      g_printerr ("%s: %s\n", argv[1], profile ? "there are no moments" : error->message);
      hv_profile_free (profile);
      return 1;
    }
  g_autoptr (HvProfiles) profiles = hv_profiles_new (profile, NULL);
  g_print ("%s: %u call paths, %u sites, %u moments, %" G_GUINT64_FORMAT " rows\n", argv[1],
           profile->n_nodes, profile->n_sites, profile->n_moments, profile->n_rows);
  g_print ("%-28s %8s %8s %8s %8s %s\n", "ms an answer", "least", "median", "90 %", "most",
           "over 50 ms");
  measure (profiles, "a moment", FALSE, FALSE);
  measure (profiles, "a moment, all frames", FALSE, TRUE);
  measure (profiles, "a range", TRUE, FALSE);
  measure (profiles, "a range, all frames", TRUE, TRUE);
  return 0;
}
