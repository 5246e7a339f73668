/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "importers/importer.h"
#include "store/store.h"
#include "viewer/settings.h"

G_BEGIN_DECLS

/* Opening files for the command and the window alike: from the store where they were seen before,
 * else through their importer. All functions may be called from any thread. */
typedef struct
{
  HvImportOptions import;
  const char *store_path; /* NULL: the cache */
  gboolean no_store;
  /* Nothing is asked of moments but of the end and the peak: what the store has of them is left
   * there (HvProfile.without_rows). */
  gboolean end_only;
  gint64 cache_bytes;       /* how large the cache may grow; 0: as without settings */
  const char *const *rules; /* files of frame rules; NULL: the user's and the built-in ones alone */
} HvSession;

/* Takes from the settings what the session does not say: where symbols come from, and how large the
 * cache may grow. Folders are added to those of the session; free the result, which it then
 * borrows, with g_strfreev() when the session is no longer used. */
char **hv_session_follow_settings (HvSession *session, const HvSettings *settings);

/* What was opened. */
typedef struct
{
  HvProfile *profile;
  char *key;       /* in the store; NULL: a pipe, or no store */
  gboolean fresh;  /* not in the store yet, or not as it is */
  gboolean stored; /* in the store, though maybe with fewer names and by other rules */
  gboolean gone;   /* there is no such file any more: it is what the store kept of it */
} HvOpened;

void hv_opened_clear (HvOpened *opened);

/* One file, or with `series` several files (or one directory) as one timeline. `paths` is
 * NULL-terminated. A store that cannot be used is no error here: the file is imported. What is
 * stored is asked again for the names it lacks, so that a better binary is used whenever it is
 * given. */
gboolean hv_session_open (const HvSession *session, const char *const *paths, gboolean series,
                          HvOpened *opened, GError **error);

/* Writes what is fresh to the store, durably. HV_ERROR_STORE, or cancelled. */
gboolean hv_session_keep (const HvSession *session, HvOpened *opened, GError **error);

/* What a report said of the file when `question` was asked before, newly allocated; NULL: work it
 * out. The question tells all that the report depends on beside the file and its profile. */
char *hv_session_get_answer (const HvSession *session, const char *path, const char *question);

/* Keeps what a report says of what was opened and kept, where working it out again would take long
 * and nothing could change it but another file. */
void hv_session_keep_answer (const HvSession *session, const HvOpened *opened, const char *question,
                             const char *text);

/* The session's store, opened: the named library or the bounded cache. */
HvStore *hv_session_store (const HvSession *session, GError **error);

G_END_DECLS
