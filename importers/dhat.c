/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dhat-frame.h"
#include "importer.h"
#include "json-scan.h"

#include <string.h>

/* DHAT's JSON, versions 1 (Valgrind 3.15, 3.16) and 2, read in one pass. The frame table comes
 * behind the program points, so their stacks are kept as a trie of table indices, outermost first,
 * until its texts are known. */

/* Valgrind writes at most 500 real frames; inlined ones come on top. */
#define MAX_STACK 65536
/* Valgrind keeps access counts for blocks of 1,024 bytes, 25,600 on request. */
#define MAX_ACCESS_BYTES 65536
/* GLib's arrays count in 32 bits; one array of counts comes on top. */
#define MAX_ACCESS_DATA (UINT32_MAX - 2 * 10 * MAX_ACCESS_BYTES)
#define MAX_NODES 1500000000u
/* What dhat-rs keeps by default. */
#define RUST_FRAMES 10
/* Valgrind's default of 12, of which the allocator's own frame is not written. */
#define VALGRIND_FRAMES 11

typedef enum
{
  TB,
  TBK,
  TL,
  MB,
  MBK,
  GB,
  GBK,
  EB,
  EBK,
  RB,
  WB,
  N_FIELDS,
  ACC = N_FIELDS,
  FS,
  UNKNOWN
} Field;

static const HvMetric field_metric[N_FIELDS] = {
  [TB] = HV_METRIC_TOTAL_BYTES,  [TBK] = HV_METRIC_TOTAL_BLOCKS, [TL] = HV_METRIC_LIFETIME,
  [MB] = HV_METRIC_MAX_BYTES,    [MBK] = HV_METRIC_MAX_BLOCKS,   [GB] = HV_METRIC_PEAK_BYTES,
  [GBK] = HV_METRIC_PEAK_BLOCKS, [EB] = HV_METRIC_LIVE_BYTES,    [EBK] = HV_METRIC_LIVE_BLOCKS,
  [RB] = HV_METRIC_READ_BYTES,   [WB] = HV_METRIC_WRITE_BYTES,
};

/* How reliable access counts are, as in HvAccess. */
enum
{
  RELIABLE,
  WRAPPED,
  SATURATED
};

/* The program points of one stack, summed. */
typedef struct
{
  uint32_t node;
  uint32_t point; /* the first of them, from 1 */
  int64_t value[N_FIELDS];
  uint64_t access_offset;
  uint32_t access_length;
  uint32_t access_bytes; /* decoded; 0: none */
  uint32_t unreliable;
  gboolean cut; /* the stack does not reach its root */
} Site;

/* A text of the frame table. */
typedef struct
{
  HvFrame frame;
  uint64_t address; /* equal in a function and those inlined into it */
  gboolean bogus;   /* neither name nor object: what a walk past the first frame finds */
  gboolean root;
} Name;

typedef struct
{
  HvJsonScan scan;
  HvProfile *profile;

  int64_t version; /* 0: not seen */
  gboolean rust;
  int lifetimes, accesses; /* "bklt", "bkacc"; -1: not seen */
  gboolean points_seen, names_seen, names_complete;
  uint32_t n_points;
  gboolean in_points;
  uint32_t fields_any, fields_all; /* bits by Field */
  uint32_t n_repeated, n_long_accesses;
  int64_t total[N_FIELDS];

  /* trie of stacks; 0 is the empty one */
  uint32_t n_nodes, nodes_size;
  uint32_t *parent, *index;
  uint32_t *node_site; /* site + 1 */
  HvPairMap children;

  /* the stack before, outermost first: neighbours in the file share most of it */
  uint32_t *path_index, *path_node;
  gsize path_length;

  uint32_t n_sites, sites_size;
  Site *sites;
  GByteArray *access_data;
  GByteArray *merged;

  uint32_t n_names, names_size;
  Name *names;
} Dhat;

