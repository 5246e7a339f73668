/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/settings.h"

#include <gio/gio.h>
#include <string.h>

#include "viewer/regular-file.h"
#include "viewer/source-path.h"

#define DISPLAY "display"
#define SOURCE "source"
#define SYMBOLS "symbols"
#define STORE "store"
#define WINDOW "window"
#define BUDGET "budget"

/* Each costs a look at the disk for every file that is not found. */
#define MAX_MAPPINGS 50
#define MAX_DEBUG_DIRS 50
#define MAX_BYTES (1024 * 1024)
#define MAX_TEXT 4096
#define MAX_PIXELS 20000

static const char *const schemes[HV_N_SCHEMES] = { "system", "light", "dark" };
static const char *const color_bys[HV_N_COLOR_BYS] = { "crate", "module", "none" };
static const char *const units[] = { "iec", "si" };
static const char *const colors[] = { "standard", "strong" };

static char *
settings_path (void)
{
  return g_build_filename (g_get_user_config_dir (), "heapview", "settings.ini", NULL);
}

static GKeyFile *
read_file (void)
{
  GKeyFile *keys = g_key_file_new ();
  g_autofree char *path = settings_path ();
  gsize length;
  g_autofree char *text = hv_read_regular_file (path, MAX_BYTES, &length, NULL, NULL);

  if (text)
    g_key_file_load_from_data (keys, text, length, G_KEY_FILE_KEEP_COMMENTS, NULL);
  return keys;
}

/* --- reading --- */

static int
get_word (GKeyFile *keys, const char *group, const char *key, const char *const *words, gsize n)
{
  g_autofree char *text = g_key_file_get_string (keys, group, key, NULL);

  for (gsize i = 0; text && i < n; i++)
    if (strcmp (text, words[i]) == 0)
      return (int) i;
  return 0;
}

/* NULL where it is empty. */
static char *
get_text (GKeyFile *keys, const char *group, const char *key)
{
  g_autofree char *text = g_key_file_get_string (keys, group, key, NULL);

  return text && *text && strlen (text) <= MAX_TEXT ? g_steal_pointer (&text) : NULL;
}

static int
get_int (GKeyFile *keys, const char *group, const char *key, int least, int most, int missing)
{
  g_autoptr (GError) error = NULL;
  int value = g_key_file_get_integer (keys, group, key, &error);

  return error || value < least || value > most ? missing : value;
}

static gboolean
is_absolute (const char *path)
{
  return g_path_is_absolute (path) && strlen (path) <= MAX_TEXT;
}

static void
get_mappings (GKeyFile *keys, GPtrArray *mappings)
{
  gsize n_from = 0, n_to = 0;
  g_auto (GStrv) from = g_key_file_get_string_list (keys, SOURCE, "recorded", &n_from, NULL);
  g_auto (GStrv) to = g_key_file_get_string_list (keys, SOURCE, "here", &n_to, NULL);

  for (gsize i = 0; i < MIN (n_from, n_to) && mappings->len < MAX_MAPPINGS; i++)
    if (is_absolute (to[i]) && strlen (from[i]) <= MAX_TEXT)
      g_ptr_array_add (mappings, hv_path_mapping_new (from[i], to[i]));
}

static void
get_symbols (GKeyFile *keys, HvSettings *settings)
{
  g_auto (GStrv) dirs = g_key_file_get_string_list (keys, SYMBOLS, "debug-dirs", NULL, NULL);

  for (gsize i = 0; dirs && dirs[i]; i++)
    hv_settings_add_debug_dir (settings, dirs[i]);
  settings->sysroot = get_text (keys, SYMBOLS, "sysroot");
  if (settings->sysroot && !is_absolute (settings->sysroot))
    g_clear_pointer (&settings->sysroot, g_free);
  settings->debuginfod = g_key_file_get_boolean (keys, SYMBOLS, "debuginfod", NULL);
  settings->debuginfod_seconds = get_int (keys, SYMBOLS, "debuginfod-seconds", 1,
                                          HV_MAX_DEBUGINFOD_SECONDS, HV_DEBUGINFOD_SECONDS);
}

HvSettings *
hv_settings_load (void)
{
  HvSettings *settings = g_new0 (HvSettings, 1);
  g_autoptr (GKeyFile) keys = read_file ();

  settings->mappings = g_ptr_array_new_with_free_func ((GDestroyNotify) hv_path_mapping_free);
  settings->debug_dirs = g_ptr_array_new_with_free_func (g_free);
  settings->si = get_word (keys, DISPLAY, "units", units, G_N_ELEMENTS (units)) == 1;
  settings->strong_colors = get_word (keys, DISPLAY, "colors", colors, G_N_ELEMENTS (colors)) == 1;
  settings->scheme = (HvScheme) get_word (keys, DISPLAY, "scheme", schemes, HV_N_SCHEMES);
  settings->color_by = (HvColorBy) get_word (keys, DISPLAY, "color-by", color_bys, HV_N_COLOR_BYS);
  settings->editor = get_text (keys, SOURCE, "editor");
  get_mappings (keys, settings->mappings);
  get_symbols (keys, settings);
  settings->cache_mib = get_int (keys, STORE, "max-mib", HV_MIN_CACHE_MIB, HV_MAX_CACHE_MIB,
                                 HV_CACHE_MIB);
  settings->budget = get_text (keys, BUDGET, "file");
  if (settings->budget && !is_absolute (settings->budget))
    g_clear_pointer (&settings->budget, g_free);
  settings->window_width = get_int (keys, WINDOW, "width", 1, MAX_PIXELS, 0);
  settings->window_height = get_int (keys, WINDOW, "height", 1, MAX_PIXELS, 0);
  settings->maximized = g_key_file_get_boolean (keys, WINDOW, "maximized", NULL);
  return settings;
}

