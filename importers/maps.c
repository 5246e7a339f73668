/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "maps.h"

#include <string.h>
#include <sys/sysmacros.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

void
hv_maps_init (HvMaps *maps)
{
  maps->mappings = g_array_new (FALSE, FALSE, sizeof (HvMapping));
  maps->build = NULL;
}

void
hv_maps_clear (HvMaps *maps)
{
  g_clear_pointer (&maps->mappings, g_array_unref);
  g_clear_pointer (&maps->build, g_free);
}

static void
skip_blanks (const char **p, const char *end)
{
  while (*p < end && (**p == ' ' || **p == '\t'))
    ++*p;
}

static gboolean
take_hex (const char **p, const char *end, uint64_t *value)
{
  const char *at = *p;
  int digits = 0;

  if (end - at > 2 && at[0] == '0' && at[1] == 'x')
    at += 2;
  for (*value = 0; at < end && g_ascii_isxdigit (*at); at++)
    {
      if (++digits > 16)
        return FALSE;
      *value = *value << 4 | (uint64_t) g_ascii_xdigit_value (*at);
    }
  *p = at;
  return digits > 0;
}

static gboolean
starts_with (const char *p, const char *end, const char *prefix)
{
  gsize n = strlen (prefix);

  return (gsize) (end - p) >= n && memcmp (p, prefix, n) == 0;
}

/* The next word and the blanks around it. */
static gboolean
take_word (const char **p, const char *end, const char **word, gsize *length)
{
  skip_blanks (p, end);
  *word = *p;
  while (*p < end && **p != ' ' && **p != '\t')
    ++*p;
  *length = (gsize) (*p - *word);
  skip_blanks (p, end);
  return *length > 0;
}

static gboolean
is_code (const char *permissions, gsize length)
{
  return length >= 3 && permissions[2] == 'x';
}

/* FreeBSD: "resident private object r-x references shadows flags COW NC vnode path", then perhaps
 * the charged user: "NCH -1" or "CH 1001". */
static gboolean
parse_freebsd (const char *p, const char *end, const char **path, const char **path_end)
{
  const char *word;
  gsize length;
  gboolean code = FALSE;

  for (int i = 0; i < 9; i++)
    {
      if (!take_word (&p, end, &word, &length))
        return FALSE;
      if (i == 3)
        code = is_code (word, length);
    }
  if (!take_word (&p, end, &word, &length) || length != 5 || memcmp (word, "vnode", 5) != 0)
    return FALSE;
  *path = p;
  for (const char *at = p; at < end; at++)
    if (starts_with (at, end, " NCH ") || starts_with (at, end, " CH "))
      end = at;
  *path_end = end;
  return code;
}

/* "08:01" and "1234"; gperftools writes zeros where it does not know. */
static void
parse_file (const char *device, gsize device_length, const char *inode, gsize inode_length,
            HvMapping *mapping)
{
  const char *end = device + device_length;
  uint64_t major, minor, number = 0;

  for (gsize i = 0; i < inode_length; i++)
    if (!g_ascii_isdigit (inode[i]) || number > (UINT64_MAX - 9) / 10)
      return;
    else
      number = number * 10 + (uint64_t) (inode[i] - '0');
  if (!take_hex (&device, end, &major) || device == end || *device++ != ':'
      || !take_hex (&device, end, &minor) || major > UINT32_MAX || minor > UINT32_MAX)
    return;
  mapping->device = makedev ((unsigned) major, (unsigned) minor);
  mapping->inode = number;
}

static gboolean
parse_linux (const char *p, const char *end, HvMapping *mapping, const char **path)
{
  const char *word, *device;
  gsize length, device_length;

  if (!take_word (&p, end, &word, &length) || length != 4 || !is_code (word, length)
      || !take_hex (&p, end, &mapping->offset) || !take_word (&p, end, &device, &device_length)
      || memchr (device, ':', device_length) == NULL || !take_word (&p, end, &word, &length))
    return FALSE;
  parse_file (device, device_length, word, length, mapping);
  *path = p;
  return TRUE;
}

