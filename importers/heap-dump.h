/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "maps.h"

G_BEGIN_DECLS

/* A dump of the jemalloc and gperftools family as its text says it, before anything is estimated or
 * looked up: the memory map that tells what the addresses are stands at the end of the file. */

typedef enum
{
  HV_PAIR_LIVE_BLOCKS,
  HV_PAIR_LIVE_BYTES,
  HV_PAIR_TOTAL_BLOCKS,
  HV_PAIR_TOTAL_BYTES,
  HV_N_PAIRS
} HvPair;

/* "live blocks: live bytes [total blocks: total bytes]", none negative. */
typedef struct
{
  int64_t value[HV_N_PAIRS];
} HvCounts;

typedef struct
{
  gsize first_address; /* into HvDump.addresses, innermost first */
  uint32_t depth;
  uint32_t site; /* set while building */
  HvCounts counts;
} HvDumpRecord;

/* A thread's share of a record. */
typedef struct
{
  guint record;
  uint64_t uid;
  HvCounts counts;
} HvDumpShare;

typedef struct
{
  uint64_t uid;
  uint32_t name; /* string; 0: none */
} HvDumpThread;

/* The name that a symbolised dump gives to an address. */
typedef struct
{
  uint64_t address;
  gsize name; /* into HvDump.names, NUL terminated */
} HvDumpSymbol;

/* How the recorder chose what to count, and so how its numbers become estimates. */
typedef enum
{
  HV_SAMPLING_NONE,
  HV_SAMPLING_POISSON, /* each byte with the probability 1/period */
  HV_SAMPLING_LINEAR,  /* the first version of tcmalloc's, as jeprof reads it */
} HvSampling;

typedef struct
{
  HvProfile *profile; /* holds the strings */

  gboolean legacy;       /* "heap profile:", not "heap_v2/…" */
  gboolean symbolized;   /* with a "--- symbol" table */
  gboolean ends_in_zero; /* a stack ended in 0x0, as those of jemalloc 3 do */
  gboolean padded;       /* the header's numbers are padded, as gperftools' are */
  char *kind;            /* "heap_v2", "heapprofile", "growth", … */
  HvSampling sampling;
  int64_t period;

  HvCounts header; /* what the file says the sums are */
  GArray *addresses, *records, *shares, *threads, *symbols;
  GString *names;
  HvMaps maps;
  uint64_t size; /* of the text */
} HvDump;

void hv_dump_init (HvDump *dump, HvProfile *profile);
void hv_dump_clear (HvDump *dump);

/* Makes the profile of a dump that was read: frames, stacks, estimates, threads, and what there is
 * to warn of. FALSE when the numbers are too large to add up. */
gboolean hv_dump_build (HvDump *dump, GError **error);

G_END_DECLS
