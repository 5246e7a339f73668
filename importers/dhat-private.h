/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "dhat-stacks.h"
#include "store/profile.h"

G_BEGIN_DECLS

/* Valgrind keeps access counts for blocks of up to 1,024 bytes, 25,600 on request. */
#define HV_DHAT_MAX_ACCESS 32768

/* The costs of a program point. */
typedef enum
{
  HV_DHAT_TB,
  HV_DHAT_TBK,
  HV_DHAT_TL,
  HV_DHAT_MB,
  HV_DHAT_MBK,
  HV_DHAT_GB,
  HV_DHAT_GBK,
  HV_DHAT_EB,
  HV_DHAT_EBK,
  HV_DHAT_RB,
  HV_DHAT_WB,
  HV_DHAT_N_COSTS
} HvDhatCost;

extern const HvMetric hv_dhat_metric[HV_DHAT_N_COSTS];

/* Access counts ("acc") of a program point, in an array of bytes: the numbers of the run-length
 * code as zig-zag varints. */
typedef struct
{
  uint32_t offset, length, capacity;
  uint32_t bytes;      /* decoded: the size of its blocks; 0: none */
  uint32_t unreliable; /* as in HvAccess */
} HvDhatAccess;

/* What is wrong with the numbers (static), or NULL; their decoded length, 0 when longer than DHAT
 * writes them, and the sum over the bytes. */
const char *hv_dhat_check_access (const int64_t *numbers, gsize n, uint32_t *bytes, uint64_t *sum);

/* Appends numbers that were found good; FALSE when there is no room. */
gboolean hv_dhat_pack_access (GByteArray *data, const int64_t *numbers, gsize n,
                              HvDhatAccess *access);

/* Adds `b` to `a`, both in `data`. Counts of blocks of different sizes do not add up: `a` is then
 * left without. */
void hv_dhat_add_access (GByteArray *data, HvDhatAccess *a, const HvDhatAccess *b);

/* How far counts that sum to `sum` can be trusted beside the bytes read and written. */
uint32_t hv_dhat_judge_access (uint64_t sum, int64_t read, int64_t written);

/* What a stack's shape needs of a text of the frame table. */
typedef struct
{
  uint64_t address; /* equal in a function and those inlined into it */
  gboolean bogus;   /* neither name nor object: what a walk past the first frame finds */
  gboolean root;
} HvDhatName;

/* What a file says, as it is read. */
typedef struct
{
  int64_t version;         /* 0: not seen */
  int lifetimes, accesses; /* "bklt", "bkacc"; -1: not seen */
  gboolean points_seen, names_seen, names_complete;

  uint32_t n_points, points_size;
  HvDhatAccess *access; /* by program point */
  /* HV_DHAT_N_COSTS varints a program point */
  uint8_t *costs;
  uint64_t costs_used, costs_size;
  uint32_t costs_any, costs_all; /* bits: 1 << HvDhatCost */
  int64_t total[HV_DHAT_N_COSTS];
  GByteArray *access_data;
  uint32_t n_long_accesses;

  /* of the program points, and perhaps of one more that the file's end cuts off */
  HvDhatStacks *stacks;

  uint32_t n_names, names_size;
  HvDhatName *names;
  HvFrame *name_frame; /* by name */
} HvDhatFile;

/* Frees all of it. */
void hv_dhat_file_clear (HvDhatFile *file);

/* Makes the profile of it, and frees what that no longer needs; FALSE when a stack names a frame
 * that a complete table lacks. */
gboolean hv_dhat_build (HvDhatFile *file, HvProfile *profile, GError **error);

G_END_DECLS
