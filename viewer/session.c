/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session.h"

#include "importers/symbols/rules.h"
#include "store/store-answers.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

/* Raise it when an importer gives other results for the same file: stored profiles are then read
 * anew. */
#define IMPORT_VERSION 8

char **
hv_session_follow_settings (HvSession *session, const HvSettings *settings)
{
  HvImportOptions *o = &session->import;
  g_autoptr (GStrvBuilder) dirs = g_strv_builder_new ();

  if (o->debug_dirs)
    g_strv_builder_addv (dirs, (const char **) o->debug_dirs);
  for (guint i = 0; i < settings->debug_dirs->len; i++)
    g_strv_builder_add (dirs, g_ptr_array_index (settings->debug_dirs, i));
  o->debug_dirs = g_strv_builder_end (dirs);
  if (!o->sysroot)
    o->sysroot = g_intern_string (settings->sysroot); /* the settings may change meanwhile */
  o->debuginfod |= settings->debuginfod;
  o->debuginfod_seconds = settings->debuginfod_seconds;
  session->cache_bytes = hv_settings_cache_bytes (settings);
  return o->debug_dirs;
}

void
hv_opened_clear (HvOpened *opened)
{
  g_clear_pointer (&opened->profile, hv_profile_free);
  g_clear_pointer (&opened->key, g_free);
}

/* Everything beside the file itself that changes what an import gives. Not where symbols come from:
 * what is stored is given the names that it lacks. */
static char *
salt_of (const HvSession *session, gboolean series)
{
  return g_strdup_printf ("%d %d %d", IMPORT_VERSION, series, session->import.no_symbols);
}

/* Whether the user says where names are. */
static gboolean
knows_names (const HvSession *session)
{
  const HvImportOptions *o = &session->import;

  return !o->no_symbols
         && ((o->binaries && o->binaries[0]) || (o->debug_dirs && o->debug_dirs[0]) || o->sysroot
             || o->debuginfod || g_getenv ("HEAPVIEW_BINARY_PATH"));
}

/* Whether names may have turned up since the profile was stored: the user says where, or a module
 * could not be named whose file may be there by now. */
static gboolean
may_be_named (const HvSession *session, const HvProfile *profile)
{
  if (session->import.no_symbols)
    return FALSE;
  if (knows_names (session))
    return TRUE;
  for (uint32_t i = 0; i < profile->n_modules; i++)
    {
      const char *status = hv_profile_string (profile, profile->module[i].status);
      if (*status && strcmp (status, "resolved") != 0
          && *hv_profile_string (profile, profile->module[i].path) != '[')
        return TRUE;
    }
  return FALSE;
}

HvStore *
hv_session_store (const HvSession *session, GError **error)
{
  return hv_store_open (session->store_path,
                        session->store_path    ? 0
                        : session->cache_bytes ? session->cache_bytes
                                               : (gint64) HV_CACHE_MIB << 20,
                        error);
}

/* The file, absolute; NULL for several and for what could be no file later. A profile without names
 * is not found by it: that was asked for only once. */
static char *
location_of (const HvSession *session, const char *const *paths, gboolean series)
{
  if (series || session->import.no_symbols || strcmp (paths[0], "-") == 0)
    return NULL;
  return g_canonicalize_filename (paths[0], NULL);
}

/* A smaller file is read and hashed before a thread has begun. */
#define LARGE_FILE (4 << 20)

/* The key of a file, and what the store has of it. */
typedef struct
{
  HvStore *store; /* NULL: it cannot be used */
  const char *path, *salt;
  gboolean end_only;
  char *key;
  GError *error;
} Asked;

static gpointer
find_key (gpointer user)
{
  Asked *asked = user;

  asked->key = hv_store_key (asked->path, asked->salt, &asked->error);
  return NULL;
}

static HvProfile *
load_key (const Asked *asked, const char *key)
{
  if (asked->store == NULL || key == NULL)
    return NULL;
  return asked->end_only ? hv_store_load_end (asked->store, key, NULL)
                         : hv_store_load (asked->store, key, NULL);
}

static gboolean
is_pipe (const char *path)
{
  GStatBuf info;

  return strcmp (path, "-") == 0 || (g_stat (path, &info) == 0 && !S_ISREG (info.st_mode));
}

/* What the file most probably is, is loaded while it is read for its key, which alone tells. */
static HvProfile *
load_file (Asked *asked)
{
  g_autofree char *name = g_utf8_make_valid (asked->path, -1);
  g_autofree char *guess = NULL;
  GStatBuf info;

  if (asked->store && g_stat (asked->path, &info) == 0 && info.st_size >= LARGE_FILE)
    guess = hv_store_guess_key (asked->store, name);
  if (guess == NULL)
    {
      find_key (asked);
      return load_key (asked, asked->key);
    }
  GThread *thread = g_thread_new ("key", find_key, asked);
  HvProfile *profile = load_key (asked, guess);
  g_thread_join (thread);
  if (g_strcmp0 (asked->key, guess) == 0)
    return profile;
  hv_profile_free (profile);
  return load_key (asked, asked->key);
}

