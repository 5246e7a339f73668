/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "heaptrack-private.h"

#include "symbols/symbols.h"

#include <string.h>

/* No compiler inlines deeper; a line of millions would multiply into every stack through it. */
#define MAX_INLINED 255

/* Beyond any real recording: a megabyte of zstd may hold billions of lines that all say the same.
 */
#define MAX_ENTRIES (UINT32_C (1) << 27)

/* FALSE past MAX_ENTRIES. */
static gboolean
room (HtReader *reader, gpointer *array, gsize element, uint32_t n, uint32_t *size)
{
  if (G_LIKELY (n < *size))
    return TRUE;
  if (n >= MAX_ENTRIES)
    return ht_fail (reader, "a table has more than %u entries", n);
  *size = CLAMP (n + n / 2, 256, MAX_ENTRIES);
  *array = g_realloc_n (*array, *size, element);
  return TRUE;
}

/* Makes room for one more entry of a table of the reader. */
#define ROOM(reader, array, n, size)                                                               \
  room ((reader), (gpointer *) &(reader)->array, sizeof *(reader)->array, (reader)->n,             \
        &(reader)->size)

void
ht_tables_init (HtReader *reader)
{
  /* entry 0: none */
  (void) ROOM (reader, string, n_strings, strings_size);
  reader->string[reader->n_strings++] = 0;
  reader->functions = g_hash_table_new (NULL, NULL);
  (void) ROOM (reader, ip_first, n_ips, ips_size);
  reader->ip_first[reader->n_ips++] = 0;
  (void) ROOM (reader, ip_frame, n_ip_frames, ip_frames_size);
  reader->ip_frame[reader->n_ip_frames++] = 0; /* made when a stack uses it */
  (void) ROOM (reader, trace, n_traces, traces_size);
  reader->trace_mark = g_new0 (uint8_t, reader->traces_size);
  reader->trace_node = g_new0 (uint32_t, reader->traces_size);
  reader->trace[reader->n_traces++] = (HtTrace){ 0, 0 };
}

gboolean
ht_read_string (HtReader *reader, HtFields *fields)
{
  const char *text;
  gsize length;

  if (!ROOM (reader, string, n_strings, strings_size))
    return FALSE;
  ht_text (reader, fields, &text, &length);
  reader->string[reader->n_strings++] = ht_intern (reader, text, length);
  return TRUE;
}

static gboolean
string_index (HtReader *reader, HtFields *fields, const char *what, uint32_t *string)
{
  uint64_t index;

  if (!ht_number (reader, fields, what, reader->n_strings - 1, &index))
    return FALSE;
  *string = reader->string[index];
  return TRUE;
}

/* heaptrack knows C++ only: the names of Rust's functions, of either mangling, are made readable
 * here. */
static uint32_t
readable_function (HtReader *reader, uint32_t string)
{
  gpointer known = g_hash_table_lookup (reader->functions, GUINT_TO_POINTER (string));

  if (known == NULL)
    {
      g_autofree char *name = g_strdup (hv_profile_string (reader->profile, string));
      g_autofree char *readable = hv_demangle (name);
      known = GUINT_TO_POINTER (hv_profile_intern (reader->profile, readable, -1));
      g_hash_table_insert (reader->functions, GUINT_TO_POINTER (string), known);
    }
  return GPOINTER_TO_UINT (known);
}

static gboolean
add_ip_frame (HtReader *reader, const HvFrame *frame)
{
  if (!ROOM (reader, ip_frame, n_ip_frames, ip_frames_size))
    return FALSE;
  reader->ip_frame[reader->n_ip_frames++] = hv_profile_frame (reader->profile, frame);
  return TRUE;
}

gboolean
ht_read_ip (HtReader *reader, HtFields *fields)
{
  uint64_t address, line;
  uint32_t module = 0;
  unsigned inlined = 0;

  if (!ROOM (reader, ip_first, n_ips, ips_size)
      || !ht_number (reader, fields, "address", G_MAXUINT64, &address)
      || !string_index (reader, fields, "module", &module))
    return FALSE;
  ht_add_module (reader, module);
  reader->ip_first[reader->n_ips++] = reader->n_ip_frames;

  /* Triples of function, file and line, the innermost first: all but the last are inlined. */
  do
    {
      HvFrame frame = { .module = module };
      if (fields->pos < fields->end)
        {
          if (!string_index (reader, fields, "function", &frame.function))
            return FALSE;
          frame.function = readable_function (reader, frame.function);
          if (fields->pos >= fields->end)
            frame.flags |= frame.function ? HV_FRAME_SYMBOL_ONLY : 0;
          else if (!string_index (reader, fields, "file", &frame.file)
                   || !ht_number (reader, fields, "source line", G_MAXUINT32, &line))
            return FALSE;
          else
            frame.line = (uint32_t) line;
        }
      if (frame.function == 0)
        {
          frame.address = address;
          frame.flags |= HV_FRAME_RUNTIME_ADDRESS;
        }
      if (fields->pos < fields->end)
        {
          frame.flags |= HV_FRAME_INLINED;
          if (++inlined > MAX_INLINED)
            return ht_fail (reader, "more than %d inlined functions at one address", MAX_INLINED);
        }
      if (!add_ip_frame (reader, &frame))
        return FALSE;
    }
  while (fields->pos < fields->end);
  return TRUE;
}

/* The ids of a trace's frames, innermost first. */
static uint32_t
trace_frames (const HtReader *reader, uint32_t trace, const uint32_t **frames)
{
  uint32_t ip = reader->trace[trace].ip;

  if (reader->raw)
    {
      *frames = &reader->trace[trace].ip;
      return 1;
    }
  uint32_t end = ip + 1 < reader->n_ips ? reader->ip_first[ip + 1] : reader->n_ip_frames;
  *frames = reader->ip_frame + reader->ip_first[ip];
  return end - reader->ip_first[ip];
}

