/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "symbols.h"

#include <sqlite3.h>

static char *
cache_path (void)
{
  return g_build_filename (g_get_user_cache_dir (), "heapview", "symbols.db", NULL);
}

static void
tamper (const char *sql)
{
  g_autofree char *path = cache_path (), *message = NULL;
  sqlite3 *db = NULL;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  if (sqlite3_exec (db, sql, NULL, NULL, &message) != SQLITE_OK)
    g_error ("%s: %s", sql, message);
  sqlite3_close (db);
}

/* The stack of `path`, named with the cache. */
static char *
cached_stack (const char *path, char **debug_dirs, const char *expected_status)
{
  HvImportOptions options = { .symbol_cache = TRUE, .debug_dirs = debug_dirs };
  g_autoptr (HvProfile) profile = make_profile (path, stack, G_N_ELEMENTS (stack));

  resolve (profile, &options);
  g_assert_cmpstr (status (profile), ==, expected_status);
  g_assert_cmpuint (strlen (hv_profile_string (profile, profile->module[0].build_id)), ==, 40);
  return stack_text (profile);
}

static void
assert_cached (const char *path, const char *expected)
{
  g_autofree char *text = cached_stack (path, NULL, "resolved");

  g_assert_cmpstr (text, ==, expected);
}

/* The second time nothing is read but the cache: it knows a name that no file has. */
static void
test_cache (void)
{
  g_autofree char *path = data_path ("gcc-5.so"), *cache = cache_path ();
  g_autofree char *folder = g_path_get_dirname (cache);
  GStatBuf info;

  assert_cached (path, stack_named);
  g_assert_cmpint (g_stat (cache, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
  g_assert_cmpint (g_stat (folder, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0700);
  assert_cached (path, stack_named);

  tamper ("update name set text = x'636163686564' where text = x'656e747279'"); /* entry */
  g_autofree char *text = cached_stack (path, NULL, "resolved");
  g_assert_true (g_str_has_suffix (text, "\ncached:61\n"));

  /* without the cache, as --no-store has it */
  HvImportOptions without = { 0 };
  g_autoptr (HvProfile) profile = make_profile (path, stack, G_N_ELEMENTS (stack));
  resolve (profile, &without);
  g_autofree char *read = stack_text (profile);
  g_assert_cmpstr (read, ==, stack_named);
  g_assert_cmpint (g_remove (cache), ==, 0);
}

/* Names of a symbol table give way to those of a debug file, and not the other way round. */
static void
test_cache_quality (void)
{
  g_autofree char *library = data_path ("stripped.so"), *debug = data_path ("stripped.debug");
  g_autofree char *folder = g_build_filename (scratch, "quality", NULL), *cache = cache_path ();
  g_autofree char *moved = g_build_filename (folder, "stripped.so", NULL);
  g_autofree char *beside = g_build_filename (folder, "stripped.debug", NULL);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  copy_file (library, moved, FALSE);
  for (int i = 0; i < 2; i++)
    {
      g_autofree char *text = cached_stack (moved, NULL, "symbol table only");
      g_assert_true (g_str_has_suffix (text, "\n=app::run(int)\n=entry\n"));
    }
  copy_file (debug, beside, FALSE);
  assert_cached (moved, stack_named);
  g_assert_cmpint (g_remove (beside), ==, 0);
  assert_cached (moved, stack_named);
  /* one of another size is another file */
  g_autofree char *whole = data_path ("gcc-5.so");
  assert_cached (whole, stack_named);
  g_assert_cmpint (g_remove (cache), ==, 0);
}

/* What is in the cache is as little to be trusted as anything else: it knows less, or nothing. */
static void
test_cache_hostile (void)
{
  static const char *const harm[] = {
    "update address set chain = x'ff'",
    "update address set chain = x'ffffffffffffffffffffffffffffffff'",
    "update address set chain = x'01000000' || substr (chain, 1, 1)",
    "update address set chain = x'7f000000'",
    "update address set chain = x'00000000'",
    "update address set chain = x'017f0000'",
    "update address set chain = x'0100ffffffff1f00'",
    "update address set chain = x'01000004'",
    "update address set chain = 'text'",
    "update address set chain = 7",
    "update address set chain = zeroblob (100000)",
    "update name set text = x'00' || id",
    "update name set text = '' where id = 1",
    "update name set text = id",
    "update file set quality = 99, id = id",
    "update file set quality = -1",
    "update file set debug = x'ff'",
    "delete from name",
    "create trigger t after insert on address begin delete from name; end",
    "drop table name; create view name as select 1 as id, 'x' as text",
    "pragma user_version = 2",
    "pragma application_id = 1",
  };
  g_autofree char *path = data_path ("gcc-5.so"), *cache = cache_path (), *good = NULL;
  gsize size;

  assert_cached (path, stack_named);
  g_assert_true (g_file_get_contents (cache, &good, &size, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (harm); i++)
    {
      g_assert_true (g_file_set_contents (cache, good, (gssize) size, NULL));
      tamper (harm[i]);
      if (strstr (harm[i], "text = id"))
        {
          /* wrong, but sound */
          g_autofree char *text = cached_stack (path, NULL, "resolved");
          continue;
        }
      assert_cached (path, stack_named);
    }

  /* every page, and files that are none of ours */
  for (gsize at = 0; at < size; at += 97)
    {
      g_autofree char *bad = g_memdup2 (good, size), *text = NULL;
      HvImportOptions options = { .symbol_cache = TRUE };
      g_autoptr (HvProfile) profile = make_profile (path, stack, G_N_ELEMENTS (stack));
      memset (bad + at, 0xa5, MIN (61, size - at));
      g_assert_true (g_file_set_contents (cache, bad, (gssize) size, NULL));
      resolve (profile, &options);
    }
  for (gsize length = 0; length < 10000; length = length * 5 + 1)
    {
      g_autofree char *text = g_strnfill (length, 'x');
      g_assert_true (g_file_set_contents (cache, text, (gssize) length, NULL));
      assert_cached (path, stack_named);
      assert_cached (path, stack_named);
    }
  g_assert_cmpint (g_remove (cache), ==, 0);
  g_assert_cmpint (g_mkdir (cache, 0700), ==, 0);
  assert_cached (path, stack_named);
  g_assert_cmpint (g_rmdir (cache), ==, 0);
}

int
main (int argc, char **argv)
{
  symbols_init (&argc, &argv);
  g_test_add_func ("/cache/names", test_cache);
  g_test_add_func ("/cache/quality", test_cache_quality);
  g_test_add_func ("/cache/hostile", test_cache_hostile);
  return symbols_run ();
}