/* What the path in a map names: a file, code the kernel lends, or nothing. */
static uint32_t
module_path (const HvMaps *maps, HvProfile *profile, const char *path, gsize length)
{
  static const char deleted[] = " (deleted)";
  static const char build[] = "$build";
  const gsize n_deleted = sizeof deleted - 1, n_build = sizeof build - 1;

  if (length > n_deleted && memcmp (path + length - n_deleted, deleted, n_deleted) == 0)
    length -= n_deleted;
  if (length == 0)
    return 0;
  if (path[0] == '[' || starts_with (path, path + length, "//anon"))
    {
      gboolean kernel = (length == 6 && memcmp (path, "[vdso]", 6) == 0)
                        || (length == 10 && memcmp (path, "[vsyscall]", 10) == 0);
      return kernel ? hv_profile_intern (profile, path, (gssize) length) : 0;
    }
  if (maps->build && length > n_build && memcmp (path, build, n_build) == 0)
    {
      g_autofree char *whole = g_strdup_printf ("%s%.*s", maps->build, (int) (length - n_build),
                                                path + n_build);
      return hv_profile_intern (profile, whole, -1);
    }
  return hv_profile_intern (profile, path, (gssize) length);
}

void
hv_maps_add_line (HvMaps *maps, HvProfile *profile, const char *line, gsize length)
{
  const char *p = line, *end = line + length, *path = NULL, *path_end;
  HvMapping mapping = { 0 };

  skip_blanks (&p, end);
  while (end > p && g_ascii_isspace (end[-1]))
    end--;
  path_end = end;
  if (starts_with (p, end, "build="))
    {
      g_free (maps->build);
      maps->build = g_strndup (p + 6, (gsize) (end - p) - 6);
      return;
    }

  if (!take_hex (&p, end, &mapping.start) || p == end)
    return;
  char separator = *p++;
  if ((separator != '-' && separator != ' ') || !take_hex (&p, end, &mapping.end) || p == end)
    return;
  if (separator == ' ')
    {
      if (!parse_freebsd (p, end, &path, &path_end))
        return;
    }
  else if (*p == ':')
    {
      /* macOS and old gperftools: no permissions, no offset */
      p++;
      skip_blanks (&p, end);
      path = p;
    }
  else if (!parse_linux (p, end, &mapping, &path))
    return;
  if (mapping.start >= mapping.end)
    return;
  mapping.path = module_path (maps, profile, path, (gsize) (path_end - path));
  g_array_append_val (maps->mappings, mapping);
}

static int
by_start (gconstpointer a, gconstpointer b)
{
  const HvMapping *x = a, *y = b;

  return x->start < y->start ? -1 : x->start > y->start;
}

void
hv_maps_end (HvMaps *maps)
{
  g_array_sort (maps->mappings, by_start);
}

const HvMapping *
hv_maps_find (const HvMaps *maps, uint64_t address)
{
  const HvMapping *mappings = (const HvMapping *) (gpointer) maps->mappings->data;
  guint low = 0, high = maps->mappings->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      if (mappings[middle].start <= address)
        low = middle + 1;
      else
        high = middle;
    }
  return low && address < mappings[low - 1].end ? &mappings[low - 1] : NULL;
}

uint64_t
hv_maps_key (const HvMaps *maps, const HvProfile *profile)
{
  const HvMapping *first = NULL, *last = NULL;
  uint64_t kernel_code = 0;

  for (guint i = 0; i < maps->mappings->len; i++)
    {
      const HvMapping *m = &g_array_index (maps->mappings, HvMapping, i);
      const char *path = hv_profile_string (profile, m->path);
      if (strcmp (path, "[vdso]") == 0)
        kernel_code = m->start;
      if (path[0] == '\0' || path[0] == '[')
        continue;
      first = first ? first : m;
      last = m;
    }
  if (first == NULL)
    return 0;

  const uint64_t places[] = { first->start, first->end,   first->offset, last->start,
                              last->end,    last->offset, kernel_code };
  uint64_t key = XXH3_64bits (places, sizeof places);
  const char *path = hv_profile_string (profile, first->path);
  key = XXH3_64bits_withSeed (path, strlen (path), key);
  path = hv_profile_string (profile, last->path);
  return XXH3_64bits_withSeed (path, strlen (path), key);
}
