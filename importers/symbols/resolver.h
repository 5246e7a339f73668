/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "debuginfod.h"
#include "object.h"
#include "symbols.h"

G_BEGIN_DECLS

/* Inside hv_symbols_resolve(): the unresolved frames by module, and what became of them. */

typedef enum
{
  HV_SYMBOLS_RESOLVED,
  HV_SYMBOLS_TABLE_ONLY,
  HV_SYMBOLS_STARTS_ONLY,
  HV_SYMBOLS_NONE,
  HV_SYMBOLS_NOT_FOUND,
  HV_SYMBOLS_MISMATCH,
  HV_SYMBOLS_NOT_TRIED,
} HvSymbolStatus;

/* As in HvModule.status. */
const char *hv_symbol_status_text (HvSymbolStatus status);

/* The unresolved frames of one module. */
typedef struct
{
  uint32_t path;  /* string */
  GArray *frames; /* ids */
  HvSymbolStatus status;
  HvModuleVerdict verdict;
  HvSymbolStatus before; /* of a stored profile, which nothing makes worse */
  int64_t cost;          /* of the stacks it leaves without names */
  uint32_t seen_by;
  GPtrArray *tried; /* of char *, a line each */
  char *refused;    /* why the last file that did not match was not used, or NULL */
} HvSymbolGroup;

typedef struct
{
  HvProfile *profile;
  const HvImportOptions *options;
  GArray *groups;           /* of HvSymbolGroup */
  uint32_t *group_of;       /* by frame: index + 1, 0: resolved */
  uint32_t n_frames;        /* before */
  uint32_t *first, *last;   /* by frame: its chain in `pool` */
  GArray *pool;             /* of frame ids, innermost first */
  GHashTable *used;         /* paths of files that gave names */
  GHashTable *tried;        /* and of all that were tried for a module */
  HvDebuginfod *debuginfod; /* NULL: not begun, or it cannot be used */
  gboolean debuginfod_begun;
} HvResolver;

/* The module's entry, added when the importer did not; NULL when there are too many. */
HvModule *hv_resolver_module (HvResolver *r, uint32_t path);

/* Asks debuginfod for a file, if it may be asked: its path, newly allocated, or NULL and a line on
 * why in `tried`. `build_id` may be NULL. */
char *hv_resolver_ask (HvResolver *r, const char *build_id, HvDebuginfodKind kind,
                       GPtrArray *tried);

/* What the file of a module told about a batch of addresses. */
typedef struct
{
  gsize n_resolved, n_symbol_only;
  gboolean any_starts, debug_info;
  char *debug_path; /* the separate debug file, or NULL */
} HvBatchResult;

/* Names the frames `ids` of the group, which are at `addresses` (ELF virtual ones) of the file at
 * `path`, from the cache as far as it goes. Takes `elf` over. */
HvBatchResult hv_resolver_name (HvResolver *r, const HvSymbolGroup *group, HvElf *elf,
                                const char *path, const uint32_t *ids, const uint64_t *addresses,
                                gsize n);

/* Fills in what each module's missing names cost and what was looked at for them, and says the
 * costliest in one warning unless next to nothing depends on them. */
void hv_resolver_report (HvResolver *r);

G_END_DECLS
