/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "dwarf.h"

G_BEGIN_DECLS

/* Split DWARF (-gsplit-dwarf): a program's own units are skeletons, with their code's place and
 * lines; the functions are in a file a unit (.dwo) or in a package of all (.dwp). */
typedef struct HvSplit HvSplit;

/* Looks beside the program at `path` and its debug file (or NULL), and below `sysroot` (or NULL).
 */
HvSplit *hv_split_new (const char *path, const char *debug_path, const char *sysroot);

/* Looks only into a package, which is taken over. */
HvSplit *hv_split_new_for_package (HvElf *package);

/* The same for another thread, on a copy of what has the skeletons. The original must outlive it.
 */
HvSplit *hv_split_copy (HvSplit *split, HvDwarf *skeletons);
void hv_split_free (HvSplit *split);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvSplit, hv_split_free)

/* One .dwo file. */
typedef struct HvSplitFile HvSplitFile;
void hv_split_file_free (HvSplitFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvSplitFile, hv_split_file_free)

/* What a skeleton stands for, with its root read; NULL when that is not found. The unit lives as
 * long as `*file`, or where that is NULL, as `split`. */
HvUnit *hv_split_unit (HvSplit *split, const HvUnit *skeleton, HvSplitFile **file);

/* Whether the files are as they were when they were opened. */
gboolean hv_split_is_intact (const HvSplit *split);
gboolean hv_split_file_is_intact (const HvSplitFile *file);

G_END_DECLS
