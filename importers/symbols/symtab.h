/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "elf.h"

G_BEGIN_DECLS

/* Gives to the `names` that are NULL the function that holds the address of the same index, from
 * .symtab, .dynsym and .gnu_debugdata, within its st_size: never the nearest one, which in a
 * stripped file is some other function. Raw (mangled), left NULL when there is none; lives as long
 * as `elf`. `addresses` are ascending. */
void hv_symtab_find (HvElf *elf, const uint64_t *addresses, gsize n, const char **names);

G_END_DECLS