static gboolean fail (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
fail (GError **error, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  *error = g_error_new_valist (HV_ERROR, HV_ERROR_FORMAT, format, args);
  va_end (args);
  return FALSE;
}

static void
dhat_init (Dhat *d, HvInput *input, HvProfile *profile)
{
  *d = (Dhat){ .profile = profile, .lifetimes = -1, .accesses = -1, .fields_all = UINT32_MAX };
  hv_json_scan_init (&d->scan, input);
  d->n_nodes = 1;
  d->nodes_size = 1024;
  d->parent = g_new0 (uint32_t, d->nodes_size);
  d->index = g_new0 (uint32_t, d->nodes_size);
  d->node_site = g_new0 (uint32_t, d->nodes_size);
  d->path_index = g_new (uint32_t, MAX_STACK);
  d->path_node = g_new (uint32_t, MAX_STACK);
  d->access_data = g_byte_array_new ();
  d->merged = g_byte_array_new ();
}

static void
dhat_clear (Dhat *d)
{
  hv_json_scan_clear (&d->scan);
  g_free (d->parent);
  g_free (d->index);
  g_free (d->node_site);
  hv_pair_map_clear (&d->children);
  g_free (d->path_index);
  g_free (d->path_node);
  g_free (d->sites);
  g_byte_array_unref (d->access_data);
  g_byte_array_unref (d->merged);
  g_free (d->names);
}

/* --- access counts: runs as zig-zag varints --- */

static void
put_number (GByteArray *out, int64_t number)
{
  uint64_t code = (uint64_t)number << 1 ^ (number < 0 ? UINT64_MAX : 0);
  uint8_t bytes[10];
  guint n = 0;

  for (; code >= 0x80; code >>= 7)
    bytes[n++] = (uint8_t)(code | 0x80);
  bytes[n++] = (uint8_t)code;
  g_byte_array_append (out, bytes, n);
}

static int64_t
get_number (const uint8_t **p)
{
  uint64_t code = 0;
  int shift = 0;

  do
    code |= (uint64_t)(**p & 0x7f) << shift, shift += 7;
  while (*(*p)++ & 0x80);
  return (int64_t)(code >> 1) ^ -(int64_t)(code & 1);
}

typedef struct
{
  const uint8_t *next;
  uint64_t length, count;
} Run;

static void
refill_run (Run *run)
{
  int64_t number;

  while (run->length == 0)
    {
      number = get_number (&run->next);
      run->length = number < 0 ? (uint64_t)-number : 1;
      run->count = (uint64_t)(number < 0 ? get_number (&run->next) : number);
    }
}

static void
put_run (GByteArray *out, uint64_t length, uint64_t count)
{
  if (length > 1)
    put_number (out, -(int64_t)length);
  if (length)
    put_number (out, (int64_t)count);
}

/* Adds the counts of `b` to those of `a`. Those of blocks of different sizes do not add up: `a` is
 * then left without. */
static void
merge_accesses (Dhat *d, Site *a, const Site *b)
{
  if (a->access_bytes != b->access_bytes || d->access_data->len > MAX_ACCESS_DATA)
    {
      a->access_bytes = 0;
      return;
    }
  if (a->access_bytes == 0)
    return;

  Run x = { .next = d->access_data->data + a->access_offset };
  Run y = { .next = d->access_data->data + b->access_offset };
  uint64_t length = 0, count = 0;
  g_byte_array_set_size (d->merged, 0);
  for (uint64_t left = a->access_bytes; left > 0;)
    {
      refill_run (&x);
      refill_run (&y);
      uint64_t both = MIN (x.length, y.length);
      uint64_t sum = MIN (x.count + y.count, UINT32_MAX);
      if (sum != count)
        {
          put_run (d->merged, length, count);
          length = 0;
        }
      count = sum;
      length += both;
      x.length -= both;
      y.length -= both;
      left -= both;
    }
  put_run (d->merged, length, count);
  a->access_offset = d->access_data->len;
  a->access_length = d->merged->len;
  a->unreliable = MAX (a->unreliable, b->unreliable);
  g_byte_array_append (d->access_data, d->merged->data, d->merged->len);
}

/* The array "acc" of a program point: its packed form, decoded length, and the sum over its bytes.
 */
static gboolean
read_accesses (Dhat *d, Site *site, uint64_t *sum, GError **error)
{
  const int64_t *number;
  gsize n;
  uint64_t bytes = 0;
  gboolean too_long = FALSE;

  *sum = 0;
  if (!hv_json_take (&d->scan, '[') || !hv_json_ints (&d->scan, 2 * MAX_ACCESS_BYTES, &number, &n))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    {
      uint64_t run = 1;
      if (number[i] < 0)
        {
          run = (uint64_t)-number[i];
          if (++i == n)
            return fail (error, "program point %u: its access counts end in a repeat of nothing",
                         d->n_points + 1);
          if (number[i] < 0)
            return fail (error, "program point %u: a negative access count", d->n_points + 1);
        }
      too_long = too_long || run > MAX_ACCESS_BYTES - bytes || number[i] > UINT32_MAX;
      if (!too_long)
        {
          bytes += run;
          *sum += run * (uint64_t)number[i];
        }
    }
  d->n_long_accesses += too_long;
  if (too_long || bytes == 0)
    return TRUE;
  if (d->access_data->len > MAX_ACCESS_DATA)
    return fail (error, "program point %u: more than 4 GB of access counts", d->n_points + 1);

  site->access_offset = d->access_data->len;
  for (gsize i = 0; i < n; i++)
    put_number (d->access_data, number[i]);
  site->access_length = (uint32_t)(d->access_data->len - site->access_offset);
  site->access_bytes = (uint32_t)bytes;
  return TRUE;
}

/* Each access is one read or write, so that the counts sum to the bytes read and written, unless
 * they were cut to 16 bits: modulo 65,536 when printed, at 65,535 while counting. */
static uint32_t
judge_accesses (const Site *site, uint64_t sum)
{
  uint64_t all = (uint64_t)site->value[RB] + (uint64_t)site->value[WB];

  if (sum == all)
    return RELIABLE;
  return sum < all && (all - sum) % 65536 == 0 ? WRAPPED : SATURATED;
}

/* --- program points --- */

static gboolean
intern_stack (Dhat *d, const int64_t *frames, gsize n, uint32_t *node, GError **error)
{
  gsize at = 0;

  while (at < n && at < d->path_length && frames[n - 1 - at] == d->path_index[at])
    at++;
  *node = at ? d->path_node[at - 1] : 0;
  for (; at < n; at++)
    {
      int64_t frame = frames[n - 1 - at];
      gboolean found;

      if (frame < 0 || frame >= UINT32_MAX)
        return fail (error, "program point %u names frame %" G_GINT64_FORMAT, d->n_points + 1,
                     frame);
      uint32_t *slot = hv_pair_map_slot (&d->children, *node, (uint32_t)frame, &found);
      if (!found)
        {
          if (d->n_nodes >= d->nodes_size)
            {
              if (d->n_nodes >= MAX_NODES)
                return fail (error, "program point %u: too many stacks", d->n_points + 1);
              d->nodes_size += d->nodes_size / 2;
              d->parent = g_renew (uint32_t, d->parent, d->nodes_size);
              d->index = g_renew (uint32_t, d->index, d->nodes_size);
              d->node_site = g_renew (uint32_t, d->node_site, d->nodes_size);
            }
          d->parent[d->n_nodes] = *node;
          d->index[d->n_nodes] = (uint32_t)frame;
          d->node_site[d->n_nodes] = 0;
          *slot = d->n_nodes++;
        }
      *node = *slot;
      d->path_index[at] = (uint32_t)frame;
      d->path_node[at] = *node;
    }
  d->path_length = n;
  return TRUE;
}

#define KEY(a, b, c) ((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16)

/* Version 1 has names of its own for three fields. */
static Field
field_of_key (const char *key)
{
  if (key[0] == '\0' || key[1] == '\0' || (key[2] && key[3]))
    return UNKNOWN;
  switch (KEY (key[0] & 0xff, key[1] & 0xff, key[2] & 0xff))
    {
    case KEY ('t', 'b', 0):
      return TB;
    case KEY ('t', 'b', 'k'):
      return TBK;
    case KEY ('t', 'l', 0):
    case KEY ('t', 'l', 'i'):
      return TL;
    case KEY ('m', 'b', 0):
      return MB;
    case KEY ('m', 'b', 'k'):
      return MBK;
    case KEY ('g', 'b', 0):
      return GB;
    case KEY ('g', 'b', 'k'):
      return GBK;
    case KEY ('e', 'b', 0):
    case KEY ('f', 'b', 0):
      return EB;
    case KEY ('e', 'b', 'k'):
    case KEY ('f', 'b', 'k'):
      return EBK;
    case KEY ('r', 'b', 0):
      return RB;
    case KEY ('w', 'b', 0):
      return WB;
    case KEY ('a', 'c', 'c'):
      return ACC;
    case KEY ('f', 's', 0):
      return FS;
    default:
      return UNKNOWN;
    }
}

static gboolean
read_stack (Dhat *d, uint32_t *node, GError **error)
{
  const int64_t *frames;
  gsize n;

  /* Valgrind writes "fs":] when every frame was the allocator's */
  if (hv_json_peek (&d->scan) == ']')
    {
      d->scan.input->pos++;
      *node = 0;
      return TRUE;
    }
  return hv_json_take (&d->scan, '[') && hv_json_ints (&d->scan, MAX_STACK, &frames, &n)
         && intern_stack (d, frames, n, node, error);
}

/* Adds a program point's costs to those of its stack. */
static gboolean
add_point (Dhat *d, const Site *point, GError **error)
{
  for (int f = 0; f < N_FIELDS; f++)
    if (hv_metric_adds_up (field_metric[f])
        && __builtin_add_overflow (d->total[f], point->value[f], &d->total[f]))
      return fail (error, "program point %u: the sum of “%s” passes 9223372036854775807",
                   d->n_points + 1, hv_metric_title (field_metric[f]));

  uint32_t known = d->node_site[point->node];
  if (known)
    {
      Site *site = &d->sites[known - 1];
      for (int f = 0; f < N_FIELDS; f++)
        if (hv_metric_adds_up (field_metric[f]))
          site->value[f] += point->value[f];
        else
          site->value[f] = MAX (site->value[f], point->value[f]);
      merge_accesses (d, site, point);
      d->n_repeated++;
      return TRUE;
    }

  if (d->n_sites == d->sites_size)
    {
      d->sites_size = MAX (256, d->sites_size + d->sites_size / 2);
      d->sites = g_renew (Site, d->sites, d->sites_size);
    }
  d->sites[d->n_sites] = *point;
  d->sites[d->n_sites].point = d->n_points + 1;
  d->node_site[point->node] = ++d->n_sites;
  return TRUE;
}

static gboolean
read_point (Dhat *d, GError **error)
{
  Site point = { 0 };
  uint64_t access_sum = 0;
  uint32_t seen = 0;

  if (!hv_json_take (&d->scan, '{'))
    return FALSE;
  for (gboolean first = TRUE; hv_json_more (&d->scan, '}', &first);)
    {
      if (!hv_json_key (&d->scan))
        return FALSE;
      Field field = field_of_key (d->scan.key);
      if (field == UNKNOWN)
        {
          if (!hv_json_skip (&d->scan))
            return FALSE;
          continue;
        }
      if (G_UNLIKELY (hv_json_peek (&d->scan) == 'n'))
        {
          if (!hv_json_null (&d->scan))
            return FALSE;
          continue;
        }
      seen |= 1u << field;
      if (field == FS)
        {
          if (!read_stack (d, &point.node, error))
            return FALSE;
        }
      else if (field == ACC)
        {
          if (!read_accesses (d, &point, &access_sum, error))
            return FALSE;
        }
      else
        {
          if (!hv_json_int (&d->scan, &point.value[field]))
            return FALSE;
          if (point.value[field] < 0)
            return fail (error, "program point %u: a negative count (%s)", d->n_points + 1,
                         d->scan.key);
        }
    }
  if (hv_json_scan_failed (&d->scan))
    return FALSE;

  const uint32_t needed = 1u << TB | 1u << TBK | 1u << FS;
  if ((seen & needed) != needed)
    return fail (error, "program point %u lacks its “%s”", d->n_points + 1,
                 !(seen & 1u << TB)    ? "tb"
                 : !(seen & 1u << TBK) ? "tbk"
                                       : "fs");
  d->fields_any |= seen;
  d->fields_all &= seen;
  if (point.access_bytes && (seen & 1u << RB) && (seen & 1u << WB))
    point.unreliable = judge_accesses (&point, access_sum);
  return add_point (d, &point, error);
}

static gboolean
read_points (Dhat *d, GError **error)
{
  if (d->points_seen)
    return fail (error, "a second list of program points (at byte %" G_GUINT64_FORMAT ")",
                 hv_input_offset (d->scan.input));
  if (!hv_json_take (&d->scan, '['))
    return FALSE;
  d->points_seen = d->in_points = TRUE;
  for (gboolean first = TRUE; hv_json_more (&d->scan, ']', &first); d->n_points++)
    {
      if (d->n_points == UINT32_MAX - 1)
        return fail (error, "more than 4,000,000,000 program points");
      if (!read_point (d, error))
        return FALSE;
    }
  if (hv_json_scan_failed (&d->scan))
    return FALSE;
  d->in_points = FALSE;
  return TRUE;
}

/* --- frame table --- */

static void
add_name (Dhat *d, const char *text, gsize length)
{
  HvProfile *profile = d->profile;
  HvDhatFrame parsed;
  HvFrame frame = { 0 };

  hv_dhat_parse_frame (text, length, &parsed);
  frame.function = hv_profile_intern (profile, parsed.function.text,
                                      (gssize)parsed.function.length);
  frame.file = hv_profile_intern (profile, parsed.file.text, (gssize)parsed.file.length);
  frame.line = parsed.line;
  frame.module = hv_profile_intern (profile, parsed.object.text, (gssize)parsed.object.length);
  /* with symbols Valgrind names the file of its wrappers, not the object that the rules know */
  if (frame.module == 0
      && strcmp (hv_basename (hv_profile_string (profile, frame.file)), "vg_replace_malloc.c") == 0)
    frame.module = hv_profile_intern (profile, "vgpreload_dhat", -1);
  if (frame.function == 0)
    {
      frame.address = parsed.address;
      frame.flags = HV_FRAME_RUNTIME_ADDRESS;
    }
  else if (d->n_names == 0 && length == strlen ("[root]") && memcmp (text, "[root]", length) == 0)
    frame.flags = HV_FRAME_SYNTHETIC;
  else if (parsed.object.length)
    frame.flags = HV_FRAME_SYMBOL_ONLY;

  if (d->n_names == d->names_size)
    {
      d->names_size = MAX (256, d->names_size + d->names_size / 2);
      d->names = g_renew (Name, d->names, d->names_size);
    }
  d->names[d->n_names++] = (Name){
    .frame = frame,
    .address = parsed.address,
    .bogus = frame.function == 0 && frame.module == 0,
    .root = hv_dhat_is_root (&parsed),
  };
}

static gboolean
read_names (Dhat *d, GError **error)
{
  const char *text;
  gsize length;

  if (d->names_seen)
    return fail (error, "a second frame table (at byte %" G_GUINT64_FORMAT ")",
                 hv_input_offset (d->scan.input));
  if (!hv_json_take (&d->scan, '['))
    return FALSE;
  d->names_seen = TRUE;
  for (gboolean first = TRUE; hv_json_more (&d->scan, ']', &first);)
    {
      if (!hv_json_string (&d->scan, &text, &length))
        return FALSE;
      if (d->n_names == MAX_NODES)
        return fail (error, "more than %u frames", MAX_NODES);
      add_name (d, text, length);
    }
  if (hv_json_scan_failed (&d->scan))
    return FALSE;
  d->names_complete = TRUE;
  return TRUE;
}

/* --- the whole object --- */

static gboolean
read_text (Dhat *d, uint32_t *id)
{
  const char *text;
  gsize length;

  if (!hv_json_string (&d->scan, &text, &length))
    return FALSE;
  *id = hv_profile_intern (d->profile, text, (gssize)length);
  return TRUE;
}

static gboolean
read_flag (Dhat *d, int *flag)
{
  gboolean value;

  if (!hv_json_bool (&d->scan, &value))
    return FALSE;
  *flag = value;
  return TRUE;
}

static gboolean
read_count (Dhat *d, int64_t *count, GError **error)
{
  if (!hv_json_int (&d->scan, count))
    return FALSE;
  if (*count < 0)
    return fail (error, "“%s” is negative (at byte %" G_GUINT64_FORMAT ")", d->scan.key,
                 hv_input_offset (d->scan.input));
  return TRUE;
}

static gboolean
read_version (Dhat *d, GError **error)
{
  if (!hv_json_int (&d->scan, &d->version))
    return FALSE;
  if (d->version != 1 && d->version != 2)
    return fail (error,
                 "DHAT's file version %" G_GINT64_FORMAT
                 " is not known, only 1 and 2 are (at byte %" G_GUINT64_FORMAT ")",
                 d->version, hv_input_offset (d->scan.input));
  return TRUE;
}

static gboolean
read_time_unit (Dhat *d)
{
  static const struct
  {
    const char *text;
    HvTimeUnit unit;
  } units[] = {
    { "instrs", HV_TIME_INSTRUCTIONS },
    { "µs", HV_TIME_MICROSECONDS },
    { "us", HV_TIME_MICROSECONDS },
    { "ms", HV_TIME_MILLISECONDS },
  };
  const char *text;
  gsize length;

  if (!hv_json_string (&d->scan, &text, &length))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (units); i++)
    if (strlen (units[i].text) == length && memcmp (units[i].text, text, length) == 0)
      d->profile->time_unit = units[i].unit;
  return TRUE;
}

