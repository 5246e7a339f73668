/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "elf.h"
#include "importers/importer.h"

G_BEGIN_DECLS

/* The paths at which the file of a module may be, the likeliest first: what --binary gives for it,
 * the path in the dump, below --sysroot (there also as seen from inside a container), the places of
 * HEAPVIEW_BINARY_PATH. An array of char * with a free function. `main` tells that it is the
 * program's own. */
GPtrArray *hv_find_module (const char *path, const char *build_id, gboolean main,
                           const HvImportOptions *options);

/* The FILE of a --binary FILE or PATH=FILE. */
const char *hv_binary_file (const char *binary);

/* The PATH of PATH=FILE, newly allocated, or NULL. */
char *hv_binary_module (const char *binary);

/* Whether the FILE of a --binary is called as the module at `path` is. */
gboolean hv_binary_is_named (const char *binary, const char *path);

/* Adds "PATH: WHAT" to an array of lines, which may be NULL. */
void hv_find_say (GPtrArray *tried, const char *path, const char *what);

/* Opens the file at `path` when it is of that build id, else NULL. */
HvElf *hv_find_open (const char *path, const char *build_id);

/* The separate debug file of the ELF file at `path`: by build id, else by .gnu_debuglink with its
 * checksum. NULL when it needs none or there is none; `tried` then gets a line on each place that
 * holds another file, or that there is none. */
HvElf *hv_find_debug (HvElf *elf, const char *path, const HvImportOptions *options,
                      char **debug_path, GPtrArray *tried);

/* The file that the debug file at `path` shares with others (dwz), by its build id, or NULL;
 * `*missing` tells that there should be one. `alt_path`, `missing` and `tried` may be NULL. */
HvElf *hv_find_alt (HvElf *elf, const char *path, const HvImportOptions *options, char **alt_path,
                    gboolean *missing, GPtrArray *tried);

G_END_DECLS
