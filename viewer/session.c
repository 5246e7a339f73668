/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session.h"

#include "importers/symbols/find.h"

#include <string.h>
#include <sys/stat.h>

/* Raise it when an importer gives other results for the same file: stored profiles are then read
 * anew. */
#define IMPORT_VERSION 5

/* How large the cache may grow. */
#define CACHE_BYTES (G_GINT64_CONSTANT (2) << 30)

void
hv_opened_clear (HvOpened *opened)
{
  g_clear_pointer (&opened->profile, hv_profile_free);
  g_clear_pointer (&opened->key, g_free);
}

/* Everything beside the file itself that changes what an import gives. */
static char *
salt_of (const HvSession *session, gboolean series)
{
  const HvImportOptions *o = &session->import;
  GString *salt = g_string_new (NULL);

  g_string_append_printf (salt, "%d %d %d %s", IMPORT_VERSION, series, o->no_symbols,
                          o->sysroot ? o->sysroot : "");
  for (guint i = 0; o->debug_dirs && o->debug_dirs[i]; i++)
    g_string_append_printf (salt, "\n%s", o->debug_dirs[i]);
  for (guint i = 0; o->binaries && o->binaries[i]; i++)
    {
      struct stat st;
      g_string_append_printf (salt, "\n%s", o->binaries[i]);
      if (stat (hv_binary_file (o->binaries[i]), &st) == 0)
        g_string_append_printf (salt, " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT ".%ld",
                                (gint64) st.st_size, (gint64) st.st_mtim.tv_sec,
                                st.st_mtim.tv_nsec);
    }
  if (g_getenv ("HEAPVIEW_BINARY_PATH"))
    g_string_append_printf (salt, "\nsearch %s", g_getenv ("HEAPVIEW_BINARY_PATH"));
  return g_string_free (salt, FALSE);
}

/* Whether a module could not be named when the profile was stored: the file may be there by now, so
 * the profile is imported again. */
static gboolean
lacks_symbols (const HvProfile *profile)
{
  for (uint32_t i = 0; i < profile->n_modules; i++)
    {
      const char *status = hv_profile_string (profile, profile->module[i].status);
      if (*status && strcmp (status, "resolved") != 0)
        return TRUE;
    }
  return FALSE;
}

HvStore *
hv_session_store (const HvSession *session, GError **error)
{
  return hv_store_open (session->store_path, session->store_path ? 0 : CACHE_BYTES, error);
}

gboolean
hv_session_open (const HvSession *session, const char *const *paths, gboolean series,
                 HvOpened *opened, GError **error)
{
  *opened = (HvOpened){ 0 };
  if (!session->no_store)
    {
      g_autofree char *salt = salt_of (session, series);
      opened->key = series ? hv_store_key_many (paths, salt, NULL)
                           : hv_store_key (paths[0], salt, NULL);
      g_autoptr (HvStore) store = opened->key ? hv_session_store (session, NULL) : NULL;
      g_autoptr (HvProfile) stored = store ? hv_store_load (store, opened->key, NULL) : NULL;
      if (stored && (session->import.no_symbols || !lacks_symbols (stored)))
        {
          /* the same content may lie at another path today */
          if (!series)
            {
              g_free (stored->path);
              stored->path = g_utf8_make_valid (paths[0], -1);
            }
          opened->profile = g_steal_pointer (&stored);
          return TRUE;
        }
    }

  opened->profile = series ? hv_import_series (paths, &session->import, error)
                           : hv_import (paths[0], &session->import, error);
  opened->fresh = TRUE;
  if (opened->profile == NULL)
    hv_opened_clear (opened);
  return opened->profile != NULL;
}

gboolean
hv_session_keep (const HvSession *session, HvOpened *opened, GError **error)
{
  if (!opened->fresh || opened->key == NULL || session->no_store)
    return TRUE;

  g_autoptr (HvStore) store = hv_session_store (session, error);
  if (store == NULL
      || !hv_store_save (store, opened->key, opened->profile, session->import.cancellable, error))
    return FALSE;
  opened->fresh = FALSE;
  return TRUE;
}