static gboolean
read_member (Dhat *d, GError **error)
{
  HvProfile *profile = d->profile;

  if (!hv_json_key (&d->scan))
    return FALSE;
  const char *key = d->scan.key;
#define IS(name) (strcmp (key, name) == 0)
  if (IS ("pps") || IS ("aps"))
    return read_points (d, error);
  if (IS ("ftbl"))
    return read_names (d, error);
  if (IS ("dhatFileVersion"))
    return read_version (d, error);
  if (hv_json_peek (&d->scan) == 'n')
    return hv_json_null (&d->scan);
  if (IS ("mode"))
    return read_text (d, &profile->variant);
  if (IS ("cmd"))
    return read_text (d, &profile->command);
  if (IS ("bsu"))
    return read_text (d, &profile->byte_unit);
  if (IS ("bksu"))
    return read_text (d, &profile->block_unit);
  if (IS ("tu"))
    return read_time_unit (d);
  if (IS ("bklt"))
    return read_flag (d, &d->lifetimes);
  if (IS ("bkacc"))
    return read_flag (d, &d->accesses);
  if (IS ("pid"))
    return read_count (d, &profile->pid, error);
  if (IS ("te") || IS ("ei"))
    return read_count (d, &profile->duration, error);
  if (IS ("tg") || IS ("mi"))
    return read_count (d, &profile->peak_time, error);
  if (IS ("tuth"))
    return read_count (d, &profile->short_lifetime, error);
#undef IS
  return hv_json_skip (&d->scan);
}

