/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dwsplit.h"

#include "store/profile.h"

struct HvSplitFile
{
  HvElf *elf;
  HvDwarf *dwarf;
};

struct HvSplit
{
  char *places[2]; /* the program's and the debug file's path, or NULL */
  char *sysroot;

  gboolean package_read, is_copy;
  HvElf *package_elf; /* a copy's is the original's */
  HvDwarf *package;
  GHashTable *package_units; /* DWO id → index of the unit + 1; the keys are the units' */
};

HvSplit *
hv_split_new (const char *path, const char *debug_path, const char *sysroot)
{
  HvSplit *split = g_new0 (HvSplit, 1);

  split->places[0] = g_strdup (path);
  split->places[1] = g_strdup (debug_path);
  split->sysroot = g_strdup (sysroot);
  return split;
}

HvSplit *
hv_split_new_for_package (HvElf *package)
{
  HvSplit *split = g_new0 (HvSplit, 1);

  split->package_elf = package;
  return split;
}

void
hv_split_free (HvSplit *split)
{
  if (split == NULL)
    return;
  g_clear_pointer (&split->package_units, g_hash_table_unref);
  hv_dwarf_free (split->package);
  if (!split->is_copy)
    hv_elf_free (split->package_elf);
  for (gsize i = 0; i < G_N_ELEMENTS (split->places); i++)
    g_free (split->places[i]);
  g_free (split->sysroot);
  g_free (split);
}

void
hv_split_file_free (HvSplitFile *file)
{
  if (file == NULL)
    return;
  hv_dwarf_free (file->dwarf);
  hv_elf_free (file->elf);
  g_free (file);
}

/* What a split unit has from its skeleton. */
static HvUnit *
join (HvUnit *unit, const HvUnit *skeleton)
{
  unit->addr_base = skeleton->addr_base;
  unit->low_pc = skeleton->low_pc;
  if (unit->version < 5)
    unit->ranges_base = skeleton->split_ranges_base;
  return unit;
}

/* --- packages --- */

/* DW_SECT_…: the columns of an index. */
enum
{
  COLUMN_INFO = 1,
  COLUMN_ABBREV = 3,
  COLUMN_STR_OFFSETS = 6,
  COLUMN_RNGLISTS = 8, /* of version 5; in the older one a macro section */
  MAX_COLUMNS = 32,
};

/* Tells the units of a package where their parts of its sections begin. DWARF 5, 7.3.5.3; the
 * version 2 of before has the same layout. */
static void
read_index (HvSplit *split, HvSpan index)
{
  HvCursor c = hv_cursor (index, 0);
  uint32_t version = hv_cursor_u32 (&c), n_columns = hv_cursor_u32 (&c);
  uint64_t n_units = hv_cursor_u32 (&c), n_slots = hv_cursor_u32 (&c);
  uint32_t column[MAX_COLUMNS];

  /* in version 5 it has two bytes, and two of padding */
  if (c.bad || (version != 2 && (version & 0xffff) != 5) || n_columns == 0
      || n_columns > MAX_COLUMNS)
    return;
  HvCursor ids = c, rows = c, offsets = c;
  hv_cursor_skip (&rows, n_slots * 8);
  hv_cursor_skip (&offsets, n_slots * 12);
  for (uint32_t i = 0; i < n_columns; i++)
    column[i] = hv_cursor_u32 (&offsets);

  for (uint64_t i = 0; i < n_slots && !offsets.bad; i++)
    {
      uint64_t id = hv_cursor_u64 (&ids), row = hv_cursor_u32 (&rows);
      HvCursor cells = offsets;
      uint64_t at[COLUMN_RNGLISTS + 1] = { 0 };
      if (row == 0 || row > n_units)
        continue;
      hv_cursor_skip (&cells, (row - 1) * n_columns * 4);
      for (uint32_t k = 0; k < n_columns; k++)
        {
          uint32_t offset = hv_cursor_u32 (&cells);
          if (column[k] <= COLUMN_RNGLISTS)
            at[column[k]] = offset;
        }
      HvUnit *unit = cells.bad ? NULL : hv_dwarf_unit_from (split->package, at[COLUMN_INFO]);
      /* a unit that two rows are of has what the first says */
      if (unit == NULL || unit->packaged)
        continue;
      unit->packaged = TRUE;
      unit->dwo_id = id;
      unit->abbrevs += at[COLUMN_ABBREV];
      unit->str_offsets_base += at[COLUMN_STR_OFFSETS];
      if (unit->version >= 5)
        {
          unit->rnglists_base += at[COLUMN_RNGLISTS];
          unit->ranges_base = at[COLUMN_RNGLISTS];
        }
      const HvUnit *first = HV_ITEMS (split->package->units, HvUnit);
      g_hash_table_insert (split->package_units, &unit->dwo_id,
                           GUINT_TO_POINTER ((guint) (unit - first) + 1));
    }
}