/* Whether programs or threads start at `trace`, an outermost frame: nothing is lost before it. */
static gboolean
is_entry (const HtReader *reader, uint32_t trace)
{
  static const char *const entries[] = { "_start", "clone", "__clone", "clone3", "__clone3" };
  const uint32_t *frames;
  uint32_t n = trace_frames (reader, trace, &frames);
  uint32_t function = reader->profile->frame[frames[n - 1]].function;

  for (gsize i = 0; i < G_N_ELEMENTS (entries); i++)
    if (strcmp (hv_profile_string (reader->profile, function), entries[i]) == 0)
      return TRUE;
  return FALSE;
}

gboolean
ht_add_trace (HtReader *reader, uint32_t ip, uint64_t parent)
{
  uint32_t n = reader->n_traces, before = reader->traces_size;

  if (parent >= n)
    return ht_fail (reader, "the parent stack %" G_GINT64_MODIFIER "x is not there", parent);
  if (!ROOM (reader, trace, n_traces, traces_size))
    return FALSE;
  if (before != reader->traces_size)
    {
      reader->trace_mark = g_renew (uint8_t, reader->trace_mark, reader->traces_size);
      reader->trace_node = g_renew (uint32_t, reader->trace_node, reader->traces_size);
    }
  uint8_t mark = reader->trace_mark[parent];
  reader->trace[n] = (HtTrace){ (uint32_t) parent, ip };
  reader->trace_node[n] = 0;
  if (parent == 0)
    mark = is_entry (reader, n) ? HT_TRACE_ENTRY : 0;
  reader->trace_mark[n] = mark + ((mark & HT_TRACE_DEPTH) < HT_TRACE_DEPTH);
  reader->n_traces++;
  return TRUE;
}

gboolean
ht_read_trace (HtReader *reader, HtFields *fields)
{
  uint64_t ip, parent;

  if (reader->raw)
    return ht_raw_trace (reader, fields);
  if (!ht_number (reader, fields, "instruction pointer", reader->n_ips - 1, &ip)
      || !ht_number (reader, fields, "parent stack", G_MAXUINT32, &parent))
    return FALSE;
  if (ip == 0 && reader->ip_frame[0] == 0)
    reader->ip_frame[0] = hv_profile_frame (reader->profile,
                                            &(HvFrame){ .flags = HV_FRAME_RUNTIME_ADDRESS });
  return ht_add_trace (reader, (uint32_t) ip, parent);
}

/* --- stacks --- */

/* The profile's node for a trace, made with its parents when new. Stacks that reach the recorder's
 * limit hang below a note, since what called their outermost frame is lost. */
static uint32_t
node_of (HtReader *reader, uint32_t trace)
{
  HvProfile *profile = reader->profile;
  uint32_t *memo = reader->trace_node;
  uint32_t node = 0;

  if ((reader->trace_mark[trace] & HT_TRACE_DEPTH) >= HT_DEPTH_LIMIT
      && !(reader->trace_mark[trace] & HT_TRACE_ENTRY))
    {
      if (reader->truncated == 0)
        reader->truncated = hv_profile_note (profile, "truncated");
      node = hv_profile_node (profile, 0, reader->truncated);
      if (reader->cut_size < reader->n_traces)
        {
          reader->cut_node = g_renew (uint32_t, reader->cut_node, reader->traces_size);
          memset (reader->cut_node + reader->cut_size, 0,
                  (reader->traces_size - reader->cut_size) * sizeof (uint32_t));
          reader->cut_size = reader->traces_size;
        }
      memo = reader->cut_node;
    }

  g_array_set_size (reader->path, 0);
  for (; trace && memo[trace] == 0; trace = reader->trace[trace].parent)
    g_array_append_val (reader->path, trace);
  if (trace)
    node = memo[trace] - 1;
  for (guint i = reader->path->len; i-- > 0;)
    {
      const uint32_t *frames;
      uint32_t at = g_array_index (reader->path, uint32_t, i);
      for (uint32_t n = trace_frames (reader, at, &frames); n-- > 0;)
        node = hv_profile_node (profile, node, frames[n]);
      memo[at] = node + 1;
    }
  return node;
}

gboolean
ht_site (HtReader *reader, uint64_t trace, uint32_t *site)
{
  HvProfile *profile = reader->profile;
  uint32_t node;

  if (trace >= reader->n_traces)
    return ht_fail (reader, "the stack %" G_GINT64_MODIFIER "x is not there", trace);
  if (trace)
    node = node_of (reader, (uint32_t) trace);
  else
    node = hv_profile_node (profile, 0, hv_profile_note (profile, "no stack"));
  *site = hv_profile_site (profile, node);
  if (profile->full)
    return ht_fail (reader, "more stacks than heapview can hold");
  ht_ledger_add_site (&reader->ledger, *site);
  return TRUE;
}

gboolean
ht_read_info (HtReader *reader, HtFields *fields)
{
  uint64_t size, trace;
  uint32_t site;

  if (!ROOM (reader, info, n_infos, infos_size)
      || !ht_number (reader, fields, "size", HT_MAX_SIZE, &size)
      || !ht_number (reader, fields, "stack", G_MAXUINT32, &trace)
      || !ht_site (reader, trace, &site))
    return FALSE;
  reader->info[reader->n_infos++] = (HtInfo){ (int64_t) size, site };
  return TRUE;
}