/* What the store has of the files; NULL: nothing that can be used. Sets the key. */
static HvProfile *
load (const HvSession *session, const char *const *paths, gboolean series, gboolean end_only,
      HvOpened *opened)
{
  g_autofree char *salt = salt_of (session, series);
  g_autofree char *location = location_of (session, paths, series);
  g_autoptr (HvStore) store = series || !is_pipe (paths[0]) ? hv_session_store (session, NULL)
                                                            : NULL;
  Asked asked = { .store = store, .path = paths[0], .salt = salt, .end_only = end_only };
  HvProfile *stored;

  if (series)
    {
      asked.key = hv_store_key_many (paths, salt, NULL);
      stored = load_key (&asked, asked.key);
    }
  else
    stored = load_file (&asked);
  gboolean gone = location && g_error_matches (asked.error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_clear_error (&asked.error);
  if (store && gone)
    {
      asked.key = hv_store_key_at (store, location, NULL);
      stored = load_key (&asked, asked.key);
    }
  g_free (opened->key);
  opened->key = asked.key;
  opened->stored = stored != NULL;
  opened->gone = stored && gone;
  /* the same content may lie at another path today */
  if (stored && !series)
    {
      g_free (stored->path);
      stored->path = g_utf8_make_valid (paths[0], -1);
      g_free (stored->location);
      stored->location = g_steal_pointer (&location);
    }
  return stored;
}

/* Names and rules as they are today; what that changes makes the profile fresh. */
static gboolean
update (const HvSession *session, HvOpened *opened, GError **error)
{
  if (may_be_named (session, opened->profile)
      && !hv_import_name_again (opened->profile, &session->import, &opened->fresh, error))
    {
      hv_opened_clear (opened);
      return FALSE;
    }
  opened->fresh |= hv_rules_apply (opened->profile);
  return TRUE;
}

gboolean
hv_session_open (const HvSession *session, const char *const *paths, gboolean series,
                 HvOpened *opened, GError **error)
{
  *opened = (HvOpened){ 0 };
  if (!session->no_store)
    opened->profile = load (session, paths, series, session->end_only, opened);
  if (opened->profile && !update (session, opened, error))
    return FALSE;
  /* what is stored anew is all of it */
  if (opened->profile && opened->fresh && opened->profile->without_rows)
    {
      hv_profile_free (opened->profile);
      opened->fresh = FALSE;
      opened->profile = load (session, paths, series, FALSE, opened);
      if (opened->profile && !update (session, opened, error))
        return FALSE;
    }
  if (opened->profile)
    return TRUE;

  opened->profile = series ? hv_import_series (paths, &session->import, error)
                           : hv_import (paths[0], &session->import, error);
  opened->fresh = TRUE;
  if (opened->profile == NULL)
    {
      hv_opened_clear (opened);
      return FALSE;
    }
  opened->profile->location = location_of (session, paths, series);
  return TRUE;
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

/* Reports of fewer stack nodes are worked out in a few milliseconds, and no smaller file has as
 * many. */
#define MANY_NODES 50000
#define LEAST_BYTES (256 * 1024)

char *
hv_session_get_answer (const HvSession *session, const char *path, const char *question)
{
  GStatBuf info;

  if (session->no_store || knows_names (session) || strcmp (path, "-") == 0
      || g_stat (path, &info) != 0 || !S_ISREG (info.st_mode) || info.st_size < LEAST_BYTES)
    return NULL;
  g_autofree char *name = g_utf8_make_valid (path, -1);
  g_autoptr (HvStore) store = hv_session_store (session, NULL);
  g_autofree char *guess = store ? hv_store_guess_key (store, name) : NULL;
  g_autofree char *text = guess ? hv_store_get_answer (store, guess, question) : NULL;
  if (text == NULL)
    return NULL;
  g_autofree char *salt = salt_of (session, FALSE);
  g_autofree char *key = hv_store_key (path, salt, NULL);
  return g_strcmp0 (key, guess) == 0 ? g_steal_pointer (&text) : NULL;
}

void
hv_session_keep_answer (const HvSession *session, const HvOpened *opened, const char *question,
                        const char *text)
{
  if (session->no_store || opened->fresh || opened->gone || opened->key == NULL
      || opened->profile->n_nodes < MANY_NODES || may_be_named (session, opened->profile))
    return;
  g_autoptr (HvStore) store = hv_session_store (session, NULL);
  /* one that cannot be kept costs time the next time, nothing else */
  if (store)
    hv_store_put_answer (store, opened->key, question, text, NULL);
}