static gboolean
read_object (Dhat *d, GError **error)
{
  HvInput *input = d->scan.input;

  if (hv_input_fill (input, 3) && memcmp (input->pos, "\xef\xbb\xbf", 3) == 0)
    input->pos += 3;
  if (!hv_json_take (&d->scan, '{'))
    return FALSE;
  for (gboolean first = TRUE; hv_json_more (&d->scan, '}', &first);)
    if (!read_member (d, error))
      return FALSE;
  if (hv_json_scan_failed (&d->scan))
    return FALSE;
  if (!d->points_seen || !d->names_seen)
    return fail (error, "%s (at byte %" G_GUINT64_FORMAT ")",
                 d->points_seen  ? "there is no frame table (“ftbl”)"
                 : d->names_seen ? "there are no program points (“pps”)"
                                 : "there are neither program points (“pps”) nor a frame table "
                                   "(“ftbl”)",
                 hv_input_offset (input));

  uint64_t end = hv_input_offset (input);
  gboolean more = hv_json_peek (&d->scan) >= 0;
  d->scan.cut = FALSE;
  if (more)
    hv_profile_warn (d->profile,
                     "What follows the profile's end at byte %" G_GUINT64_FORMAT " was ignored.",
                     end);
  /* to the end, where a compressed file tells whether it is whole */
  do
    input->pos = input->end;
  while (hv_input_fill (input, 1));
  return TRUE;
}

