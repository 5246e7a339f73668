/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Where the source files that a profile names are on this machine. */

/* Files recorded below `prefix` are below `directory`. The prefix is of whole path components; ""
 * stands for all relative paths, and one that is a whole path for that file alone. */
typedef struct
{
  char *prefix, *directory;
} HvPathMapping;

HvPathMapping *hv_path_mapping_new (const char *prefix, const char *directory);
void hv_path_mapping_free (HvPathMapping *mapping);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvPathMapping, hv_path_mapping_free)

/* What follows from `recorded` being `chosen`: all that comes before their common end. NULL when
 * they are the same. */
HvPathMapping *hv_path_mapping_derive (const char *recorded, const char *chosen);

/* Where the mapping puts a recorded path; NULL: it does not apply. */
char *hv_path_mapping_apply (const HvPathMapping *mapping, const char *recorded);

typedef struct
{
  const char *recorded;
  const char *dump, *module; /* paths; NULL or "": unknown */
  const GPtrArray *mappings; /* HvPathMapping, first come first served; or NULL */
  const char *home;
} HvSourceQuestion;

/* The absolute paths the file may have, most likely first: as recorded; by the mappings; beside the
 * dump, the module and the folders above that, for a relative path; of Rust's standard library
 * ("/rustc/HASH/library/…") in the toolchains that are installed, the one of that commit first; of
 * a crate of the registry in this user's registry. Nothing is run. */
GPtrArray *hv_source_places (const HvSourceQuestion *question);

G_END_DECLS
