/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#define CHUNK (1 << 20)

static gboolean
fail (const char *path, const char *what, int code, GError **error)
{
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "%s (%s)", what, g_strerror (code));
  return FALSE;
}

/* Adds the file's bytes, then their number: without it a byte could move from one file of a series
 * to the next unseen. `*regular` is FALSE for what cannot be read twice. */
static gboolean
add_file (XXH3_state_t *hash, const char *path, uint8_t *chunk, uint64_t *total, gboolean *regular,
          GError **error)
{
  struct stat info;
  uint64_t size = 0;
  ssize_t got;

  *regular = FALSE;
  if (strcmp (path, "-") == 0)
    return TRUE;
  /* A pipe must not even be opened: its writer would see the end of it. */
  if (stat (path, &info) != 0)
    return fail (path, "cannot be opened", errno, error);
  if (S_ISDIR (info.st_mode))
    return fail (path, "cannot be read", EISDIR, error);
  if (!S_ISREG (info.st_mode))
    return TRUE;

  int fd = g_open (path, O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0)
    return fail (path, "cannot be opened", errno, error);
  (void) posix_fadvise (fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  while ((got = read (fd, chunk, CHUNK)) != 0)
    {
      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0)
        {
          int code = errno;
          close (fd);
          return fail (path, "cannot be read", code, error);
        }
      XXH3_128bits_update (hash, chunk, (size_t) got);
      size += (uint64_t) got;
    }
  close (fd);

  const uint64_t little = GUINT64_TO_LE (size);
  XXH3_128bits_update (hash, &little, sizeof little);
  *total += size;
  *regular = TRUE;
  return TRUE;
}

static char *
make_key (const char *const *paths, gboolean named, const char *salt, GError **error)
{
  g_autofree uint8_t *chunk = g_malloc (CHUNK);
  XXH3_state_t *hash = XXH3_createState ();
  XXH128_canonical_t digest;
  gboolean regular = TRUE;
  uint64_t total = 0;

  XXH3_128bits_reset (hash);
  for (guint i = 0; paths[i] && regular; i++)
    {
      if (named)
        {
          g_autofree char *name = g_path_get_basename (paths[i]);
          XXH3_128bits_update (hash, name, strlen (name) + 1);
        }
      if (!add_file (hash, paths[i], chunk, &total, &regular, error))
        regular = FALSE;
    }
  if (salt)
    XXH3_128bits_update (hash, salt, strlen (salt));
  XXH128_canonicalFromHash (&digest, XXH3_128bits_digest (hash));
  XXH3_freeState (hash);
  if (!regular)
    return NULL;

  GString *key = g_string_sized_new (64);
  for (gsize i = 0; i < sizeof digest.digest; i++)
    g_string_append_printf (key, "%02x", digest.digest[i]);
  g_string_append_printf (key, "-%" G_GINT64_MODIFIER "x", total);
  return g_string_free (key, FALSE);
}

char *
hv_store_key (const char *path, const char *salt, GError **error)
{
  return make_key ((const char *const[]){ path, NULL }, FALSE, salt, error);
}

char *
hv_store_key_many (const char *const *paths, const char *salt, GError **error)
{
  return make_key (paths, TRUE, salt, error);
}
