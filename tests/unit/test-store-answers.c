/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "profiles.h"

#include "store/store-answers.h"

#include <string.h>

/* Reports kept beside the profiles they are of. */

static HvStore *
open_store (void)
{
  g_autoptr (GError) error = NULL;
  HvStore *store = hv_store_open (":memory:", 0, &error);

  g_assert_no_error (error);
  return store;
}

static void
save (HvStore *store, const char *key, int seed)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HvProfile) profile = test_random_profile (seed, 300);

  hv_store_save (store, key, profile, NULL, &error);
  g_assert_no_error (error);
}

static void
put (HvStore *store, const char *key, const char *question, const char *text)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (hv_store_put_answer (store, key, question, text, &error));
  g_assert_no_error (error);
}

static void
assert_answer (HvStore *store, const char *key, const char *question, const char *wanted)
{
  g_autofree char *text = hv_store_get_answer (store, key, question);

  g_assert_cmpstr (text, ==, wanted);
}

static void
test_kept (void)
{
  g_autoptr (HvStore) store = open_store ();

  assert_answer (store, "a", "q", NULL);
  /* of a profile that is not there nothing is kept */
  put (store, "a", "q", "early\n");
  assert_answer (store, "a", "q", NULL);
  save (store, "a", 1);
  assert_answer (store, "a", "q", NULL);
  save (store, "b", 2);
  put (store, "a", "q", "of a\n");
  put (store, "b", "q", "of b\n");
  put (store, "a", "other", "内存\n");
  assert_answer (store, "a", "q", "of a\n");
  assert_answer (store, "b", "q", "of b\n");
  assert_answer (store, "a", "other", "内存\n");
  put (store, "a", "q", "again\n");
  assert_answer (store, "a", "q", "again\n");
  /* they go with the profile, and when it is stored anew */
  save (store, "a", 3);
  assert_answer (store, "a", "q", NULL);
  assert_answer (store, "b", "q", "of b\n");
  g_assert_true (hv_store_clear (store, NULL));
  save (store, "b", 2);
  assert_answer (store, "b", "q", NULL);
}

/* Neither too many nor too long, nor what a terminal would obey. */
static void
test_bounds (void)
{
  g_autoptr (HvStore) store = open_store ();
  g_autofree char *long_text = g_strnfill (HV_MAX_ANSWER_BYTES + 1, 'x');

  save (store, "a", 1);
  for (guint i = 0; i < 3 * HV_MAX_ANSWERS; i++)
    {
      g_autofree char *text = g_strdup_printf ("%u", i);
      put (store, "a", text, text);
    }
  for (guint i = 0; i < 3 * HV_MAX_ANSWERS; i++)
    {
      g_autofree char *text = g_strdup_printf ("%u", i);
      assert_answer (store, "a", text, i < 2 * HV_MAX_ANSWERS ? NULL : text);
    }
  put (store, "a", "long", long_text);
  assert_answer (store, "a", "long", NULL);
  long_text[HV_MAX_ANSWER_BYTES] = '\0';
  put (store, "a", "long", long_text);
  assert_answer (store, "a", "long", long_text);
  static const char *const bad[] = { "\033]0;title\a", "tab\t", "return\r", "\302\233", "\377" };
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      put (store, "a", "bad", bad[i]);
      assert_answer (store, "a", "bad", NULL);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store-answers/kept", test_kept);
  g_test_add_func ("/store-answers/bounds", test_bounds);
  return g_test_run ();
}
