/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "metric.h"
#include "pair-map.h"

G_BEGIN_DECLS

/* What one file, or one series of dumps, says: a structure of arrays.
 *
 *   string   interned text, by id; 0 is "none"
 *   frame    function, file, line, module; by id; 0 is the root's
 *   node     a stack: (parent node, frame); 0 is the root, parents come before children
 *   site     a node that allocates; its costs are columns, one array a metric
 *   moment   a point in time; a row says what one site holds from that moment on
 *
 * Importers build it through the functions below; everybody else reads the arrays. Ids are 32 bit,
 * costs signed 64 bit. When a table would pass its limit the profile is marked `full`, the function
 * returns 0 and the import fails cleanly at its end. */

#define HV_ERROR (hv_error_quark ())
GQuark hv_error_quark (void);

typedef enum
{
  HV_ERROR_FORMAT, /* not a heap profile, or damaged beyond use: exit 3 */
  HV_ERROR_USAGE,  /* the caller asked for what is not there: exit 2 */
  HV_ERROR_STORE,  /* the store could not be opened or written */
} HvErrorCode;

typedef enum
{
  HV_FRAME_INLINED = 1 << 0,
  /* The address is the run-time one: nothing tells the module's base (heaptrack). */
  HV_FRAME_RUNTIME_ADDRESS = 1 << 1,
  /* Not code but a note in brackets, such as "[truncated]". */
  HV_FRAME_SYNTHETIC = 1 << 2,
  /* The function's name was read from a symbol table, without debug information. */
  HV_FRAME_SYMBOL_ONLY = 1 << 3,
  /* The address is an ELF virtual address; without this, an offset in the module's file. */
  HV_FRAME_VADDR = 1 << 4,
  /* The address is no call's but the first of the function around it, whose name is unknown. */
  HV_FRAME_FUNCTION_START = 1 << 5,
} HvFrameFlags;

/* What kind of code a frame is; set by the frame rules (importers/symbols/rules.h). */
typedef enum
{
  HV_CATEGORY_APP,
  HV_CATEGORY_ALLOCATOR,
  HV_CATEGORY_ENTRY,
  HV_CATEGORY_ASYNC,
  HV_CATEGORY_PLUMBING,  /* a standard library's */
  HV_CATEGORY_CONTAINER, /* of that, and of the like: what holds a program's data and grows */
} HvCategory;
#define HV_N_CATEGORIES (HV_CATEGORY_CONTAINER + 1)

/* "application", "allocator", "entry", "async", "plumbing" or "container". */
const char *hv_category_name (HvCategory category);

/* Whether what such a frame does is its caller's doing. */
static inline gboolean
hv_category_is_library (uint8_t category)
{
  return category == HV_CATEGORY_PLUMBING || category == HV_CATEGORY_CONTAINER;
}

/* One frame, as given to hv_profile_frame(). Ids are of strings. */
typedef struct
{
  uint32_t function; /* demangled, as shown in details; 0: unknown */
  uint32_t file;
  uint32_t line;   /* 0: unknown */
  uint32_t module; /* path of the object file; 0: unknown */
  uint64_t address; /* of an unresolved frame, of the call itself (return address − 1), an offset in
                       the module's file, unless the flags say otherwise; 0 for a resolved one */
  uint64_t call; /* of a frame whose name is not from debug information (a symbol's alone, or none
                    but the function's start): the ELF virtual address of the call, by which a
                    better file can name it; else 0 */
  uint8_t flags; /* HvFrameFlags */
} HvFrame;

typedef enum
{
  HV_TIME_NONE,
  HV_TIME_MILLISECONDS,
  HV_TIME_MICROSECONDS,
  HV_TIME_INSTRUCTIONS,
} HvTimeUnit;

typedef enum
{
  HV_MOMENT_BUCKET, /* an instant of a trace */
  HV_MOMENT_DUMP,   /* one file of a series */
} HvMomentKind;

/* Values at the moment; -1 where the format does not say. Rows [first_row, next moment's first_row)
 * are the sites whose values changed since the previous moment, with their new values. */
typedef struct
{
  HvMomentKind kind;
  int64_t time;   /* in the profile's time unit, since its start; -1: unknown */
  int64_t number; /* a dump's sequence number, else the moment's index */
  uint32_t label; /* string: a dump's file name; 0: none */
  int64_t live_bytes, live_blocks;
  int64_t max_bytes; /* highest live bytes since the previous moment */
  int64_t total_bytes, total_blocks, temporary_blocks; /* since the start */
  int64_t rss_bytes;
  uint64_t first_row;
} HvMoment;

/* Is the file that a module's names are from the one that ran? */
typedef enum
{
  HV_VERDICT_NONE, /* no file */
  HV_VERDICT_MATCHES,
  HV_VERDICT_UNVERIFIED, /* nothing speaks against it, but too little for it */
  HV_VERDICT_MISMATCH,   /* a file was there, but it is another one: it gave no names */
} HvModuleVerdict;

