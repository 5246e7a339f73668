/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "find.h"

#include <string.h>

static char *
binary_with_build_id (char **binaries, const char *build_id)
{
  for (gsize i = 0; binaries[i]; i++)
    {
      g_autoptr (HvElf) elf = hv_elf_open (binaries[i], NULL);
      if (elf && g_strcmp0 (hv_elf_build_id (elf), build_id) == 0)
        return g_strdup (binaries[i]);
    }
  return NULL;
}

char *
hv_find_module (const char *path, const char *build_id, gboolean main,
                const HvImportOptions *options)
{
  static const char deleted[] = " (deleted)";
  g_autofree char *wanted = g_strdup (path);
  char **binaries = options->binaries;

  /* another file may have the name by now: the check of call sites tells */
  if (g_str_has_suffix (wanted, deleted))
    wanted[strlen (wanted) - strlen (deleted)] = 0;
  if (binaries && binaries[0])
    {
      for (gsize i = 0; binaries[i]; i++)
        if (strcmp (hv_basename (binaries[i]), hv_basename (wanted)) == 0)
          return g_strdup (binaries[i]);
      char *found = build_id && *build_id ? binary_with_build_id (binaries, build_id) : NULL;
      if (found)
        return found;
      if (main && binaries[1] == NULL)
        return g_strdup (binaries[0]);
    }
  return options->sysroot ? g_build_filename (options->sysroot, wanted, NULL)
                          : g_steal_pointer (&wanted);
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

static HvElf *
open_with_build_id (const char *path, const char *build_id)
{
  g_autoptr (HvElf) elf = hv_elf_open (path, NULL);

  if (elf && g_strcmp0 (hv_elf_build_id (elf), build_id) == 0)
    return g_steal_pointer (&elf);
  return NULL;
}

static HvElf *
find_by_build_id (const char *build_id, char **dirs, char **found)
{
  if (build_id == NULL || strlen (build_id) < 4)
    return NULL;
  g_autofree char *name = g_strdup_printf (".build-id/%.2s/%s.debug", build_id, build_id + 2);
  for (char **dir = dirs; *dir; dir++)
    {
      g_autofree char *path = g_build_filename (*dir, name, NULL);
      HvElf *elf = open_with_build_id (path, build_id);
      if (elf)
        {
          *found = g_steal_pointer (&path);
          return elf;
        }
    }
  return NULL;
}

static HvElf *
open_with_crc (char *path, uint32_t crc, char **found)
{
  g_autofree char *owned = path;
  g_autoptr (HvElf) elf = hv_elf_open (path, NULL);

  if (elf == NULL || hv_elf_crc (elf) != crc)
    return NULL;
  *found = g_steal_pointer (&owned);
  return g_steal_pointer (&elf);
}

HvElf *
hv_find_debug (HvElf *elf, const char *path, const HvImportOptions *options, char **debug_path)
{
  g_auto (GStrv) dirs = debug_dirs (options);
  uint32_t crc;

  *debug_path = NULL;
  if (hv_elf_section (elf, ".debug_info").data)
    return NULL;
  HvElf *debug = find_by_build_id (hv_elf_build_id (elf), dirs, debug_path);
  if (debug)
    return debug;

  const char *link = hv_elf_debug_link (elf, &crc);
  /* a name, not a way out of the directory */
  if (link == NULL || strchr (link, '/'))
    return NULL;
  g_autofree char *directory = g_path_get_dirname (path);
  debug = open_with_crc (g_build_filename (directory, link, NULL), crc, debug_path);
  if (debug == NULL)
    debug = open_with_crc (g_build_filename (directory, ".debug", link, NULL), crc, debug_path);
  for (char **dir = dirs; *dir && debug == NULL; dir++)
    {
      debug = open_with_crc (g_build_filename (*dir, directory, link, NULL), crc, debug_path);
      if (debug == NULL)
        debug = open_with_crc (g_build_filename (*dir, link, NULL), crc, debug_path);
    }
  return debug;
}

HvElf *
hv_find_alt (HvElf *elf, const char *path, const HvImportOptions *options)
{
  g_auto (GStrv) dirs = debug_dirs (options);
  g_autofree char *build_id = NULL, *found = NULL;
  const char *link = hv_elf_alt_link (elf, &build_id);

  if (link == NULL)
    return NULL;
  g_autofree char *directory = g_path_get_dirname (path);
  g_autofree char *beside = g_path_is_absolute (link) ? g_strdup (link)
                                                      : g_build_filename (directory, link, NULL);
  HvElf *alt = open_with_build_id (beside, build_id);
  return alt ? alt : find_by_build_id (build_id, dirs, &found);
}