/* --- building the profile --- */

/* What a stack begins with, seen from its outermost frame. */
enum
{
  START_UNKNOWN,
  START_ROOT,
  START_OTHER
};

/* Which tree a node of the trie goes to. */
enum
{
  IN_WHOLE = 1,
  IN_TRUNCATED = 2
};

/* By node of the trie. */
typedef struct
{
  uint32_t head;  /* the outermost node of its real frame: what is inlined into it has others */
  uint32_t depth; /* real frames from the root */
  uint8_t start;
  uint8_t trees;
  uint32_t node[2]; /* in the profile: whole, truncated */
} Shape;

static Shape *
shape_stacks (const Dhat *d)
{
  Shape *shape = g_new0 (Shape, d->n_nodes);

  for (uint32_t n = 1; n < d->n_nodes; n++)
    {
      const Shape *parent = &shape[d->parent[n]];
      const Name *name = d->index[n] < d->n_names ? &d->names[d->index[n]] : NULL;

      /* A function inlined has its caller's address. The same frame once more is recursion. */
      shape[n] = *parent;
      if (d->parent[n] == 0 || name == NULL || name->address == 0
          || d->index[parent->head] == d->index[n] || d->index[parent->head] >= d->n_names
          || d->names[d->index[parent->head]].address != name->address)
        {
          shape[n].head = n;
          shape[n].depth++;
        }
      if (shape[n].start == START_UNKNOWN && (name == NULL || !name->bogus))
        shape[n].start = name == NULL || name->root ? START_ROOT : START_OTHER;
    }
  return shape;
}