/* --- writing --- */

static void
put_mappings (GKeyFile *keys, const GPtrArray *mappings)
{
  g_autoptr (GPtrArray) from = g_ptr_array_new (), to = g_ptr_array_new ();

  for (guint i = 0; i < mappings->len; i++)
    {
      const HvPathMapping *mapping = g_ptr_array_index (mappings, i);
      g_ptr_array_add (from, mapping->prefix);
      g_ptr_array_add (to, mapping->directory);
    }
  g_key_file_set_string_list (keys, SOURCE, "recorded", (const char *const *) from->pdata,
                              from->len);
  g_key_file_set_string_list (keys, SOURCE, "here", (const char *const *) to->pdata, to->len);
}

gboolean
hv_settings_save (const HvSettings *settings, GError **error)
{
  g_autoptr (GKeyFile) keys = read_file ();
  g_autofree char *path = settings_path ();
  g_autofree char *folder = g_path_get_dirname (path);

  g_key_file_set_string (keys, DISPLAY, "units", units[settings->si]);
  g_key_file_set_string (keys, DISPLAY, "colors", colors[settings->strong_colors]);
  g_key_file_set_string (keys, DISPLAY, "scheme", schemes[settings->scheme]);
  g_key_file_set_string (keys, DISPLAY, "color-by", color_bys[settings->color_by]);
  g_key_file_set_string (keys, SOURCE, "editor", settings->editor ? settings->editor : "");
  put_mappings (keys, settings->mappings);
  g_key_file_set_string_list (keys, SYMBOLS, "debug-dirs",
                              (const char *const *) settings->debug_dirs->pdata,
                              settings->debug_dirs->len);
  g_key_file_set_string (keys, SYMBOLS, "sysroot", settings->sysroot ? settings->sysroot : "");
  g_key_file_set_boolean (keys, SYMBOLS, "debuginfod", settings->debuginfod);
  g_key_file_set_integer (keys, SYMBOLS, "debuginfod-seconds", settings->debuginfod_seconds);
  g_key_file_set_integer (keys, STORE, "max-mib", settings->cache_mib);
  g_key_file_set_string (keys, BUDGET, "file", settings->budget ? settings->budget : "");
  g_key_file_set_integer (keys, WINDOW, "width", settings->window_width);
  g_key_file_set_integer (keys, WINDOW, "height", settings->window_height);
  g_key_file_set_boolean (keys, WINDOW, "maximized", settings->maximized);

  gsize length;
  g_autofree char *text = g_key_file_to_data (keys, &length, NULL);
  g_mkdir_with_parents (folder, 0700); /* where it fails, so does the next call, and says why */
  return g_file_set_contents_full (path, text, (gssize) length, G_FILE_SET_CONTENTS_CONSISTENT,
                                   0600, error);
}

void
hv_settings_free (HvSettings *settings)
{
  if (!settings)
    return;
  g_free (settings->editor);
  g_free (settings->sysroot);
  g_free (settings->budget);
  g_ptr_array_unref (settings->mappings);
  g_ptr_array_unref (settings->debug_dirs);
  g_free (settings);
}

void
hv_settings_add_mapping (HvSettings *settings, const char *prefix, const char *directory)
{
  for (guint i = 0; i < settings->mappings->len; i++)
    {
      const HvPathMapping *known = g_ptr_array_index (settings->mappings, i);
      if (strcmp (known->prefix, prefix) == 0 && strcmp (known->directory, directory) == 0)
        g_ptr_array_remove_index (settings->mappings, i--);
    }
  g_ptr_array_insert (settings->mappings, 0, hv_path_mapping_new (prefix, directory));
  if (settings->mappings->len > MAX_MAPPINGS)
    g_ptr_array_set_size (settings->mappings, MAX_MAPPINGS);
}

void
hv_settings_add_debug_dir (HvSettings *settings, const char *directory)
{
  GPtrArray *dirs = settings->debug_dirs;

  if (is_absolute (directory) && dirs->len < MAX_DEBUG_DIRS
      && !g_ptr_array_find_with_equal_func (dirs, directory, g_str_equal, NULL))
    g_ptr_array_add (dirs, g_strdup (directory));
}

gint64
hv_settings_cache_bytes (const HvSettings *settings)
{
  return (gint64) settings->cache_mib << 20;
}
