/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "elf.h"

G_BEGIN_DECLS

/* Where functions begin and end, by the tables that exceptions are unwound with: also a stripped
 * file has them. */
typedef struct
{
  HvElf *elf;
  HvSpan pairs; /* the sorted search table of .eh_frame_hdr */
  uint64_t base;
} HvUnwind;

/* Without `pairs` where there is no table of the one kind that linkers write. */
HvUnwind hv_unwind (HvElf *elf);

/* The first address of the function that holds `address`; FALSE when none is known to. */
gboolean hv_unwind_start (const HvUnwind *unwind, uint64_t address, uint64_t *start);

G_END_DECLS
