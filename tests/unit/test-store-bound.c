/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "profiles.h"

#include "store/store.h"

#include <glib/gstdio.h>

/* The cache's bound when it is made lower, and clearing it. */

#define KIB 1024

static HvStore *
open_cache (gint64 bound)
{
  g_autoptr (GError) error = NULL;
  HvStore *store = hv_store_open (NULL, bound, &error);

  g_assert_no_error (error);
  return store;
}

static void
save (HvStore *store, const char *key)
{
  g_autoptr (HvProfile) profile = test_random_profile (7, 5000);
  g_autoptr (GError) error = NULL;

  hv_store_save (store, key, profile, NULL, &error);
  g_assert_no_error (error);
}

static gboolean
holds (HvStore *store, const char *key)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HvProfile) profile = hv_store_load (store, key, &error);

  g_assert_no_error (error);
  return profile != NULL;
}

static gint64
size_of (HvStore *store, gint64 *n)
{
  g_autoptr (GError) error = NULL;
  gint64 bytes;
  GStatBuf info;

  g_assert_true (hv_store_measure (store, &bytes, n, &error));
  g_assert_no_error (error);
  g_assert_cmpint (g_stat (hv_store_get_path (store), &info), ==, 0);
  g_assert_cmpint (bytes, ==, info.st_size);
  return bytes;
}

static void
test_trim (void)
{
  g_autoptr (HvStore) store = open_cache (0);
  g_autoptr (GError) error = NULL;
  gint64 n, one, four;

  one = size_of (store, &n);
  g_assert_cmpint (n, ==, 0);
  for (guint i = 0; i < 4; i++)
    {
      g_autofree char *key = g_strdup_printf ("key %u", i);
      save (store, key);
    }
  four = size_of (store, &n);
  g_assert_cmpint (n, ==, 4);
  g_assert_cmpint (four, >, one + 4 * 50 * KIB);
  g_assert_true (hv_store_trim (store, &error)); /* no bound: nothing goes */
  size_of (store, &n);
  g_assert_cmpint (n, ==, 4);
  g_clear_pointer (&store, hv_store_close);

  /* room for about two of them: those saved first, and so not used for longest, go */
  gint64 bound = one + (four - one) * 11 / 16;
  store = open_cache (bound);
  g_assert_true (hv_store_trim (store, &error));
  g_assert_no_error (error);
  g_assert_cmpint (size_of (store, &n), <=, bound);
  g_assert_cmpint (n, ==, 2);
  g_assert_false (holds (store, "key 0") || holds (store, "key 1"));
  g_assert_true (holds (store, "key 2") && holds (store, "key 3"));
}

static void
test_clear (void)
{
  g_autoptr (HvStore) store = open_cache (0);
  g_autoptr (GError) error = NULL;
  gint64 n, full;

  save (store, "another");
  full = size_of (store, &n);
  g_assert_cmpint (n, >, 0);
  g_assert_true (hv_store_clear (store, &error));
  g_assert_no_error (error);
  g_assert_cmpint (size_of (store, &n), <, full);
  g_assert_cmpint (n, ==, 0);
  save (store, "after");
  g_assert_true (holds (store, "after"));

  /* for others too */
  g_autoptr (HvStore) other = open_cache (0);
  g_assert_true (holds (other, "after"));
}

int
main (int argc, char **argv)
{
  g_autofree char *cache = g_dir_make_tmp ("heapview-XXXXXX", NULL);
  g_autofree char *folder = g_build_filename (cache, "heapview", NULL);
  g_autofree char *file = g_build_filename (folder, "profiles.db", NULL);

  g_setenv ("XDG_CACHE_HOME", cache, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store-bound/trim", test_trim);
  g_test_add_func ("/store-bound/clear", test_clear);
  int status = g_test_run ();
  g_remove (file);
  g_rmdir (folder);
  g_rmdir (cache);
  return status;
}
