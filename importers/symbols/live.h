/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "store/profile.h"

G_BEGIN_DECLS

/* Adds where a module's file can be read through the process that was recorded, when that still
 * runs and has the module mapped as it was: the same file at the same address. So containers' files
 * are found, and deleted ones (as far as the user may read them). `proc` is "/proc". */
void hv_find_live (GPtrArray *places, const char *proc, int64_t pid, const char *path,
                   const HvModule *module);

G_END_DECLS
