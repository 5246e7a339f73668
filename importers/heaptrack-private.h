/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "importer.h"

G_BEGIN_DECLS

/* heaptrack's recordings:
 *
 *   heaptrack.c            the file: its header, its lines, its end
 *   heaptrack-tables.c     strings, addresses, stacks
 *   heaptrack-events.c     allocations and frees, fast
 *   heaptrack-raw.c        what only raw files have: pointers and modules
 *   heaptrack-ledger.c     what each site holds: now and at the peak
 *   heaptrack-timeline.c   what it held over time
 *   heaptrack-suppress.c   leak suppressions
 *
 * "Site" below is a profile's site; heaptrack's own "allocation info" is a (size, site) pair. */

/* The recorder unwinds 64 frames and drops two of its own: a stack that long has lost its outer
 * end. */
#define HT_DEPTH_LIMIT 62
/* Of one block, and of all: beyond any address space, and no sum below can overflow within
 * HT_BATCH events of a check. */
#define HT_MAX_SIZE (INT64_C (1) << 51)
#define HT_MAX_SUM (INT64_C (1) << 61)
#define HT_BATCH 576

/* --- the timeline --- */

/* Live bytes and blocks, then total ones. */
#define HT_ROW_METRICS 4

/* The moments, and their rows in as few bytes as they take: the sites' costs are at their largest
 * while the rows wait. */
typedef struct
{
  HvMoment *moment;
  uint64_t *start; /* a moment's first row, in `rows` */
  uint32_t n_moments;
  uint8_t *rows; /* of each: the site, the values, as varints */
  uint64_t rows_used, rows_size, n_rows;
  uint32_t stamps_per_moment;
} HtTimeline;

HtTimeline *ht_timeline_new (void);
void ht_timeline_free (HtTimeline *timeline);

/* Before a moment is added: makes longer ones of those that are there when they are too many. */
void ht_timeline_make_room (HtTimeline *timeline, uint32_t n_sites);
void ht_timeline_add_moment (HtTimeline *timeline, const HvMoment *moment);

/* A row of the latest moment. */
void ht_timeline_add_row (HtTimeline *timeline, uint32_t site, const int64_t *values);

/* Moves all of it to the profile. */
void ht_timeline_finish (HtTimeline *timeline, HvProfile *profile);

/* --- the ledger --- */

typedef struct
{
  int64_t bytes, blocks;
} HtSum;

/* Index of an event's sum. */
enum
{
  HT_ALLOCATED,
  HT_FREED
};

/* One site's costs, one cache line: an event touches one of these and one HtInfo. */
typedef struct
{
  HtSum sum[2]; /* allocated, freed */
  int64_t temporary_blocks;
  HtSum peak;     /* what was live at the latest maximum of the whole heap, when the mark's epoch
                     is the ledger's; else the site has not changed since then */
  uint64_t marks; /* the latest epoch << 32 | bucket in which the site changed */
} HtSite;

G_STATIC_ASSERT (sizeof (HtSite) == 64);

typedef struct
{
  HtSite *sites; /* by profile site; aligned */
  char *sites_memory;
  uint32_t n_sites, sites_size;

  int64_t total_bytes, live_bytes;
  int64_t total_blocks, live_blocks, temporary_blocks;

  int64_t peak_bytes, peak_time;
  gboolean at_peak; /* nothing has changed since the latest maximum */
  uint64_t marks;   /* epoch << 32 | bucket; both count from 1 */

  int64_t now; /* latest time stamp, ms */
  gboolean stamped;

  HtTimeline *timeline;
  /* the bucket since the last moment */
  uint32_t *touched; /* sites that changed in it */
  uint32_t n_touched;
  int64_t bucket_max;   /* highest live bytes */
  int64_t bucket_rss;   /* highest resident set, -1: none said */
  gboolean rss_pending; /* the next R still belongs to the moment just closed */
  uint32_t stamps;
} HtLedger;

void ht_ledger_init (HtLedger *ledger);
void ht_ledger_clear (HtLedger *ledger);

/* Makes room for the profile's site `site`. */
void ht_ledger_add_site (HtLedger *ledger, uint32_t site);

/* A `c` and an `R` line. */
void ht_ledger_stamp (HtLedger *ledger, int64_t ms);
void ht_ledger_rss (HtLedger *ledger, HvProfile *profile, int64_t bytes);

/* After the last event: the last moment, the columns and the totals of the profile. */
void ht_ledger_finish (HtLedger *ledger, HvProfile *profile);

