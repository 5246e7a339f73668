/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "canonical-paths.h"

#include "canonical.h"

typedef struct
{
  const char *path, *trait; /* NULL: not asked for yet */
} Entry;

struct HvCanonicalPaths
{
  GMutex lock; /* several trees may be made of one profile at a time */
  Entry *entries;
  uint32_t n_entries;
  GStringChunk *texts;
  GString *path, *trait; /* scratch */
};

HvCanonicalPaths *
_hv_canonical_paths_new (void)
{
  HvCanonicalPaths *paths = g_new0 (HvCanonicalPaths, 1);

  g_mutex_init (&paths->lock);
  paths->texts = g_string_chunk_new (1 << 12);
  paths->path = g_string_new (NULL);
  paths->trait = g_string_new (NULL);
  return paths;
}

void
_hv_canonical_paths_free (HvCanonicalPaths *paths)
{
  g_mutex_clear (&paths->lock);
  g_string_chunk_free (paths->texts);
  g_string_free (paths->path, TRUE);
  g_string_free (paths->trait, TRUE);
  g_free (paths->entries);
  g_free (paths);
}

static void
find_path (HvCanonicalPaths *paths, Entry *entry, const char *function)
{
  g_string_truncate (paths->path, 0);
  g_string_truncate (paths->trait, 0);
  if (*function)
    hv_canonical_path (paths->path, paths->trait, function);
  entry->path = g_string_chunk_insert_len (paths->texts, paths->path->str,
                                           (gssize) paths->path->len);
  entry->trait = paths->trait->len ? g_string_chunk_insert_len (paths->texts, paths->trait->str,
                                                                (gssize) paths->trait->len)
                                   : "";
}

const char *
hv_profile_canonical (const HvProfile *profile, uint32_t function, const char **trait)
{
  HvCanonicalPaths *paths = profile->canonical;

  g_mutex_lock (&paths->lock);
  if (function >= paths->n_entries)
    {
      paths->entries = g_renew (Entry, paths->entries, profile->n_strings);
      memset (paths->entries + paths->n_entries, 0,
              (profile->n_strings - paths->n_entries) * sizeof *paths->entries);
      paths->n_entries = profile->n_strings;
    }
  Entry *entry = &paths->entries[function];
  if (entry->path == NULL)
    find_path (paths, entry, hv_profile_string (profile, function));
  Entry found = *entry;
  g_mutex_unlock (&paths->lock);
  if (trait)
    *trait = found.trait;
  return found.path;
}