/* Finds the stacks that the recorder cut: as deep as the deepest in the file and without one of the
 * frames that everything begins with. */
static void
find_truncated (Dhat *d, Shape *shape)
{
  uint32_t limit = 0, at_limit = 0, n_cut = 0;
  gboolean any_root = FALSE;
  int64_t cut_bytes = 0;

  for (uint32_t s = 0; s < d->n_sites; s++)
    {
      const Shape *site = &shape[d->sites[s].node];
      if (site->depth > limit)
        limit = site->depth, at_limit = 0;
      at_limit += site->depth == limit;
      any_root = any_root || site->start == START_ROOT;
    }
  /* Few frames are no proof of a limit unless other stacks of the same program do reach a root. */
  gboolean limited = limit >= RUST_FRAMES ? at_limit > 1 || limit <= VALGRIND_FRAMES + 1
                                          : limit > 1 && at_limit > 1 && any_root;
  /* dhat-rs drops the allocator's frames after counting */
  uint32_t lowest = d->rust && limit >= RUST_FRAMES ? limit - 1 : limit;

  for (uint32_t s = 0; s < d->n_sites; s++)
    {
      Shape *site = &shape[d->sites[s].node];
      gboolean cut = site->depth == 0
                     || (limited && site->depth >= lowest && site->start != START_ROOT);
      d->sites[s].cut = cut;
      site->trees |= cut ? IN_TRUNCATED : IN_WHOLE;
      if (cut)
        {
          n_cut++;
          cut_bytes += d->sites[s].value[TB];
        }
    }
  for (uint32_t n = d->n_nodes - 1; n > 0; n--)
    shape[d->parent[n]].trees |= shape[n].trees;

  if (n_cut)
    hv_profile_warn (d->profile,
                     "The recorder kept no more than %u frames of a stack: %u of %u stacks with "
                     "%.1f %% of the total do not reach their root and hang under “[truncated]”.",
                     limit, n_cut, d->n_sites,
                     d->total[TB] ? 100.0 * (double)cut_bytes / (double)d->total[TB] : 0.0);
}

/* The profile's frame of a node of the trie; `frames` keeps the ids, two a name. */
static uint32_t
frame_of_node (Dhat *d, uint32_t node, gboolean inlined, uint32_t *frames)
{
  uint32_t index = d->index[node];

  if (index >= d->n_names)
    {
      char text[48];
      g_snprintf (text, sizeof text, "frame %u: name cut off", index);
      return hv_profile_note (d->profile, text);
    }
  uint32_t *id = &frames[2 * (gsize)index + (inlined ? 1 : 0)];
  if (*id == 0)
    {
      HvFrame frame = d->names[index].frame;
      if (inlined)
        frame.flags |= HV_FRAME_INLINED;
      *id = hv_profile_frame (d->profile, &frame);
    }
  return *id;
}