typedef struct
{
  uint32_t path;     /* string */
  uint32_t build_id; /* string, lower-case hex; 0: unknown */
  uint32_t
      status; /* string: how it was symbolised ("resolved", "file not found", …); 0: not tried */
  uint32_t tried; /* string: the files looked at and what they were, one a line */
  /* Of the default metric: in stacks that show a frame of this module without a name. */
  int64_t unresolved;
  /* The part of the file that was mapped as code; 0: unknown. */
  uint64_t code_offset, code_size;
  /* The file that was mapped, as stat() has them; inode 0: unknown. */
  uint64_t device, inode;
  uint64_t code_start; /* where its code was mapped, the first part of it; not stored */
  HvModuleVerdict verdict;
} HvModule;

/* A thread's share of a site. */
typedef struct
{
  uint32_t site, thread;
  int64_t live_bytes, live_blocks, total_bytes, total_blocks;
} HvThreadRow;

/* Access counts of a site's blocks, byte by byte (DHAT "acc"): the numbers of the file's run-length
 * code as zig-zag varints at access_data[offset … offset + length). */
typedef struct
{
  uint32_t site;
  uint32_t unreliable; /* 0, 1: wrapped modulo 65,536, 2: saturated */
  uint64_t offset, length;
} HvAccess;

typedef struct
{
  /* strings */
  uint32_t n_strings;
  uint64_t *string_offset; /* into string_data */
  char *string_data;       /* each NUL terminated; may hold any bytes but NUL, made valid UTF-8 */

  /* frames */
  uint32_t n_frames;
  HvFrame *frame;
  uint8_t *frame_category; /* HvCategory, by frame */

  /* stacks */
  uint32_t n_nodes;
  uint32_t *node_parent;
  uint32_t *node_frame;

  /* sites and their final values; columns a format lacks are NULL */
  uint32_t n_sites;
  uint32_t *site_node;
  int64_t *column[HV_N_METRICS];

  /* moments, oldest first; none for a single dump. The last moment's values are the columns'. */
  uint32_t n_moments;
  HvMoment *moment;
  uint32_t row_metrics;  /* bit set: 1 << HvMetric that rows hold */
  gboolean without_rows; /* those there are were left in the store (hv_store_load_end()) */
  uint64_t n_rows;
  uint32_t *row_site;
  int64_t *row[HV_N_METRICS];

  uint32_t n_modules;
  HvModule *module;

  /* threads (jemalloc) */
  uint32_t n_threads;
  uint64_t *thread_uid;
  uint32_t *thread_name; /* string */
  uint64_t n_thread_rows;
  HvThreadRow *thread_row;

  uint32_t n_accesses;
  HvAccess *access;
  uint8_t *access_data;

  /* what the file says of itself; strings are ids, numbers -1 where absent */
  char *path;         /* as given by the user, made valid UTF-8; owned */
  char *location;     /* where that file is, absolute; NULL: no file, or several; owned */
  const char *format; /* "dhat", "jemalloc", "gperftools", "heaptrack"; static */
  uint32_t variant;   /* string: "heap_v2", "rust-heap", "v3", … */
  uint32_t command;
  int64_t pid;
  int64_t sample_period; /* mean bytes between samples; -1: every allocation counted */
  HvTimeUnit time_unit;
  int64_t duration;       /* in time_unit */
  int64_t peak_time;      /* in time_unit */
  int64_t short_lifetime; /* in time_unit: what the recorder calls short-lived */
  int64_t peak_rss_bytes;
  int64_t suppressed_bytes; /* of the live bytes: matched by leak suppressions */
  uint32_t byte_unit,
      block_unit; /* strings: what "bytes", "blocks" count in DHAT ad-hoc; 0: those */
  /* Equal in two dumps of one process: a hash of its memory map; 0: unknown. */
  uint64_t process_key;
  /* FALSE where frames name no module although they are resolved (DHAT): matching then goes by
   * function alone. */
  gboolean modules_known;
  HvMetric default_metric;
  gboolean incomplete;      /* the file was cut short */
  GPtrArray *warnings;      /* of char * */
  uint32_t n_file_warnings; /* the first of them, which are of the file; the rest are of symbols */

  gboolean full; /* a table passed its limit */

  /*< private >*/
  struct HvProfileTables *tables;     /* lookup and growth; NULL once sealed */
  struct HvCanonicalPaths *canonical; /* canonical-paths.h */
} HvProfile;

HvProfile *hv_profile_new (void);
void hv_profile_free (HvProfile *profile);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvProfile, hv_profile_free)

/* As g_utf8_validate_len(), eight bytes at a time as long as they are ASCII: names of kilobytes
 * are. */
gboolean hv_is_utf8 (const char *text, gsize size);

/* --- building --- */

/* Interns `length` bytes (-1: NUL terminated); invalid UTF-8 becomes U+FFFD, NULs end it. "" is 0.
 * `text` must not point into the profile's own strings. */
