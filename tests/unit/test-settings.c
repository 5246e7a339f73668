/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/settings.h"

#include <glib/gstdio.h>
#include <string.h>

static char *
file_path (void)
{
  return g_build_filename (g_get_user_config_dir (), "heapview", "settings.ini", NULL);
}

static HvSettings *
load_text (const char *text)
{
  g_autofree char *path = file_path ();
  g_autofree char *folder = g_path_get_dirname (path);

  g_mkdir_with_parents (folder, 0700);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return hv_settings_load ();
}

static void
assert_default (const HvSettings *s)
{
  g_assert_false (s->si);
  g_assert_cmpint (s->scheme, ==, HV_SCHEME_SYSTEM);
  g_assert_false (s->strong_colors);
  g_assert_cmpint (s->color_by, ==, HV_COLOR_BY_CRATE);
  g_assert_null (s->editor);
  g_assert_cmpuint (s->mappings->len, ==, 0);
  g_assert_cmpuint (s->debug_dirs->len, ==, 0);
  g_assert_null (s->sysroot);
  g_assert_false (s->debuginfod);
  g_assert_cmpint (s->debuginfod_seconds, ==, HV_DEBUGINFOD_SECONDS);
  g_assert_cmpint (s->cache_mib, ==, HV_CACHE_MIB);
  g_assert_cmpint (s->window_width, ==, 0);
  g_assert_cmpint (s->window_height, ==, 0);
  g_assert_false (s->maximized);
}

static void
test_round (void)
{
  g_autofree char *path = file_path ();
  g_autoptr (GError) error = NULL;
  g_autoptr (HvSettings) s = hv_settings_load ();
  GStatBuf info;

  assert_default (s);
  s->si = s->strong_colors = s->debuginfod = s->maximized = TRUE;
  s->scheme = HV_SCHEME_DARK;
  s->color_by = HV_COLOR_BY_NONE;
  s->sysroot = g_strdup ("/a;b");
  s->debuginfod_seconds = 3;
  s->cache_mib = 77;
  s->window_width = 1234;
  s->window_height = 567;
  hv_settings_add_debug_dir (s, "/x;y");
  hv_settings_add_debug_dir (s, "/x;y");
  hv_settings_add_debug_dir (s, "/z");
  hv_settings_add_debug_dir (s, "relative");
  g_assert_true (hv_settings_save (s, &error));
  g_assert_no_error (error);
  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);

  g_autoptr (HvSettings) again = hv_settings_load ();
  g_assert_true (again->si && again->strong_colors && again->debuginfod && again->maximized);
  g_assert_cmpint (again->scheme, ==, HV_SCHEME_DARK);
  g_assert_cmpint (again->color_by, ==, HV_COLOR_BY_NONE);
  g_assert_cmpstr (again->sysroot, ==, "/a;b");
  g_assert_cmpint (again->debuginfod_seconds, ==, 3);
  g_assert_cmpint (again->cache_mib, ==, 77);
  g_assert_cmpint (hv_settings_cache_bytes (again), ==, G_GINT64_CONSTANT (77) * 1024 * 1024);
  g_assert_cmpint (again->window_width, ==, 1234);
  g_assert_cmpint (again->window_height, ==, 567);
  g_assert_cmpuint (again->debug_dirs->len, ==, 2);
  g_assert_cmpstr (g_ptr_array_index (again->debug_dirs, 0), ==, "/x;y");
}

/* Whatever is in the file, each value is one that can be. */
static void
test_hostile (void)
{
  static const char *const texts[] = {
    "",
    "\xff\xfe[[[",
    "[display",
    "units=si\n",
    "[display]\nunits=furlongs\ncolors=\nscheme=2\ncolor-by=crates\n",
    "[symbols]\nsysroot=relative\ndebug-dirs=a;b;../c;\ndebuginfod=maybe\ndebuginfod-seconds=-1\n",
    "[symbols]\ndebuginfod-seconds=99999999999999999999\n[store]\nmax-mib=0\n",
    "[store]\nmax-mib=9999999\n[window]\nwidth=-5\nheight=1e9\nmaximized=2\n",
    "[source]\nrecorded=/a;/b\nhere=relative;also\n",
    "[source]\nrecorded=/a\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (HvSettings) settings = load_text (texts[i]);
      assert_default (settings);
    }

  /* bounded */
  g_autoptr (GString) many = g_string_new ("[symbols]\ndebug-dirs=");
  for (guint i = 0; i < 5000; i++)
    g_string_append_printf (many, "/d%u;", i);
  g_autoptr (HvSettings) some = load_text (many->str);
  g_assert_cmpuint (some->debug_dirs->len, >, 0);
  g_assert_cmpuint (some->debug_dirs->len, <, 100);

  g_autofree char *name = g_strnfill (100000, 'x');
  g_autofree char *longest = g_strdup_printf ("[source]\neditor=%s\n[symbols]\nsysroot=/%s\n", name,
                                              name);
  g_autoptr (HvSettings) cut = load_text (longest);
  assert_default (cut);

  /* larger than anybody's choices: not read */
  g_autofree char *rest = g_strnfill (2 * 1024 * 1024, '#');
  g_autofree char *large = g_strconcat ("[display]\nunits=si\n", rest, "\n", NULL);
  g_autoptr (HvSettings) none = load_text (large);
  assert_default (none);
}

static void
test_unwritable (void)
{
  g_autofree char *path = file_path ();
  g_autoptr (GError) error = NULL;
  g_autoptr (HvSettings) settings = NULL;

  g_remove (path);
  g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
  settings = hv_settings_load ();
  assert_default (settings);
  g_assert_false (hv_settings_save (settings, &error));
  g_assert_nonnull (error);
  g_rmdir (path);
}

int
main (int argc, char **argv)
{
  g_autofree char *config = g_dir_make_tmp ("heapview-config-XXXXXX", NULL);
  g_autofree char *folder = g_build_filename (config, "heapview", NULL);

  g_setenv ("XDG_CONFIG_HOME", config, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/settings/round", test_round);
  g_test_add_func ("/settings/hostile", test_hostile);
  g_test_add_func ("/settings/unwritable", test_unwritable);
  int status = g_test_run ();
  g_rmdir (folder);
  g_rmdir (config);
  return status;
}
