/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "profiles.h"

#include "store/store.h"

#include <glib/gstdio.h>
#include <unistd.h>

/* A cache that was damaged makes place for a new one; a store that the user named is left alone. */

static char *file, *aside;
static goffset empty; /* bytes of a cache that holds nothing */

static HvStore *
open_store (const char *path)
{
  g_autoptr (GError) error = NULL;
  HvStore *store = hv_store_open (path, 0, &error);

  g_assert_no_error (error);
  return store;
}

static gboolean
save (HvStore *store, const char *key, GError **error)
{
  g_autoptr (HvProfile) profile = test_random_profile (7, 5000);

  return hv_store_save (store, key, profile, NULL, error);
}

static void
assert_keeps (void)
{
  g_autoptr (HvStore) store = open_store (NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (save (store, "new", &error));
  g_autoptr (HvProfile) profile = hv_store_load (store, "new", &error);
  g_assert_no_error (error);
  g_assert_nonnull (profile);
}

/* Writes over `size` bytes of the file at `path`. */
static void
overwrite (const char *path, goffset at, gsize size)
{
  g_autofree char *text = g_strnfill (size, 'x');
  FILE *stream = fopen (path, "r+b");

  g_assert_nonnull (stream);
  g_assert_cmpint (fseek (stream, (long) at, SEEK_SET), ==, 0);
  g_assert_cmpuint (fwrite (text, 1, size, stream), ==, size);
  g_assert_cmpint (fclose (stream), ==, 0);
}

static void
make_cache (void)
{
  g_autoptr (GError) error = NULL;
  GStatBuf info;

  g_remove (file);
  g_remove (aside);
  g_autoptr (HvStore) store = open_store (NULL);
  g_assert_cmpint (g_stat (file, &info), ==, 0);
  empty = info.st_size;
  g_assert_true (save (store, "old", &error));
  g_assert_no_error (error);
}

/* What opening does not read: the pages that only hold a profile. */
static void
damage_pages (void)
{
  GStatBuf info;

  g_assert_cmpint (g_stat (file, &info), ==, 0);
  overwrite (file, empty, (gsize) (info.st_size - empty));
}

static void
test_no_database (void)
{
  make_cache ();
  overwrite (file, 0, 100);
  assert_keeps ();
  g_assert_true (g_file_test (aside, G_FILE_TEST_EXISTS));
}

static void
test_cut (void)
{
  make_cache ();
  g_assert_cmpint (truncate (file, 3 * 8192), ==, 0);
  assert_keeps ();
  g_assert_true (g_file_test (aside, G_FILE_TEST_EXISTS));
}

/* That is found when a profile is stored. */
static void
test_pages (void)
{
  g_autoptr (GError) error = NULL;

  make_cache ();
  damage_pages ();
  HvStore *store = open_store (NULL);
  g_assert_false (save (store, "old", &error));
  g_assert_error (error, HV_ERROR, HV_ERROR_STORE);
  hv_store_close (store);
  assert_keeps ();
  g_assert_true (g_file_test (aside, G_FILE_TEST_EXISTS));
}

/* Two that have the damaged file open set it aside once. */
static void
test_two (void)
{
  g_autoptr (GError) error = NULL;

  make_cache ();
  HvStore *first = open_store (NULL), *second = open_store (NULL);
  damage_pages ();
  g_assert_false (save (first, "old", &error));
  g_clear_error (&error);
  g_assert_false (save (second, "old", &error));
  hv_store_close (first);
  assert_keeps ();
  hv_store_close (second);

  g_autoptr (HvStore) store = open_store (NULL);
  g_autoptr (HvProfile) kept = hv_store_load (store, "new", NULL);
  g_assert_nonnull (kept);
}

static void
test_library (void)
{
  g_autofree char *library = g_strconcat (file, ".library", NULL);
  g_autofree char *beside = g_strconcat (library, ".damaged", NULL);
  g_autoptr (GError) error = NULL;

  hv_store_close (open_store (library));
  overwrite (library, 0, 100);
  g_assert_null (hv_store_open (library, 0, &error));
  g_assert_error (error, HV_ERROR, HV_ERROR_STORE);
  g_assert_true (g_file_test (library, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (beside, G_FILE_TEST_EXISTS));
  g_remove (library);
}

int
main (int argc, char **argv)
{
  g_autofree char *cache = g_dir_make_tmp ("heapview-XXXXXX", NULL);
  g_autofree char *folder = g_build_filename (cache, "heapview", NULL);

  file = g_build_filename (folder, "profiles.db", NULL);
  aside = g_strconcat (file, ".damaged", NULL);
  g_setenv ("XDG_CACHE_HOME", cache, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store-damage/no-database", test_no_database);
  g_test_add_func ("/store-damage/cut", test_cut);
  g_test_add_func ("/store-damage/pages", test_pages);
  g_test_add_func ("/store-damage/two", test_two);
  g_test_add_func ("/store-damage/library", test_library);
  int status = g_test_run ();
  g_remove (file);
  g_remove (aside);
  g_rmdir (folder);
  g_rmdir (cache);
  g_free (file);
  g_free (aside);
  return status;
}
