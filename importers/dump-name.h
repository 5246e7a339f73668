/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdint.h>

G_BEGIN_DECLS

/* What the name of a heap dump tells: PREFIX.PID.SEQ.KIND.heap (jemalloc; KIND is i7, u7, m7 or f)
 * or PREFIX.SEQ.heap (gperftools). */
typedef struct
{
  gsize process; /* as many first bytes of the name are the process's: prefix and pid */
  int64_t pid;   /* -1: not told */
  int64_t seq;   /* of all dumps of the process; -1: the name is of no such shape */
} HvDumpName;

/* Reads `name`, a file's name without its folder. */
HvDumpName hv_dump_name_parse (const char *name);

/* Compares names as people count: "i2" before "i10". */
int hv_dump_name_compare (const char *a, const char *b);

G_END_DECLS