static void
build_nodes (Dhat *d, Shape *shape)
{
  HvProfile *profile = d->profile;
  g_autofree uint32_t *frames = g_new0 (uint32_t, 2 * (gsize)d->n_names + 1);

  if (shape[0].trees & IN_TRUNCATED)
    shape[0].node[1] = hv_profile_node (profile, 0, hv_profile_note (profile, "truncated"));
  for (uint32_t n = 1; n < d->n_nodes; n++)
    {
      const Shape *parent = &shape[d->parent[n]];
      uint32_t frame = frame_of_node (d, n, shape[n].head != n, frames);
      for (int tree = 0; tree < 2; tree++)
        if (shape[n].trees & (tree ? IN_TRUNCATED : IN_WHOLE))
          shape[n].node[tree] = hv_profile_node (profile, parent->node[tree], frame);
    }
}

/* Whether a metric is in the file: a cost that the recorder did not watch is not zero. */
static gboolean
has_field (const Dhat *d, Field field)
{
  int watched = field <= TBK ? 1 : field >= RB ? d->accesses : d->lifetimes;

  if (watched < 0 && d->version == 1)
    watched = 1;
  return d->n_points ? watched && (d->fields_any & 1u << field) : watched == 1;
}

/* Valgrind 3.17 and later update a site's own maximum only while the whole heap is at one: what is
 * live at other times bounds it from below. */
static void
raise_maximum (HvProfile *profile, HvMetric bytes, HvMetric blocks)
{
  const int64_t *live = profile->column[bytes], *live_blocks = profile->column[blocks];
  int64_t *max = profile->column[HV_METRIC_MAX_BYTES];
  int64_t *max_blocks = profile->column[HV_METRIC_MAX_BLOCKS];

  if (live && max)
    for (uint32_t s = 0; s < profile->n_sites; s++)
      if (max[s] < live[s])
        {
          max[s] = live[s];
          if (max_blocks && live_blocks)
            max_blocks[s] = live_blocks[s];
        }
}

static void
build_sites (Dhat *d, const Shape *shape)
{
  HvProfile *profile = d->profile;
  g_autofree uint32_t *site_of = g_new (uint32_t, d->n_sites + 1);

  for (uint32_t s = 0; s < d->n_sites; s++)
    {
      const Site *site = &d->sites[s];
      site_of[s] = hv_profile_site (profile, shape[site->node].node[site->cut ? 1 : 0]);
    }
  if (profile->full)
    return;

  for (int f = 0; f < N_FIELDS; f++)
    if (has_field (d, (Field)f))
      {
        int64_t *column = hv_profile_column (profile, field_metric[f]);
        for (uint32_t s = 0; s < d->n_sites; s++)
          if (hv_metric_adds_up (field_metric[f]))
            column[site_of[s]] += d->sites[s].value[f];
          else
            column[site_of[s]] = MAX (column[site_of[s]], d->sites[s].value[f]);
      }
  raise_maximum (profile, HV_METRIC_PEAK_BYTES, HV_METRIC_PEAK_BLOCKS);
  raise_maximum (profile, HV_METRIC_LIVE_BYTES, HV_METRIC_LIVE_BLOCKS);

  /* stacks that differ in addresses only have become one */
  g_autofree uint32_t *first = g_new0 (uint32_t, profile->n_sites + 1);
  for (uint32_t s = 0; s < d->n_sites; s++)
    if (first[site_of[s]])
      merge_accesses (d, &d->sites[first[site_of[s]] - 1], &d->sites[s]);
    else
      first[site_of[s]] = s + 1;
  for (uint32_t s = 0; s < profile->n_sites; s++)
    {
      const Site *site = &d->sites[first[s] - 1];
      if (site->access_bytes)
        hv_profile_add_access (profile, s, site->unreliable,
                               d->access_data->data + site->access_offset, site->access_length);
    }
}

/* Names the first program point whose stack has a frame that the table lacks. */
static gboolean
check_frames (const Dhat *d, GError **error)
{
  gboolean bad = FALSE;

  for (uint32_t n = 1; n < d->n_nodes && !bad; n++)
    bad = d->index[n] >= d->n_names;
  if (!bad)
    return TRUE;
  for (uint32_t s = 0; s < d->n_sites; s++)
    for (uint32_t n = d->sites[s].node; n; n = d->parent[n])
      if (d->index[n] >= d->n_names)
        return fail (error, "program point %u names frame %u of %u", d->sites[s].point, d->index[n],
                     d->n_names);
  return TRUE;
}

