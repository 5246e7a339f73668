/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live.h"

#include "importers/maps.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* A map of 65 530 mappings, the kernel's default limit, with long paths. */
#define MAX_MAPS (16 << 20)

/* Files of /proc have no size. */
static GString *
read_whole (const char *path)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  GString *text = g_string_new (NULL);
  char part[1 << 16];
  ssize_t n = 0;

  while (fd >= 0 && text->len < MAX_MAPS && (n = read (fd, part, sizeof part)) > 0)
    g_string_append_len (text, part, n);
  if (fd >= 0)
    close (fd);
  return text;
}

/* The range "START-END" of the mapping that begins where the module's did and is of its file, as
 * the names in map_files have it. NULL when there is none. */
static char *
find_range (const char *maps_path, const char *path, const HvModule *module)
{
  g_autoptr (GString) text = read_whole (maps_path);
  g_autoptr (HvProfile) profile = hv_profile_new ();
  char *range = NULL;
  HvMaps maps;

  hv_maps_init (&maps);
  for (const char *line = text->str, *end; *line; line = *end ? end + 1 : end)
    {
      end = strchrnul (line, '\n');
      hv_maps_add_line (&maps, profile, line, (gsize) (end - line));
    }
  hv_maps_end (&maps);
  const HvMapping *mapping = hv_maps_find (&maps, module->code_start);
  if (mapping && mapping->start == module->code_start && mapping->inode == module->inode
      && mapping->device == module->device
      && strcmp (hv_profile_string (profile, mapping->path), path) == 0)
    range = g_strdup_printf ("%" G_GINT64_MODIFIER "x-%" G_GINT64_MODIFIER "x", mapping->start,
                             mapping->end);
  hv_maps_clear (&maps);
  return range;
}

void
hv_find_live (GPtrArray *places, const char *proc, int64_t pid, const char *path,
              const HvModule *module)
{
  GStatBuf here;

  if (pid <= 0 || module->code_start == 0 || module->inode == 0 || path[0] != '/')
    return;
  if (g_stat (path, &here) == 0 && here.st_ino == module->inode && here.st_dev == module->device)
    return;
  g_autofree char *process = g_strdup_printf ("%s/%" G_GINT64_FORMAT, proc, (gint64) pid);
  g_autofree char *maps = g_build_filename (process, "maps", NULL);
  g_autofree char *range = find_range (maps, path, module);
  guint at;
  if (range == NULL)
    return;
  /* before what lies at the path here */
  if (!g_ptr_array_find_with_equal_func (places, path, g_str_equal, &at))
    at = places->len;
  g_ptr_array_insert (places, (int) at, g_build_filename (process, "map_files", range, NULL));
  g_ptr_array_insert (places, (int) at, g_build_filename (process, "root", path, NULL));
}