static void
read_package (HvSplit *split, HvDwarf *skeletons)
{
  if (split->package_read)
    return;
  split->package_read = TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (split->places) && split->package_elf == NULL; i++)
    if (split->places[i])
      {
        g_autofree char *path = g_strconcat (split->places[i], ".dwp", NULL);
        split->package_elf = hv_elf_open (path, NULL);
      }
  if (split->package_elf)
    split->package = hv_dwarf_new_split (split->package_elf, skeletons);
  if (split->package == NULL)
    return;
  split->package_units = g_hash_table_new (g_int64_hash, g_int64_equal);
  read_index (split, hv_elf_section (split->package_elf, ".debug_cu_index"));
}

static HvUnit *
find_packaged (HvSplit *split, const HvUnit *skeleton)
{
  read_package (split, skeleton->dwarf);
  guint at = split->package
                 ? GPOINTER_TO_UINT (g_hash_table_lookup (split->package_units, &skeleton->dwo_id))
                 : 0;
  return at ? hv_dwarf_read_unit (split->package, at - 1) : NULL;
}

HvSplit *
hv_split_copy (HvSplit *split, HvDwarf *skeletons)
{
  HvSplit *copy = hv_split_new (split->places[0], split->places[1], split->sysroot);

  read_package (split, skeletons);
  copy->is_copy = copy->package_read = TRUE;
  copy->package_elf = split->package_elf;
  if (split->package)
    {
      copy->package = hv_dwarf_copy (split->package, NULL);
      copy->package_units = g_hash_table_ref (split->package_units);
    }
  return copy;
}

gboolean
hv_split_is_intact (const HvSplit *split)
{
  return split->package_elf == NULL || hv_elf_is_intact (split->package_elf);
}

gboolean
hv_split_file_is_intact (const HvSplitFile *file)
{
  return hv_elf_is_intact (file->elf);
}

/* --- files --- */

/* The unit of that id of the file at `path`, which another build may have written anew. */
static HvUnit *
open_file (const char *path, const HvUnit *skeleton, HvSplitFile **found)
{
  g_autoptr (HvSplitFile) file = g_new0 (HvSplitFile, 1);

  file->elf = hv_elf_open (path, NULL);
  file->dwarf = file->elf ? hv_dwarf_new_split (file->elf, skeleton->dwarf) : NULL;
  for (guint i = 0; file->dwarf && i < file->dwarf->units->len; i++)
    {
      const HvUnit *listed = &g_array_index (file->dwarf->units, HvUnit, i);
      HvUnit *unit = hv_dwarf_unit_at (file->dwarf, listed->first_die);
      if (unit && unit->dwo_id == skeleton->dwo_id)
        {
          *found = g_steal_pointer (&file);
          return unit;
        }
    }
  return NULL;
}

static HvUnit *
find_file (HvSplit *split, const HvUnit *skeleton, HvSplitFile **file)
{
  const char *name = skeleton->dwo_name;
  g_autofree char *whole = g_path_is_absolute (name) || skeleton->directory == NULL
                               ? g_strdup (name)
                               : g_build_filename (skeleton->directory, name, NULL);
  HvUnit *unit = NULL;

  if (g_path_is_absolute (whole))
    {
      g_autofree char *path = split->sysroot ? g_build_filename (split->sysroot, whole, NULL)
                                             : g_strdup (whole);
      unit = open_file (path, skeleton, file);
    }
  /* the program and its files were moved together, or all laid in one directory */
  for (gsize i = 0; i < G_N_ELEMENTS (split->places) && unit == NULL; i++)
    if (split->places[i])
      {
        g_autofree char *directory = g_path_get_dirname (split->places[i]);
        g_autofree char *flat = g_build_filename (directory, hv_basename (name), NULL);
        g_autofree char *deep = g_build_filename (directory, name, NULL);
        if (!g_path_is_absolute (name) && strcmp (deep, flat) != 0)
          unit = open_file (deep, skeleton, file);
        if (unit == NULL)
          unit = open_file (flat, skeleton, file);
      }
  return unit;
}

HvUnit *
hv_split_unit (HvSplit *split, const HvUnit *skeleton, HvSplitFile **file)
{
  *file = NULL;
  if (skeleton->dwo_name == NULL || *skeleton->dwo_name == 0)
    return NULL;
  HvUnit *unit = find_packaged (split, skeleton);
  if (unit == NULL)
    unit = find_file (split, skeleton, file);
  return unit ? join (unit, skeleton) : NULL;
}