/* Starts to count the epochs again, before one would repeat. */
void ht_ledger_renew_epoch (HtLedger *ledger);

/* To be asked before each HT_BATCH changes. FALSE: the sums are so large that one might overflow.
 */
static inline gboolean
ht_ledger_is_ready (HtLedger *ledger)
{
  if (G_UNLIKELY (ledger->marks >> 32 > G_MAXUINT32 - HT_BATCH))
    ht_ledger_renew_epoch (ledger);
  return ledger->total_bytes < HT_MAX_SUM && ledger->live_bytes > -HT_MAX_SUM;
}

/* The first change of a site since a new bucket or a new epoch: notes it for the next moment, and
 * keeps what it held at the peak. */
static inline void
ht_ledger_mark (HtLedger *ledger, HtSite *site, uint32_t index)
{
  if ((uint32_t) site->marks != (uint32_t) ledger->marks)
    ledger->touched[ledger->n_touched++] = index;
  if (site->marks >> 32 != ledger->marks >> 32)
    {
      site->peak.bytes = site->sum[HT_ALLOCATED].bytes - site->sum[HT_FREED].bytes;
      site->peak.blocks = site->sum[HT_ALLOCATED].blocks - site->sum[HT_FREED].blocks;
    }
  site->marks = ledger->marks;
}

/* An allocation or a free (`freed` 1) of `size` bytes; `temporary` is 0 or 1. Without branches on
 * what the event is, since that is as good as random. The caller counts ledger's blocks. */
static inline void
ht_ledger_change (HtLedger *ledger, uint32_t index, int64_t size, uint32_t freed,
                  uint32_t temporary)
{
  HtSite *site = &ledger->sites[index];
  int64_t sign = -(int64_t) freed;

  ledger->total_bytes += size & ~sign;
  ledger->live_bytes += (size ^ sign) - sign;
  ledger->bucket_max = MAX (ledger->bucket_max, ledger->live_bytes);
  if (ledger->live_bytes > ledger->peak_bytes)
    {
      ledger->peak_bytes = ledger->live_bytes;
      ledger->peak_time = ledger->now;
      ledger->at_peak = TRUE;
    }
  else if (ledger->at_peak)
    {
      ledger->at_peak = FALSE;
      ledger->marks += UINT64_C (1) << 32;
    }
  if (site->marks != ledger->marks)
    ht_ledger_mark (ledger, site, index);
  site->sum[freed].bytes += size;
  site->sum[freed].blocks++;
  site->temporary_blocks += temporary;
}

/* The same for one event alone. FALSE: the sums are full. */
gboolean ht_ledger_add (HtLedger *ledger, uint32_t index, int64_t size, uint32_t freed,
                        uint32_t temporary);

/* --- the reader --- */

/* (size, site): what events of interpreted files name. */
typedef struct
{
  int64_t size;
  uint32_t site;
} HtInfo;

#define HT_NO_INFO UINT32_MAX

/* A stack: a frame (or a few, inlined into each other) below a parent. */
typedef struct
{
  uint32_t parent; /* trace */
  uint32_t ip;     /* raw files: the frame's id */
} HtTrace;

/* What a trace's mark says: its depth, and whether it starts where programs and threads do. */
#define HT_TRACE_DEPTH 0x7f /* saturates */
#define HT_TRACE_ENTRY 0x80

/* A part of a loaded object (raw files). */
typedef struct
{
  uint64_t start, end; /* run-time addresses */
  uint64_t base;
  uint32_t module; /* string */
} HtSegment;

typedef struct
{
  uint64_t pointer; /* 0: free slot */
  int64_t size;
  uint32_t site;
} HtBlock;

