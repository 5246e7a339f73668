/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "find.h"

#include <string.h>

/* Splits the "PATH=FILE" of --binary; a FILE may have "=" in its name as well. */
static const char *
split_binary (const char *binary, char **path)
{
  const char *equals = strchr (binary, '=');

  *path = NULL;
  if (equals == NULL || equals == binary || equals[1] == 0
      || g_file_test (binary, G_FILE_TEST_EXISTS))
    return binary;
  *path = g_strndup (binary, (gsize) (equals - binary));
  return equals + 1;
}

const char *
hv_binary_file (const char *binary)
{
  g_autofree char *path = NULL;

  return split_binary (binary, &path);
}

char *
hv_binary_module (const char *binary)
{
  char *path;

  split_binary (binary, &path);
  return path;
}

gboolean
hv_binary_is_named (const char *binary, const char *path)
{
  return strcmp (hv_basename (hv_binary_file (binary)), hv_basename (path)) == 0;
}

static void
add_place (GPtrArray *places, char *path)
{
  if (g_ptr_array_find_with_equal_func (places, path, g_str_equal, NULL))
    g_free (path);
  else
    g_ptr_array_add (places, path);
}

static void
add_binaries (GPtrArray *places, const char *wanted, const char *build_id, gboolean main,
              char **binaries)
{
  const char *only = NULL;
  guint n_unnamed = 0;

  for (gsize i = 0; binaries[i]; i++)
    {
      g_autofree char *of = NULL;
      const char *file = split_binary (binaries[i], &of);
      if (of && (strcmp (of, wanted) == 0 || strcmp (of, hv_basename (wanted)) == 0))
        g_ptr_array_insert (places, 0, g_strdup (file));
      else if (of == NULL && strcmp (hv_basename (file), hv_basename (wanted)) == 0)
        add_place (places, g_strdup (file));
      n_unnamed += of == NULL;
      only = of == NULL ? file : only;
    }
  for (gsize i = 0; binaries[i] && *build_id && places->len == 0; i++)
    {
      const char *file = hv_binary_file (binaries[i]);
      g_autoptr (HvElf) elf = hv_elf_open (file, NULL);
      if (elf && g_strcmp0 (hv_elf_build_id (elf), build_id) == 0)
        add_place (places, g_strdup (file));
    }
  if (main && n_unnamed == 1 && places->len == 0)
    add_place (places, g_strdup (only));
}

/* The part of a path that is inside a container, "" when it is in none: of overlays (Docker,
 * Podman), the runtime's root and another process's. */
static const char *
inside_container (const char *path)
{
  static const char *const roots[] = { "/merged/", "/diff/", "/rootfs/", "/root/" };
  static const char *const folders[] = { "/overlay2/", "/overlay/", "/io.containerd.", "/proc/" };

  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      const char *folder = strstr (path, folders[i]);
      for (gsize k = 0; folder && k < G_N_ELEMENTS (roots); k++)
        {
          const char *root = strstr (folder + strlen (folders[i]), roots[k]);
          if (root)
            return root + strlen (roots[k]) - 1;
        }
    }
  return "";
}

GPtrArray *
hv_find_module (const char *path, const char *build_id, gboolean main,
                const HvImportOptions *options)
{
  static const char deleted[] = " (deleted)";
  GPtrArray *places = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *wanted = g_strdup (path);
  const char *search = g_getenv ("HEAPVIEW_BINARY_PATH");

  /* another file may have the name by now: the check of call sites tells */
  if (g_str_has_suffix (wanted, deleted))
    wanted[strlen (wanted) - strlen (deleted)] = 0;
  if (options->binaries)
    add_binaries (places, wanted, build_id, main, options->binaries);
  if (wanted[0] != '/')
    return places;
  const char *inside = inside_container (wanted);
  add_place (places, options->sysroot ? g_build_filename (options->sysroot, wanted, NULL)
                                      : g_strdup (wanted));
  if (options->sysroot && *inside)
    add_place (places, g_build_filename (options->sysroot, inside, NULL));
  if (search && *search)
    {
      g_auto (GStrv) dirs = g_strsplit (search, ":", 64);
      for (char **dir = dirs; *dir; dir++)
        {
          if (**dir == 0)
            continue;
          if (strlen (build_id) > 2)
            {
              g_autofree char *name = g_strdup_printf (".build-id/%.2s/%s", build_id, build_id + 2);
              add_place (places, g_build_filename (*dir, name, NULL));
            }
          add_place (places, g_build_filename (*dir, hv_basename (wanted), NULL));
          add_place (places, g_build_filename (*dir, wanted, NULL));
          if (*inside)
            add_place (places, g_build_filename (*dir, inside, NULL));
        }
    }
  return places;
}

static char **
debug_dirs (const HvImportOptions *options)
{
  GPtrArray *dirs = g_ptr_array_new ();

  for (char **dir = options->debug_dirs; dir && *dir; dir++)
    g_ptr_array_add (dirs, g_strdup (*dir));
  g_ptr_array_add (
      dirs, g_build_filename (options->sysroot ? options->sysroot : "/", "usr/lib/debug", NULL));
  g_ptr_array_add (dirs, NULL);
  return (char **) g_ptr_array_free (dirs, FALSE);
}