static void
describe (Dhat *d)
{
  HvProfile *profile = d->profile;

  if (d->version == 1)
    {
      profile->variant = hv_profile_intern (profile, "heap v1", -1);
      profile->time_unit = HV_TIME_INSTRUCTIONS;
      profile->short_lifetime = 500;
    }
  profile->modules_known = FALSE;
  profile->default_metric = profile->column[HV_METRIC_PEAK_BYTES] ? HV_METRIC_PEAK_BYTES
                                                                  : HV_METRIC_TOTAL_BYTES;

  if (d->version == 2 && !d->rust && profile->column[HV_METRIC_MAX_BYTES])
    hv_profile_warn (profile, "Valgrind's per-site maximum is not kept up to date (3.17 and later):"
                              " “maximum bytes of the site” is a lower bound.");
  if (d->n_repeated)
    hv_profile_warn (profile,
                     "%u program points repeat the stack of another and were added to it: the "
                     "maximum of such a site is the largest of its parts.",
                     d->n_repeated);
  if (d->n_long_accesses)
    hv_profile_warn (profile,
                     "The access counts of %u program points are larger than DHAT writes them and "
                     "were left out.",
                     d->n_long_accesses);
  uint32_t partial = 0;
  for (int f = 0; f < N_FIELDS; f++)
    if (has_field (d, (Field)f))
      partial |= 1u << f;
  if (d->n_points && partial & ~d->fields_all)
    hv_profile_warn (profile, "Some program points lack costs that others have: they count as 0.");
}

static gboolean
import (HvInput *input, HvProfile *profile, const HvImportOptions *options, GError **error)
{
  GError *failure = NULL;
  Dhat d;

  dhat_init (&d, input, profile);
  gboolean whole = read_object (&d, &failure);
  if (!whole && failure == NULL)
    {
      uint64_t at = hv_input_offset (input);
      if (d.scan.wrong && d.in_points)
        fail (&failure, "program point %u: %s (at byte %" G_GUINT64_FORMAT ")", d.n_points + 1,
              d.scan.wrong, at);
      else if (d.scan.wrong)
        fail (&failure, "%s (at byte %" G_GUINT64_FORMAT ")", d.scan.wrong, at);
      else
        {
          at += (uint64_t)(input->end - input->pos);
          if (d.n_points == 0)
            fail (&failure,
                  "the file ends before its first program point (at byte %" G_GUINT64_FORMAT ")",
                  at);
          else
            {
              profile->incomplete = TRUE;
              hv_profile_warn (profile,
                               "The file stops at byte %" G_GUINT64_FORMAT ", after %u program "
                               "points%s.",
                               at, d.n_points,
                               d.in_points || !d.names_complete
                                   ? ": names of frames, perhaps more points are missing"
                                   : "");
            }
        }
    }
  if (failure == NULL && d.version == 0)
    fail (&failure, "the file does not tell its version");
  if (failure == NULL && d.names_complete)
    (void)check_frames (&d, &failure);

  if (failure == NULL)
    {
      const char *mode = hv_profile_string (profile, profile->variant);
      d.rust = g_str_has_prefix (mode, "rust");
      hv_pair_map_clear (&d.children);
      g_autofree Shape *shape = shape_stacks (&d);
      find_truncated (&d, shape);
      build_nodes (&d, shape);
      build_sites (&d, shape);
      describe (&d);
    }
  dhat_clear (&d);
  if (failure)
    g_propagate_error (error, failure);
  return failure == NULL;
}

/* Looks for the key "dhatFileVersion" of the outermost object. */
static gboolean
detect (const char *head, gsize size)
{
  static const char wanted[] = "\"dhatFileVersion\"";
  const char *p = head, *end = head + size;
  int depth = 0;
  char before = '\0'; /* the last byte that was neither blank nor in a string */

  if (size >= 3 && memcmp (p, "\xef\xbb\xbf", 3) == 0)
    p += 3;
  for (; p < end; p++)
    switch (*p)
      {
      case ' ':
      case '\t':
      case '\r':
      case '\n':
        break;
      case '"':
        {
          const char *start = p++;
          while (p < end && *p != '"')
            p += *p == '\\' ? 2 : 1;
          if (depth == 1 && (before == '{' || before == ',') && p < end
              && (gsize)(p + 1 - start) == sizeof wanted - 1
              && memcmp (start, wanted, sizeof wanted - 1) == 0)
            return TRUE;
          before = '"';
          break;
        }
      case '{':
      case '[':
        if (depth == 0 && *p == '[')
          return FALSE;
        depth++;
        before = *p;
        break;
      case '}':
      case ']':
        /* "fs":] closes nothing */
        if (*p == '}' || before != ':')
          depth--;
        if (depth <= 0)
          return FALSE;
        before = *p;
        break;
      default:
        if (depth == 0)
          return FALSE;
        before = *p;
      }
  return FALSE;
}

const HvImporter hv_importer_dhat = { "dhat", detect, import };
