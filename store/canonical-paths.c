/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "canonical-paths.h"

#include "canonical.h"

typedef struct
{
  const char *path, *trait; /* NULL: not asked for yet */
} Entry;

typedef struct
{
  GStringChunk *texts;
  GString *path, *trait; /* scratch */
} Maker;

/* Two, so that two threads find the paths of many functions. */
#define N_MAKERS 2

struct HvCanonicalPaths
{
  GMutex lock; /* several trees may be made of one profile at a time */
  Entry *entries;
  uint32_t n_entries;
  Maker maker[N_MAKERS];
};

HvCanonicalPaths *
_hv_canonical_paths_new (void)
{
  HvCanonicalPaths *paths = g_new0 (HvCanonicalPaths, 1);

  g_mutex_init (&paths->lock);
  for (guint i = 0; i < N_MAKERS; i++)
    paths->maker[i] = (Maker){ g_string_chunk_new (1 << 12), g_string_new (NULL),
                               g_string_new (NULL) };
  return paths;
}

void
_hv_canonical_paths_free (HvCanonicalPaths *paths)
{
  g_mutex_clear (&paths->lock);
  for (guint i = 0; i < N_MAKERS; i++)
    {
      g_string_chunk_free (paths->maker[i].texts);
      g_string_free (paths->maker[i].path, TRUE);
      g_string_free (paths->maker[i].trait, TRUE);
    }
  g_free (paths->entries);
  g_free (paths);
}

static void
set_path (Maker *maker, Entry *entry, const char *path, gsize path_length, const char *trait,
          gsize trait_length)
{
  entry->path = g_string_chunk_insert_len (maker->texts, path, (gssize) path_length);
  entry->trait = trait_length
                     ? g_string_chunk_insert_len (maker->texts, trait, (gssize) trait_length)
                     : "";
}

static void
find_path (Maker *maker, Entry *entry, const char *function)
{
  g_string_truncate (maker->path, 0);
  g_string_truncate (maker->trait, 0);
  if (*function)
    hv_canonical_path (maker->path, maker->trait, function);
  set_path (maker, entry, maker->path->str, maker->path->len, maker->trait->str, maker->trait->len);
}

static void
make_room (HvCanonicalPaths *paths, uint32_t n)
{
  if (n <= paths->n_entries)
    return;
  paths->entries = g_renew (Entry, paths->entries, n);
  memset (paths->entries + paths->n_entries, 0, (n - paths->n_entries) * sizeof *paths->entries);
  paths->n_entries = n;
}

const char *
hv_profile_canonical (const HvProfile *profile, uint32_t function, const char **trait)
{
  HvCanonicalPaths *paths = profile->canonical;

  g_mutex_lock (&paths->lock);
  if (function >= paths->n_entries)
    make_room (paths, profile->n_strings);
  Entry *entry = &paths->entries[function];
  if (entry->path == NULL)
    find_path (&paths->maker[0], entry, hv_profile_string (profile, function));
  Entry found = *entry;
  g_mutex_unlock (&paths->lock);
  if (trait)
    *trait = found.trait;
  return found.path;
}

void
hv_profile_set_canonical (const HvProfile *profile, uint32_t function, const char *path,
                          const char *trait)
{
  HvCanonicalPaths *paths = profile->canonical;
  gsize path_length = strlen (path), trait_length = strlen (trait);

  if (!hv_is_utf8 (path, path_length) || !hv_is_utf8 (trait, trait_length))
    return;
  g_mutex_lock (&paths->lock);
  if (function >= paths->n_entries)
    make_room (paths, MAX (profile->n_strings, function + function / 2));
  Entry *entry = &paths->entries[function];
  if (entry->path == NULL)
    set_path (&paths->maker[0], entry, path, path_length, trait, trait_length);
  g_mutex_unlock (&paths->lock);
}

/* Fewer are found before a thread would have begun. */
#define MANY 1024

/* A part of the functions, for one thread. */
typedef struct
{
  const HvProfile *profile;
  const uint32_t *functions;
  guint n;
  Maker *maker;
} Part;

static gpointer
find_part (gpointer user)
{
  const Part *part = user;

  for (guint i = 0; i < part->n; i++)
    find_path (part->maker, &part->profile->canonical->entries[part->functions[i]],
               hv_profile_string (part->profile, part->functions[i]));
  return NULL;
}

void
hv_profile_canonical_all (const HvProfile *profile)
{
  HvCanonicalPaths *paths = profile->canonical;
  g_autofree uint32_t *functions = g_new (uint32_t, MAX (1, profile->n_frames));
  g_autofree uint8_t *taken = g_malloc0 (MAX (1, profile->n_strings));
  guint n = 0;

  g_mutex_lock (&paths->lock);
  make_room (paths, profile->n_strings);
  for (uint32_t f = 1; f < profile->n_frames; f++)
    {
      uint32_t function = profile->frame[f].function;
      if (!taken[function] && paths->entries[function].path == NULL)
        functions[n++] = function;
      taken[function] = TRUE;
    }
  if (n >= MANY)
    {
      guint half = n / 2;
      Part first = { profile, functions, half, &paths->maker[0] };
      Part second = { profile, functions + half, n - half, &paths->maker[1] };
      GThread *thread = g_thread_new ("canonical paths", find_part, &second);
      find_part (&first);
      g_thread_join (thread);
    }
  g_mutex_unlock (&paths->lock);
}