typedef struct
{
  HvInput *input;
  HvProfile *profile;
  GError **error;
  HtLedger ledger;

  uint64_t line;          /* number of the line being read */
  uint64_t unknown_lines; /* neither known letters nor comments */
  uint64_t first_unknown;

  /* header */
  gboolean seen_version, seen_command, command_open, seen_executable, attached;
  gboolean raw;      /* addresses, not resolved */
  gboolean pointers; /* events name blocks by their address: raw, and file version 0 */
  uint32_t tool_version, version;
  uint64_t page_size;
  GString *command;
  GPtrArray *suppressions; /* of char *, as written in the file */
  gboolean more_suppressions;
  gboolean footer; /* the interpreter came to its end */

  /* tables; entry 0 of strings, ips and traces is "none" */
  uint32_t n_strings, strings_size;
  uint32_t *string;      /* of the profile */
  GHashTable *functions; /* string of the profile → of the same name made readable */
  uint32_t n_ips, ips_size;
  uint32_t *ip_first; /* its frames: ip_frame[first … next ip's first), innermost first */
  uint32_t n_ip_frames, ip_frames_size;
  uint32_t *ip_frame;
  uint32_t n_traces, traces_size;
  HtTrace *trace;
  uint8_t *trace_mark;             /* HT_TRACE_… */
  uint32_t *trace_node, *cut_node; /* node + 1 once made: below the root, below "[truncated]" */
  uint32_t cut_size;
  uint32_t n_infos, infos_size;
  HtInfo *info;
  const uint32_t *hex_pair; /* ht_hex_pairs() */
  uint32_t last_info;       /* of the latest `+` since the latest `-`, else HT_NO_INFO */
  GHashTable *modules;      /* set of string ids in the profile's module table */
  GArray *path;             /* scratch: traces from the innermost outward */
  uint32_t truncated;       /* note, once made */

  /* raw files */
  uint32_t executable; /* string */
  GArray *segments;    /* of HtSegment, sorted once segments_sorted */
  gboolean segments_sorted;
  HtBlock *blocks;
  uint64_t blocks_mask, n_blocks;
  uint64_t last_pointer; /* as last_info */
} HtReader;

/* The fields of a line. */
typedef struct
{
  const char *pos, *end;
} HtFields;

/* Sets the error, with the line; FALSE. */
gboolean ht_fail (HtReader *reader, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* One event into the ledger; sets the error. */
gboolean ht_event (HtReader *reader, uint32_t site, int64_t size, uint32_t freed,
                   uint32_t temporary);

/* The same of a field that must be there; sets the error. */
gboolean ht_number (HtReader *reader, HtFields *fields, const char *what, uint64_t limit,
                    uint64_t *value);

/* "<length> <text>" as written since version 3, else the rest of the line. */
void ht_text (const HtReader *reader, HtFields *fields, const char **text, gsize *length);

uint32_t ht_intern (HtReader *reader, const char *text, gsize length);
void ht_add_module (HtReader *reader, uint32_t path);
gboolean ht_add_trace (HtReader *reader, uint32_t ip, uint64_t parent);
gboolean ht_site (HtReader *reader, uint64_t trace, uint32_t *site);

/* Tables: their "none" entries, and the lines `s`, `i`, `t`, `a`. */
void ht_tables_init (HtReader *reader);
gboolean ht_read_string (HtReader *reader, HtFields *fields);
gboolean ht_read_ip (HtReader *reader, HtFields *fields);
gboolean ht_read_trace (HtReader *reader, HtFields *fields);
gboolean ht_read_info (HtReader *reader, HtFields *fields);

/* One line `+` or `-`. */
gboolean ht_read_event (HtReader *reader, HtFields *fields, uint32_t freed);

/* What is known of the window from the thread that reads ahead. */
typedef struct
{
  const char *readable; /* where the window begins */
  const char *text;     /* where the block does that the numbers are of */
  const uint32_t *scan; /* NULL: nothing is known */
  guint n, used;        /* numbers, and those that are behind */
} HtRuns;

/* Takes what it can of the whole lines in [pos, stop), which events of interpreted files nearly
 * all are, and returns where it stopped: anything else is left to the caller. */
const char *ht_read_events (HtReader *reader, HtRuns *runs, const char *pos, const char *stop);

/* Has the thread that reads ahead look for events, in the time that it would wait in. */
void ht_scan_ahead (HtReader *reader);

/* The value of two hexadecimal digits, by their bytes read as one number. Static. */
const uint32_t *ht_hex_pairs (void);

/* Lines of raw files (and of version 0, for the events): `x`, `m`, `t`, `+`, `-`. */
gboolean ht_raw_executable (HtReader *reader, HtFields *fields);
gboolean ht_raw_module (HtReader *reader, HtFields *fields);
gboolean ht_raw_trace (HtReader *reader, HtFields *fields);
gboolean ht_raw_allocate (HtReader *reader, HtFields *fields);
gboolean ht_raw_free (HtReader *reader, HtFields *fields);

/* Live bytes of the sites that heaptrack's built-in rules or the recording's own (`rules`) call
 * no leak. A rule matches any function, file or module of a stack. */
int64_t ht_suppressed_bytes (const HvProfile *profile, const GPtrArray *rules);

/* Whether `text` matches an LSan pattern: part of it, `*` for anything, `^` and `$` for its ends.
 */
gboolean ht_pattern_matches (const char *pattern, const char *text);

G_END_DECLS
