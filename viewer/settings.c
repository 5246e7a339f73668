/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/settings.h"

#include <gio/gio.h>
#include <string.h>

#include "viewer/regular-file.h"
#include "viewer/source-path.h"

#define GROUP "source"
/* Each costs a look at the disk for every file that is not found. */
#define MAX_MAPPINGS 50
#define MAX_BYTES (1024 * 1024)

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

HvSettings *
hv_settings_load (void)
{
  HvSettings *settings = g_new0 (HvSettings, 1);
  g_autoptr (GKeyFile) keys = read_file ();
  gsize n_from = 0, n_to = 0;
  g_auto (GStrv) from = g_key_file_get_string_list (keys, GROUP, "recorded", &n_from, NULL);
  g_auto (GStrv) to = g_key_file_get_string_list (keys, GROUP, "here", &n_to, NULL);

  settings->mappings = g_ptr_array_new_with_free_func ((GDestroyNotify) hv_path_mapping_free);
  settings->editor = g_key_file_get_string (keys, GROUP, "editor", NULL);
  if (settings->editor && *settings->editor == '\0')
    g_clear_pointer (&settings->editor, g_free);
  for (gsize i = 0; i < MIN (n_from, n_to) && i < MAX_MAPPINGS; i++)
    if (g_path_is_absolute (to[i]))
      g_ptr_array_add (settings->mappings, hv_path_mapping_new (from[i], to[i]));
  return settings;
}

gboolean
hv_settings_save (const HvSettings *settings, GError **error)
{
  g_autoptr (GKeyFile) keys = read_file ();
  g_autofree char *path = settings_path ();
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GPtrArray) from = g_ptr_array_new (), to = g_ptr_array_new ();

  for (guint i = 0; i < settings->mappings->len; i++)
    {
      const HvPathMapping *mapping = g_ptr_array_index (settings->mappings, i);
      g_ptr_array_add (from, mapping->prefix);
      g_ptr_array_add (to, mapping->directory);
    }
  g_key_file_set_string (keys, GROUP, "editor", settings->editor ? settings->editor : "");
  g_key_file_set_string_list (keys, GROUP, "recorded", (const char *const *) from->pdata,
                              from->len);
  g_key_file_set_string_list (keys, GROUP, "here", (const char *const *) to->pdata, to->len);

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
  g_ptr_array_unref (settings->mappings);
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
