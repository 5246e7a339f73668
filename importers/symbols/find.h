/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "elf.h"
#include "importers/importer.h"

G_BEGIN_DECLS

/* The path at which the file of a module should be: what --binary gives for it, else the path in
 * the dump, below --sysroot. `main` tells that it is the program's own. */
char *hv_find_module (const char *path, const char *build_id, gboolean main,
                      const HvImportOptions *options);

/* The separate debug file of the ELF file at `path`: by build id, else by .gnu_debuglink with its
 * checksum. NULL when it needs none or there is none. */
HvElf *hv_find_debug (HvElf *elf, const char *path, const HvImportOptions *options,
                      char **debug_path);

/* The file that the debug file at `path` shares with others (dwz), by its build id, or NULL. */
HvElf *hv_find_alt (HvElf *elf, const char *path, const HvImportOptions *options);

G_END_DECLS