/* A path as it is inside the sysroot. */
static const char *
inside_sysroot (const char *path, const char *sysroot)
{
  gsize length = sysroot ? strlen (sysroot) : 0;

  while (length > 0 && sysroot[length - 1] == '/')
    length--;
  return length > 0 && strncmp (path, sysroot, length) == 0 && path[length] == '/' ? path + length
                                                                                   : path;
}

HvElf *
hv_find_open (const char *path, const char *build_id)
{
  g_autoptr (HvElf) elf = hv_elf_open (path, NULL);

  if (elf && g_strcmp0 (hv_elf_build_id (elf), build_id) == 0)
    return g_steal_pointer (&elf);
  return NULL;
}

void
hv_find_say (GPtrArray *tried, const char *path, const char *what)
{
  if (tried == NULL)
    return;
  char *line = g_strdup_printf ("%s: %s", path, what);
  /* one file, one line, whatever its name */
  g_strdelimit (line, "\n\r", ' ');
  g_ptr_array_add (tried, line);
}

static HvElf *
find_by_build_id (const char *build_id, char **dirs, char **found, GPtrArray *tried)
{
  if (build_id == NULL || strlen (build_id) < 4)
    return NULL;
  g_autofree char *name = g_strdup_printf (".build-id/%.2s/%s.debug", build_id, build_id + 2);
  for (char **dir = dirs; *dir; dir++)
    {
      g_autofree char *path = g_build_filename (*dir, name, NULL);
      HvElf *elf = hv_find_open (path, build_id);
      if (elf)
        {
          *found = g_steal_pointer (&path);
          return elf;
        }
      if (g_file_test (path, G_FILE_TEST_EXISTS))
        hv_find_say (tried, path, "not a debug file of this build");
    }
  return NULL;
}

static HvElf *
open_with_crc (char *path, uint32_t crc, char **found, GPtrArray *tried)
{
  g_autofree char *owned = path;
  g_autoptr (HvElf) elf = hv_elf_open (path, NULL);

  if (elf == NULL || hv_elf_crc (elf) != crc)
    {
      if (g_file_test (owned, G_FILE_TEST_EXISTS))
        hv_find_say (tried, owned, "another debug file: its checksum differs");
      return NULL;
    }
  *found = g_steal_pointer (&owned);
  return g_steal_pointer (&elf);
}

HvElf *
hv_find_debug (HvElf *elf, const char *path, const HvImportOptions *options, char **debug_path,
               GPtrArray *tried)
{
  g_auto (GStrv) dirs = debug_dirs (options);
  uint32_t crc;

  *debug_path = NULL;
  if (hv_elf_section (elf, ".debug_info").data)
    return NULL;
  HvElf *debug = find_by_build_id (hv_elf_build_id (elf), dirs, debug_path, tried);
  if (debug)
    return debug;

  const char *link = hv_elf_debug_link (elf, &crc);
  /* a name, not a way out of the directory */
  if (link == NULL || strchr (link, '/'))
    return NULL;
  g_autofree char *directory = g_path_get_dirname (path);
  debug = open_with_crc (g_build_filename (directory, link, NULL), crc, debug_path, tried);
  if (debug == NULL)
    debug = open_with_crc (g_build_filename (directory, ".debug", link, NULL), crc, debug_path,
                           tried);
  for (char **dir = dirs; *dir && debug == NULL; dir++)
    {
      const char *inside = inside_sysroot (directory, options->sysroot);
      debug = open_with_crc (g_build_filename (*dir, inside, link, NULL), crc, debug_path, tried);
      if (debug == NULL)
        debug = open_with_crc (g_build_filename (*dir, link, NULL), crc, debug_path, tried);
    }
  if (debug == NULL)
    hv_find_say (tried, link, "the debug file was not found");
  return debug;
}

HvElf *
hv_find_alt (HvElf *elf, const char *path, const HvImportOptions *options, char **alt_path,
             gboolean *missing, GPtrArray *tried)
{
  g_auto (GStrv) dirs = debug_dirs (options);
  g_autofree char *build_id = NULL, *found = NULL;
  const char *link = hv_elf_alt_link (elf, &build_id);

  if (link == NULL)
    return NULL;
  g_autofree char *directory = g_path_get_dirname (path);
  const char *root = options->sysroot ? options->sysroot : "/";
  g_autofree char *beside = g_path_is_absolute (link) ? g_build_filename (root, link, NULL)
                                                      : g_build_filename (directory, link, NULL);
  HvElf *alt = hv_find_open (beside, build_id);
  if (alt)
    found = g_steal_pointer (&beside);
  else
    alt = find_by_build_id (build_id, dirs, &found, NULL);
  if (alt == NULL)
    hv_find_say (tried, beside, "the file that debug files share was not found");
  if (missing)
    *missing = alt == NULL;
  if (alt_path)
    *alt_path = g_steal_pointer (&found);
  return alt;
}