uint32_t hv_profile_intern (HvProfile *profile, const char *text, gssize length);

/* The id of an equal frame, added when new. */
uint32_t hv_profile_frame (HvProfile *profile, const HvFrame *frame);

/* The frame "[text]" that is a note, not code. */
uint32_t hv_profile_note (HvProfile *profile, const char *text);

/* The child of `parent` with `frame`, added when new. */
uint32_t hv_profile_node (HvProfile *profile, uint32_t parent, uint32_t frame);

/* The same where it is known not to be there: nothing is looked up, nor noted to be looked up. */
uint32_t hv_profile_new_node (HvProfile *profile, uint32_t parent, uint32_t frame);

/* There will be about so many nodes: makes room for them at once. */
void hv_profile_expect (HvProfile *profile, uint32_t n_nodes);

/* The site at `node`, added with zero costs when new. Ids count from 0. */
uint32_t hv_profile_site (HvProfile *profile, uint32_t node);

/* The same where no site is known to be there. */
uint32_t hv_profile_new_site (HvProfile *profile, uint32_t node);

/* Frees what nodes and sites are looked up in, a third of what building takes: for an importer that
 * has made its last. They make it anew when they are called again. */
void hv_profile_settle (HvProfile *profile);

/* The column of a metric, made (zeroed) when absent, one value a site. Moves when a site is added:
 * do not keep it across hv_profile_site(). */
int64_t *hv_profile_column (HvProfile *profile, HvMetric metric);

/* Appends a moment; its first_row is set here. */
void hv_profile_add_moment (HvProfile *profile, const HvMoment *moment);

/* Appends a row of the latest moment: one value for each metric of row_metrics, lowest first. Set
 * row_metrics before the first. */
void hv_profile_add_row (HvProfile *profile, uint32_t site, const int64_t *values);

/* "matches", "unverified", "mismatch"; NULL for none. */
const char *hv_module_verdict_text (HvModuleVerdict verdict);

uint32_t hv_profile_add_module (HvProfile *profile, const HvModule *module);
uint32_t hv_profile_add_thread (HvProfile *profile, uint64_t uid, uint32_t name);
void hv_profile_add_thread_row (HvProfile *profile, const HvThreadRow *row);
void hv_profile_add_access (HvProfile *profile, uint32_t site, uint32_t unreliable,
                            const uint8_t *data, gsize length);

/* One sentence for the report's "warnings". */
void hv_profile_warn (HvProfile *profile, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* Replaces each frame by a chain of frames, innermost first: what the symboliser found at an
 * address. `chain` is called once a frame with that frame's id; it appends ids of
 * hv_profile_frame() to `frames`, or nothing to leave the frame as it is. Nodes are rebuilt and
 * equal ones merged; sites that fall together are summed. Frames that are in no stack then are
 * dropped: the others' ids change. */
typedef void (*HvFrameExpander) (HvProfile *profile, uint32_t frame, GArray *frames, gpointer user);
void hv_profile_expand_frames (HvProfile *profile, HvFrameExpander chain, gpointer user);

/* Ends building: drops the lookup tables and trims the arrays. */
void hv_profile_seal (HvProfile *profile);

/* Goes on building a sealed profile. */
void hv_profile_reopen (HvProfile *profile);

/* Checks every index and order of the model, and that costs add up within INT64_MAX (a store file
 * is untrusted input too). */
gboolean hv_profile_check (const HvProfile *profile, GError **error);

/* --- reading --- */

/* The text of a string id, "" for 0. Owned by the profile; moves while building. */
const char *hv_profile_string (const HvProfile *profile, uint32_t id);

/* Sum of a column over all sites; 0 when absent. */
int64_t hv_profile_total (const HvProfile *profile, HvMetric metric);

/* Whether `metric` can be asked at a moment (or at the end, HV_AT_END). */
#define HV_AT_END UINT32_MAX
#define HV_AT_PEAK (UINT32_MAX - 1)
gboolean hv_profile_has (const HvProfile *profile, HvMetric metric, uint32_t at);

/* The metric of every site at a moment: an index into `moment`, HV_AT_END or HV_AT_PEAK (live-*
 * there is the format's peak-*). Newly allocated, n_sites long; NULL when absent. */
int64_t *hv_profile_values (const HvProfile *profile, HvMetric metric, uint32_t at);

/* The same where the profile has them as they are, at its end and its peak; borrowed. NULL
 * elsewhere and when absent. */
const int64_t *hv_profile_values_borrowed (const HvProfile *profile, HvMetric metric, uint32_t at);

/* Which moment "end", "peak", "12.5s", "830ms" or a dump's number names. */
gboolean hv_profile_parse_moment (const HvProfile *profile, const char *text, uint32_t *at,
                                  GError **error);

/* Last part of a path. */
const char *hv_basename (const char *path);

G_END_DECLS
