/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "importers/importer.h"
#include "profiles.h"
#include "store/consumers.h"

static void
set_category (HvProfile *profile, const char *function, HvCategory category)
{
  for (uint32_t f = 1; f < profile->n_frames; f++)
    if (strcmp (hv_profile_string (profile, profile->frame[f].function), function) == 0)
      profile->frame_category[f] = category;
}

/* `cache` and the two sites of `log` in turn hold most; `config` never does. */
static void
test_few (void)
{
  g_autoptr (HvProfile)
      p = test_profile ((const char *[]){ "main;cache;malloc 0 0", "main;log;a@/x.so;malloc 5 1",
                                          "main;log;b 7 1", "main;config 1 1", NULL });
  static const int64_t values[][4] = { { 10, 0, 0, 1 }, { 30, 2, 40, 1 } }; /* then 0, 5, 7, 1 */

  p->row_metrics = 1u << HV_METRIC_LIVE_BYTES;
  for (int m = 0; m < 3; m++)
    {
      hv_profile_add_moment (p, &(HvMoment){ .time = m });
      for (uint32_t s = 0; s < 4 && m < 2; s++)
        hv_profile_add_row (p, s, &values[m][s]);
    }
  hv_profile_seal (p);
  set_category (p, "malloc", HV_CATEGORY_ALLOCATOR);
  set_category (p, "a", HV_CATEGORY_PLUMBING);
  set_category (p, "b", HV_CATEGORY_PLUMBING);

  g_autoptr (HvConsumers) list = hv_consumers_new (p, 2);
  g_assert_cmpuint (list->n, ==, 2);
  g_assert_cmpstr (list->consumer[0].label, ==, "log");
  g_assert_cmpint (list->consumer[0].most, ==, 42);
  g_assert_cmpstr (list->consumer[1].label, ==, "cache");
  g_assert_cmpuint (list->consumer[0].sites, ==, 2);
  g_assert_cmpuint (list->consumer[1].sites, ==, 1);
  g_assert_cmpuint (list->other_sites, ==, 1);
  static const int64_t log[] = { 0, 42, 12 }, cache[] = { 10, 30, 0 };
  for (int m = 0; m < 3; m++)
    {
      g_assert_cmpint (list->consumer[0].live[m], ==, log[m]);
      g_assert_cmpint (list->consumer[1].live[m], ==, cache[m]);
    }
}

static void
test_none (void)
{
  g_autoptr (HvProfile) dump = test_profile ((const char *[]){ "main 5 1", NULL });
  g_autoptr (HvProfile) empty = test_profile ((const char *[]){ NULL });

  hv_profile_seal (dump);
  hv_profile_add_moment (empty, &(HvMoment){ .time = 1 });
  hv_profile_seal (empty);
  g_assert_null (hv_consumers_new (dump, 3));
  g_assert_null (hv_consumers_new (empty, 3));
}

/* All of them together are what the recording says was live. */
static void
test_recording (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("HV_TEST_DATA"), "heaptrack", "truth.zst",
                                            NULL);
  g_autoptr (GError) error = NULL;
  const HvImportOptions options = { .no_symbols = TRUE };
  g_autoptr (HvProfile) profile = hv_import (path, &options, &error);

  g_assert_no_error (error);
  g_autoptr (HvConsumers) all = hv_consumers_new (profile, G_MAXUINT);
  g_assert_cmpuint (profile->n_moments, >, 1);
  for (uint32_t m = 0; m < profile->n_moments; m++)
    {
      g_autofree int64_t *values = hv_profile_values (profile, HV_METRIC_LIVE_BYTES, m);
      int64_t expected = 0, sum = 0;
      for (uint32_t s = 0; s < profile->n_sites; s++)
        expected += values[s];
      for (guint i = 0; i < all->n; i++)
        {
          sum += all->consumer[i].live[m];
          g_assert_cmpint (all->consumer[i].live[m], <=, all->consumer[i].most);
        }
      g_assert_cmpint (sum, ==, expected); /* every one has a name in this one */
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/consumers/few", test_few);
  g_test_add_func ("/consumers/none", test_none);
  g_test_add_func ("/consumers/recording", test_recording);
  return g_test_run ();
}
