/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "importers/importer.h"
#include "store/store.h"
#include "symbols.h"
#include "viewer/export/export.h"

/* A profile that is stored with few names is given better ones later, without the file it was read
 * from. */

/* Calls of gcc-5.so and stripped.so, which have the same code: alone and one in another. */
static const uint64_t calls[][4] = {
  { 0x2e3, 0x33c, 0x3b5 },
  { 0x2e3, 0x372, 0x3b5 },
  { 0x353, 0x3b5 },
  { 0x366, 0x3b5 },
  { 0x35b, 0x3b5 },
  { 0x3c9 },
  { 0x3c1 },
  { 0x348, 0x3b5 },
};

/* Where libraries are moved to; one of the recorded program's. */
static char *library, *dump;

static void
put_library (const char *name)
{
  g_autofree char *path = data_path (name);

  copy_file (path, library, FALSE);
}

/* A dump of a program that nobody has; its stacks go through the library. */
static void
write_dump (void)
{
  g_autoptr (GString) text = g_string_new ("heap_v2/1\n  t*: 0: 0 [0: 0]\n");

  for (gsize i = 0; i < G_N_ELEMENTS (calls); i++)
    {
      g_string_append (text, "@");
      for (gsize k = 0; k < G_N_ELEMENTS (calls[i]) && calls[i][k]; k++)
        g_string_append_printf (text, " %#" G_GINT64_MODIFIER "x", 0x500000 + calls[i][k] + 1);
      g_string_append_printf (text, " 0x401101\n  t*: %d: %d [0: 0]\n", (int) i + 1,
                              100 * ((int) i + 1));
    }
  g_string_append_printf (text,
                          "\nMAPPED_LIBRARIES:\n"
                          "00400000-00402000 r-xp 00000000 08:01 11 /nowhere/program\n"
                          "00500000-00501000 r-xp 00000000 08:01 12 %s\n",
                          library);
  g_assert_true (g_file_set_contents (dump, text->str, -1, NULL));
}

static char *
json_of (const HvProfile *profile)
{
  GString *out = g_string_new (NULL);
  const HvTreeOptions options = { .group = HV_GROUP_STACK };
  g_autoptr (GError) error = NULL;
  g_autoptr (HvTree)
      tree = hv_tree_new (profile, HV_METRIC_LIVE_BYTES, HV_AT_END, &options, &error);
  HvReport report = { .profile = profile,
                      .at = HV_AT_END,
                      .metric = HV_METRIC_LIVE_BYTES,
                      .tree = tree,
                      .rows_tree = tree,
                      .top = G_MAXUINT };

  g_assert_no_error (error);
  g_assert_true (hv_export_json.write (&report, out, &error));
  return g_string_free (out, FALSE);
}

static HvProfile *
import (const HvImportOptions *options)
{
  g_autoptr (GError) error = NULL;
  HvProfile *profile = hv_import (dump, options, &error);

  g_assert_no_error (error);
  return profile;
}

/* Through a store that is closed in between. */
static HvProfile *
keep (const HvProfile *profile)
{
  g_autofree char *path = g_build_filename (scratch, "kept.db", NULL);
  g_autoptr (GError) error = NULL;

  {
    g_autoptr (HvStore) store = hv_store_open (path, 0, &error);
    g_assert_no_error (error);
    g_assert_true (hv_store_save (store, "key", profile, NULL, &error));
  }
  g_autoptr (HvStore) store = hv_store_open (path, 0, &error);
  HvProfile *kept = hv_store_load (store, "key", &error);
  g_assert_no_error (error);
  g_assert_nonnull (kept);
  g_remove (path);
  return kept;
}

static gboolean
name_again (HvProfile *profile, const HvImportOptions *options)
{
  g_autoptr (GError) error = NULL;
  gboolean changed = FALSE;

  g_assert_true (hv_import_name_again (profile, options, &changed, &error));
  g_assert_no_error (error);
  g_assert_true (hv_profile_check (profile, &error));
  g_assert_no_error (error);
  return changed;
}

