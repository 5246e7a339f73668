/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "elf.h"

G_BEGIN_DECLS

/* Is this the file that ran? A dump of jemalloc has no build ids. But every address in a stack is
 * a return address and so follows a call instruction: in the right file practically all do, in
 * another build one in forty by chance. */
typedef struct
{
  uint64_t checked, calls;
} HvVerdict;

/* Counts which of the addresses (of calls: return address - 1) end a call instruction; of very
 * many, of some a thousand throughout. Checks nothing where the machine's instructions are not
 * known. */
HvVerdict hv_verify_calls (HvElf *elf, const uint64_t *addresses, gsize n);

/* Whether the part of the file that was mapped as code, in whole pages, is what this file has: with
 * few addresses to check, this tells another build. TRUE where it cannot be told. */
gboolean hv_verify_layout (HvElf *elf, uint64_t offset, uint64_t size);

/* Whether that can be told of them. */
gboolean hv_verify_layout_known (const HvElf *elf, uint64_t offset, uint64_t size);

gboolean hv_verdict_ok (const HvVerdict *verdict);

G_END_DECLS