/* What was stored and named later says the same, to the last byte, as what is read at once. */
static void
check_like_import (const HvImportOptions *before, const HvImportOptions *after)
{
  g_autoptr (HvProfile) poor = import (before);
  g_autoptr (HvProfile) stored = keep (poor);
  g_autofree char *poor_text = json_of (poor), *stored_text = json_of (stored);

  g_assert_cmpstr (poor_text, ==, stored_text);
  g_assert_true (name_again (stored, after));
  g_autoptr (HvProfile) again = keep (stored);
  g_autoptr (HvProfile) direct = import (after);
  g_autofree char *want = json_of (direct), *first = json_of (stored), *second = json_of (again);
  g_assert_cmpstr (first, ==, want);
  g_assert_cmpstr (second, ==, want);
  g_assert_cmpstr (want, !=, poor_text);
  g_assert_nonnull (strstr (want, "app::run(int)::{lambda}::operator()"));
  /* asked once more, there is nothing more to be had */
  g_assert_false (name_again (again, after));
  g_autofree char *third = json_of (again);
  g_assert_cmpstr (third, ==, want);
}

static void
test_file_not_found (void)
{
  g_autofree char *path = data_path ("gcc-5.so");
  g_autofree char *binary = g_strconcat (library, "=", path, NULL);
  const char *binaries[] = { binary, NULL };
  HvImportOptions before = { 0 }, after = { .binaries = (char **) binaries };

  g_remove (library);
  check_like_import (&before, &after);
}

static void
test_symbol_table_only (void)
{
  g_autofree char *folder = g_build_filename (scratch, "debug", NULL);
  g_autofree char *debug = g_build_filename (folder, "stripped.debug", NULL);
  g_autofree char *path = data_path ("stripped.debug");
  const char *folders[] = { folder, NULL };
  HvImportOptions before = { 0 }, after = { .debug_dirs = (char **) folders };

  put_library ("stripped.so");
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  copy_file (path, debug, FALSE);
  check_like_import (&before, &after);
  g_remove (debug);
}

static const char *
library_status (const HvProfile *profile)
{
  for (uint32_t m = 0; m < profile->n_modules; m++)
    if (strcmp (hv_profile_string (profile, profile->module[m].path), library) == 0)
      return hv_profile_string (profile, profile->module[m].status);
  g_assert_not_reached ();
}

/* The rows of a report, without what it says of modules. */
static char *
sites_of (const HvProfile *profile)
{
  g_autofree char *json = json_of (profile);
  const char *sites = strstr (json, "\"sites\"");

  g_assert_nonnull (sites);
  return g_strdup (sites);
}

/* A file that did not run, and one that is not there any more, take no name away. */
static void
test_nothing_gets_worse (void)
{
  g_autofree char *wrong = data_path ("unwind.so");
  g_autofree char *binary = g_strconcat (library, "=", wrong, NULL);
  const char *binaries[] = { binary, NULL };
  HvImportOptions none = { 0 }, mismatch = { .binaries = (char **) binaries };

  for (guint i = 0; i < 2; i++)
    {
      put_library (i ? "gcc-5.so" : "stripped.so");
      g_autoptr (HvProfile) fresh = import (&none);
      g_autoptr (HvProfile) profile = keep (fresh);
      g_autofree char *status = g_strdup (library_status (profile)), *want = sites_of (profile);
      g_assert_cmpstr (status, ==, i ? "resolved" : "symbol table only");

      g_assert_false (name_again (profile, &mismatch));
      g_autofree char *after_wrong = sites_of (profile);
      g_assert_cmpstr (library_status (profile), ==, status);
      g_assert_cmpstr (after_wrong, ==, want);

      g_remove (library);
      g_assert_false (name_again (profile, &none));
      g_autofree char *after_gone = sites_of (profile);
      g_assert_cmpstr (library_status (profile), ==, status);
      g_assert_cmpstr (after_gone, ==, want);
    }
}

int
main (int argc, char **argv)
{
  symbols_init (&argc, &argv);
  library = g_build_filename (scratch, "fixture.so", NULL);
  dump = g_build_filename (scratch, "fixture.heap", NULL);
  write_dump ();
  g_test_add_func ("/restore/file-not-found", test_file_not_found);
  g_test_add_func ("/restore/symbol-table-only", test_symbol_table_only);
  g_test_add_func ("/restore/nothing-gets-worse", test_nothing_gets_worse);
  int failed = symbols_run ();
  g_free (library);
  g_free (dump);
  return failed;
}
