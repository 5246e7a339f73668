/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "heaptrack-private.h"

#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define NEWEST_VERSION 3
/* No compiler inlines deeper; a line of millions would multiply into every stack through it. */
#define MAX_INLINED 255
/* __lsan_default_suppressions() of real programs has a few dozen lines. */
#define MAX_SUPPRESSIONS 1000
#define NO_INFO UINT32_MAX

gboolean
ht_fail (HtReader *reader, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_autofree char *message = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (reader->error, HV_ERROR, HV_ERROR_FORMAT, "%s (line %" G_GUINT64_FORMAT ")", message,
               reader->line);
  return FALSE;
}

gboolean
ht_room (HtReader *reader, gpointer *array, gsize element, uint32_t n, uint32_t *size)
{
  if (G_LIKELY (n < *size))
    return TRUE;
  if (n > G_MAXUINT32 / 2)
    return ht_fail (reader, "a table has more than %u entries", n);
  *size = MAX (256, n + n / 2);
  *array = g_realloc_n (*array, *size, element);
  return TRUE;
}

#define ROOM(reader, array, n, size)                                                               \
  ht_room ((reader), (gpointer *) &(reader)->array, sizeof *(reader)->array, (reader)->n,          \
           &(reader)->size)

/* --- fields --- */

/* The value of a lower-case hexadecimal digit, -1 for any other byte. */
static inline int
hex_digit (char c)
{
  if (c >= '0' && c <= '9')
    return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

gboolean
ht_hex (HtFields *fields, uint64_t *value)
{
  const char *pos = fields->pos, *start = pos;
  uint64_t number = 0;

  for (; pos < fields->end && *pos != ' '; pos++)
    {
      int digit = hex_digit (*pos);
      if (digit < 0 || number >> 60)
        return FALSE;
      number = number << 4 | (uint64_t) digit;
    }
  if (pos == start)
    return FALSE;
  fields->pos = pos < fields->end ? pos + 1 : pos;
  *value = number;
  return TRUE;
}

gboolean
ht_number (HtReader *reader, HtFields *fields, const char *what, uint64_t limit, uint64_t *value)
{
  if (!ht_hex (fields, value))
    return ht_fail (reader,
                    fields->pos >= fields->end ? "the %s is missing"
                                               : "the %s is not a hexadecimal number",
                    what);
  if (*value > limit)
    return ht_fail (reader, "the %s %" G_GINT64_MODIFIER "x is out of range", what, *value);
  return TRUE;
}

void
ht_text (const HtReader *reader, HtFields *fields, const char **text, gsize *length)
{
  HtFields sized = *fields;
  uint64_t said;

  /* Anonymised files have no length, though their version says so: take the whole then. */
  if (reader->version >= 3 && ht_hex (&sized, &said) && said == (uint64_t) (sized.end - sized.pos))
    *fields = sized;
  *text = fields->pos;
  *length = (gsize) (fields->end - fields->pos);
  fields->pos = fields->end;
}

uint32_t
ht_intern (HtReader *reader, const char *text, gsize length)
{
  return length ? hv_profile_intern (reader->profile, text, (gssize) length) : 0;
}

void
ht_add_module (HtReader *reader, uint32_t path)
{
  if (path && g_hash_table_add (reader->modules, GUINT_TO_POINTER (path)))
    hv_profile_add_module (reader->profile, &(HvModule){ .path = path });
}

/* --- header --- */

static gboolean
read_version (HtReader *reader, HtFields *fields)
{
  uint64_t tool, file;

  if (reader->seen_version)
    return ht_fail (reader, "a second header: two recordings were written into this file");
  reader->seen_version = TRUE;
  if (!ht_number (reader, fields, "version", G_MAXUINT32, &tool))
    return FALSE;
  /* 1.2.0's forerunner wrote version 1 before it said so. */
  if (fields->pos >= fields->end)
    file = tool == 0x10200 ? 1 : 0;
  else if (!ht_number (reader, fields, "file version", G_MAXUINT32, &file))
    return FALSE;
  if (file > NEWEST_VERSION)
    return ht_fail (reader, "heaptrack file version %u is newer than heapview knows (%u)",
                    (unsigned) file, NEWEST_VERSION);
  reader->tool_version = (uint32_t) tool;
  reader->version = (uint32_t) file;
  reader->pointers = file == 0;
  return TRUE;
}

static gboolean
read_command (HtReader *reader, const HtFields *fields)
{
  if (reader->seen_command)
    return ht_fail (reader, "a second command line: two processes wrote into this file");
  reader->seen_command = reader->command_open = TRUE;
  g_string_append_len (reader->command, fields->pos, fields->end - fields->pos);
  return TRUE;
}

static gboolean
read_system (HtReader *reader, HtFields *fields)
{
  uint64_t pages;

  return ht_number (reader, fields, "page size", G_MAXUINT32, &reader->page_size)
         && ht_number (reader, fields, "number of pages", G_MAXUINT64, &pages);
}

/* Sized by accident in version 3. */
static void
read_suppression (HtReader *reader, HtFields *fields)
{
  const char *text;
  gsize length;

  ht_text (reader, fields, &text, &length);
  if (reader->suppressions->len == MAX_SUPPRESSIONS)
    hv_profile_warn (reader->profile, "Only the recording's first %d leak suppressions count.",
                     MAX_SUPPRESSIONS);
  if (reader->suppressions->len <= MAX_SUPPRESSIONS)
    g_ptr_array_add (reader->suppressions, g_strndup (text, length));
}

static gboolean
read_stamp (HtReader *reader, HtFields *fields)
{
  uint64_t ms;

  if (!ht_number (reader, fields, "time stamp", G_MAXINT64 - 1, &ms))
    return FALSE;
  ht_ledger_stamp (&reader->ledger, reader->profile, (int64_t) ms);
  return TRUE;
}

static gboolean
read_rss (HtReader *reader, HtFields *fields)
{
  uint64_t pages, bytes;

  if (reader->tool_version >= 0x10200)
    {
      if (!ht_number (reader, fields, "resident set", G_MAXUINT64, &pages))
        return FALSE;
    }
  else
    {
      /* Before 1.2 the recorder took the kernel's decimal digits for hexadecimal ones. */
      pages = 0;
      const char *pos = fields->pos;
      for (; pos < fields->end && g_ascii_isdigit (*pos); pos++)
        if (__builtin_mul_overflow (pages, 10, &pages)
            || __builtin_add_overflow (pages, (uint64_t) (*pos - '0'), &pages))
          return ht_fail (reader, "the resident set is out of range");
      if (pos == fields->pos || (pos < fields->end && *pos != ' '))
        return ht_fail (reader, "the resident set is not a decimal number");
    }
  if (__builtin_mul_overflow (pages, reader->page_size, &bytes) || bytes > G_MAXINT64)
    return ht_fail (reader, "the resident set is out of range");
  if (reader->page_size)
    ht_ledger_rss (&reader->ledger, reader->profile, (int64_t) bytes);
  return TRUE;
}

/* --- tables --- */

static gboolean
read_string (HtReader *reader, HtFields *fields)
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

static gboolean
add_ip_frame (HtReader *reader, const HvFrame *frame)
{
  if (!ROOM (reader, ip_frame, n_ip_frames, ip_frames_size))
    return FALSE;
  reader->ip_frame[reader->n_ip_frames++] = hv_profile_frame (reader->profile, frame);
  return TRUE;
}

static gboolean
read_ip (HtReader *reader, HtFields *fields)
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

static gboolean
read_trace (HtReader *reader, HtFields *fields)
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

static gboolean
read_info (HtReader *reader, HtFields *fields)
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

/* --- events --- */

gboolean
ht_event (HtReader *reader, uint32_t site, int64_t size, uint32_t freed, uint32_t temporary)
{
  return ht_ledger_add (&reader->ledger, site, size, freed, temporary)
         || ht_fail (reader, "the sums of all allocations pass 2^61 bytes");
}

static gboolean
read_event (HtReader *reader, HtFields *fields, uint32_t freed)
{
  uint64_t index;

  if (reader->pointers)
    return freed ? ht_raw_free (reader, fields) : ht_raw_allocate (reader, fields);
  if (!ht_number (reader, fields, "allocation", G_MAXUINT64, &index))
    return FALSE;
  if (index >= reader->n_infos)
    return ht_fail (reader, "the allocation %" G_GINT64_MODIFIER "x is not there", index);
  uint32_t temporary = freed && reader->last_info == index;
  reader->last_info = freed ? NO_INFO : (uint32_t) index;
  return ht_event (reader, reader->info[index].site, reader->info[index].size, freed, temporary);
}

/* Bit i: text[i] is a line end. */
static inline uint64_t
line_ends (const char *text)
{
  uint64_t ends = 0;

#ifdef __SSE2__
  const __m128i newline = _mm_set1_epi8 ('\n');
  for (unsigned i = 0; i < 64; i += 16)
    {
      __m128i bytes = _mm_loadu_si128 ((const __m128i *) (text + i));
      uint32_t found = (uint32_t) _mm_movemask_epi8 (_mm_cmpeq_epi8 (bytes, newline));
      ends |= (uint64_t) found << i;
    }
#else
  for (unsigned i = 0; i < 64; i++)
    ends |= (uint64_t) (text[i] == '\n') << i;
#endif
  return ends;
}

/* Larger than any index of the fast loop, wherever in a number the bad pair stands. */
#define BAD_PAIR (1u << 24)

static uint32_t *
make_hex_pairs (void)
{
  static const char digits[] = "0123456789abcdef";
  uint32_t *table = g_new (uint32_t, 65536);

  for (uint32_t i = 0; i < 65536; i++)
    table[i] = BAD_PAIR;
  for (uint32_t i = 0; i < 256; i++)
    table[(uint32_t) digits[i >> 4] | (uint32_t) digits[i & 15] << 8] = i;
  return table;
}

/* The value of the `length` (1 to 6) hexadecimal digits before `end`; at least BAD_PAIR where one
 * is none. Looks at 8 bytes. Twice as fast as digit by digit: no branch depends on the length. */
static inline uint64_t
short_hex (const uint32_t *hex_pair, const char *end, gsize length)
{
  /* Of the last 6 bytes, the digits stay and '0's replace what is before them. */
  static const struct
  {
    uint64_t digits, zeros;
  } masks[] = {
    { 0, 0 },
    { UINT64_C (0xff00000000000000), UINT64_C (0x0030303030300000) },
    { UINT64_C (0xffff000000000000), UINT64_C (0x0000303030300000) },
    { UINT64_C (0xffffff0000000000), UINT64_C (0x0000003030300000) },
    { UINT64_C (0xffffffff00000000), UINT64_C (0x0000000030300000) },
    { UINT64_C (0xffffffffff000000), UINT64_C (0x0000000000300000) },
    { UINT64_C (0xffffffffffff0000), 0 },
  };
  uint64_t bytes;

  memcpy (&bytes, end - sizeof bytes, sizeof bytes);
  bytes = (GUINT64_FROM_LE (bytes) & masks[length].digits) | masks[length].zeros;
  return (uint64_t) hex_pair[bytes >> 16 & 0xffff] << 16
         | (uint64_t) hex_pair[bytes >> 32 & 0xffff] << 8 | hex_pair[bytes >> 48];
}

/* Takes the lines at *pos that are events as the interpreter writes them: "+ " or "- ", 1 to 6
 * digits, an allocation that is there. Stops at any other line, at HT_BATCH events, or near
 * `stop`. The 8 bytes before *pos are readable. An event is (index << 1 | freed). */
static unsigned
scan_events (const HtReader *reader, const char **pos, const char *stop, uint32_t *event)
{
  const uint32_t *hex_pair = reader->hex_pair;
  uint32_t n_infos = MIN (reader->n_infos, BAD_PAIR);
  const char *line = *pos;
  unsigned n = 0;

  for (const char *block = line; n <= HT_BATCH - 64 && stop - block > 64; block += 64)
    for (uint64_t ends = line_ends (block); ends; ends &= ends - 1)
      {
        const char *end = block + __builtin_ctzll (ends);
        uint16_t head;

        /* "+ " and "- " differ by 2 */
        memcpy (&head, line, sizeof head);
        uint32_t kind = GUINT16_FROM_LE (head) - (uint32_t) ('+' | ' ' << 8);
        gsize length = (gsize) (end - line) - 2;
        if (G_UNLIKELY (kind & ~2u || length - 1 >= 6))
          goto other;
        uint64_t index = short_hex (hex_pair, end, length);
        if (G_UNLIKELY (index >= n_infos))
          goto other;
        event[n++] = (uint32_t) index << 1 | kind >> 1;
        line = end + 1;
      }
other:
  *pos = line;
  return n;
}

static void
apply_events (HtReader *reader, const uint32_t *event, unsigned n)
{
  /* Copies: the compiler cannot know that a site's costs do not overlap the ledger. */
  HtLedger ledger = reader->ledger;
  const HtInfo *info = reader->info;
  uint32_t last = reader->last_info, frees = 0, temporaries = 0;

  for (unsigned i = 0; i < n; i++)
    {
      uint32_t index = event[i] >> 1, freed = event[i] & 1;
      uint32_t temporary = freed & (last == index);

      ht_ledger_change (&ledger, info[index].site, info[index].size, freed, temporary);
      last = index | -freed; /* NO_INFO after a free */
      frees += freed;
      temporaries += temporary;
    }
  ledger.total_blocks += n - frees;
  ledger.live_blocks += (int64_t) n - 2 * (int64_t) frees;
  ledger.temporary_blocks += temporaries;
  reader->ledger = ledger;
  reader->last_info = last;
  reader->line += n;
}

/* Takes what it can of the lines before `stop` and leaves the rest to read_line(): a recording is
 * nearly all events, and its import spends its time here. */
static const char *
read_events (HtReader *reader, const char *pos, const char *stop)
{
  uint32_t event[HT_BATCH];
  unsigned n;

  while (ht_ledger_is_ready (&reader->ledger) && (n = scan_events (reader, &pos, stop, event)))
    apply_events (reader, event, n);
  return pos;
}

/* --- lines --- */

static void
read_comment (HtReader *reader, const char *line, gsize length)
{
  static const char last[] = "# ips: ";

  if (length >= strlen (last) && memcmp (line, last, strlen (last)) == 0)
    reader->footer = TRUE;
}

static gboolean
read_line (HtReader *reader, const char *line, gsize length)
{
  HtFields fields = { line + MIN (length, 2), line + length };

  reader->line++;
  if (length == 0)
    return TRUE;
  if (length == 1 || line[1] == ' ')
    {
      gboolean in_command = reader->command_open;
      reader->command_open = FALSE;
      switch (line[0])
        {
        case '+':
          return read_event (reader, &fields, HT_ALLOCATED);
        case '-':
          return read_event (reader, &fields, HT_FREED);
        case 's':
          return read_string (reader, &fields);
        case 'i':
          return read_ip (reader, &fields);
        case 't':
          return read_trace (reader, &fields);
        case 'a':
          return read_info (reader, &fields);
        case 'c':
          return read_stamp (reader, &fields);
        case 'R':
          return read_rss (reader, &fields);
        case '#':
          read_comment (reader, line, length);
          return TRUE;
        case 'v':
          return read_version (reader, &fields);
        case 'X':
          return read_command (reader, &fields);
        case 'I':
          return read_system (reader, &fields);
        case 'S':
          read_suppression (reader, &fields);
          return TRUE;
        case 'A':
          reader->attached = TRUE;
          return TRUE;
        case 'x':
          return ht_raw_executable (reader, &fields);
        case 'm':
          return ht_raw_module (reader, &fields);
        default:
          reader->command_open = in_command;
        }
    }

  /* A line break in an argument of the command. */
  if (reader->command_open)
    {
      g_string_append_c (reader->command, '\n');
      g_string_append_len (reader->command, line, (gssize) length);
    }
  else if (reader->unknown_lines++ == 0)
    reader->first_unknown = reader->line;
  return TRUE;
}

/* All whole lines. What is left in the window afterwards is the beginning of a last one. */
static gboolean
read_lines (HtReader *reader)
{
  HvInput *input = reader->input;
  gsize scanned = 0;

  while (TRUE)
    {
      gsize left = (gsize) (input->end - input->pos);
      const char *newline = left > scanned ? memrchr (input->pos + scanned, '\n', left - scanned)
                                           : NULL;

      if (newline == NULL)
        {
          scanned = left;
          if (!hv_input_fill (input, left + 1))
            return TRUE;
          continue;
        }

      const char *start = input->pos, *pos = start, *stop = newline + 1;
      while (pos < stop)
        {
          if (!reader->pointers && pos - start >= 8)
            pos = read_events (reader, pos, stop);
          if (pos == stop)
            break;
          const char *end = memchr (pos, '\n', (gsize) (stop - pos));
          if (!read_line (reader, pos, (gsize) (end - pos)))
            return FALSE;
          pos = end + 1;
        }
      input->pos = pos;
      scanned = 0;
    }
}

/* --- the end --- */

static void
describe (HtReader *reader)
{
  HvProfile *profile = reader->profile;
  g_autofree char *variant = g_strdup_printf ("%sv%u", reader->raw ? "raw " : "", reader->version);

  profile->variant = hv_profile_intern (profile, variant, -1);
  profile->command = ht_intern (reader, reader->command->str, reader->command->len);
  profile->default_metric = HV_METRIC_PEAK_BYTES;
  profile->suppressed_bytes = ht_suppressed_bytes (profile, reader->suppressions);
}

/* What was live at the peak below the note, and in how many stacks. */
static void
warn_truncated (const HtReader *reader)
{
  HvProfile *profile = reader->profile;
  g_autofree uint8_t *cut = g_new0 (uint8_t, profile->n_nodes);
  const int64_t *peak = profile->column[HV_METRIC_PEAK_BYTES];
  int64_t bytes = 0;
  uint32_t stacks = 0;

  if (reader->truncated == 0)
    return;
  for (uint32_t n = 1; n < profile->n_nodes; n++)
    cut[n] = cut[profile->node_parent[n]] || profile->node_frame[n] == reader->truncated;
  for (uint32_t s = 0; s < profile->n_sites; s++)
    if (cut[profile->site_node[s]])
      {
        stacks++;
        bytes += peak[s];
      }
  hv_profile_warn (profile,
                   "%u stacks are deeper than the %d frames that heaptrack records and stand under "
                   "“[truncated]”: %" G_GINT64_FORMAT " of the peak's %" G_GINT64_FORMAT " bytes.",
                   stacks, HT_DEPTH_LIMIT, bytes, reader->ledger.peak_bytes);
}

static void
warn (HtReader *reader, gboolean cut_short, gboolean partial)
{
  HvProfile *profile = reader->profile;

  if (cut_short)
    hv_profile_warn (profile,
                     "The compressed file stops before its end: read up to line %" G_GUINT64_FORMAT
                     "; what was freed later counts as live.",
                     reader->line);
  else if (partial)
    hv_profile_warn (profile,
                     "The recording stops in the middle of line %" G_GUINT64_FORMAT
                     "; what was freed later counts as live.",
                     reader->line + 1);
  else if (!reader->raw && !reader->footer)
    hv_profile_warn (profile,
                     "The recording stops after line %" G_GUINT64_FORMAT
                     " without heaptrack's closing lines; what was freed later counts as live.",
                     reader->line);
  profile->incomplete = cut_short || partial || (!reader->raw && !reader->footer);

  if (reader->attached)
    hv_profile_warn (profile, "heaptrack was attached to the running process: memory allocated "
                              "before is not in the recording.");
  if (!reader->ledger.stamped)
    hv_profile_warn (profile, "The recording has no time stamps: the process ended before the "
                              "first one or was killed, and its last events may be missing.");
  if (reader->unknown_lines)
    hv_profile_warn (profile,
                     "%" G_GUINT64_FORMAT " lines were not understood, the first is line "
                     "%" G_GUINT64_FORMAT ".",
                     reader->unknown_lines, reader->first_unknown);
  warn_truncated (reader);
}

static void
reader_init (HtReader *reader)
{
  reader->command = g_string_new (NULL);
  reader->suppressions = g_ptr_array_new_with_free_func (g_free);
  reader->modules = g_hash_table_new (NULL, NULL);
  reader->path = g_array_new (FALSE, FALSE, sizeof (uint32_t));
  reader->segments = g_array_new (FALSE, FALSE, sizeof (HtSegment));
  reader->last_info = NO_INFO;
  reader->hex_pair = make_hex_pairs ();
  ht_ledger_init (&reader->ledger);

  /* "none" */
  (void) ROOM (reader, string, n_strings, strings_size);
  reader->string[reader->n_strings++] = 0;
  (void) ROOM (reader, ip_first, n_ips, ips_size);
  reader->ip_first[reader->n_ips++] = 0;
  (void) ROOM (reader, ip_frame, n_ip_frames, ip_frames_size);
  reader->ip_frame[reader->n_ip_frames++] = 0; /* made when a stack uses it */
  (void) ROOM (reader, trace, n_traces, traces_size);
  reader->trace_mark = g_new0 (uint8_t, reader->traces_size);
  reader->trace_node = g_new0 (uint32_t, reader->traces_size);
  reader->trace[reader->n_traces++] = (HtTrace){ 0, 0 };
}

/* The tables, which only reading needs: the profile's columns take their place. */
static void
free_tables (HtReader *reader)
{
  g_clear_pointer (&reader->string, g_free);
  g_clear_pointer (&reader->ip_first, g_free);
  g_clear_pointer (&reader->ip_frame, g_free);
  g_clear_pointer (&reader->trace, g_free);
  g_clear_pointer (&reader->trace_mark, g_free);
  g_clear_pointer (&reader->trace_node, g_free);
  g_clear_pointer (&reader->cut_node, g_free);
  g_clear_pointer (&reader->info, g_free);
  g_clear_pointer (&reader->blocks, g_free);
  g_clear_pointer (&reader->hex_pair, g_free);
}

static void
reader_clear (HtReader *reader)
{
  free_tables (reader);
  ht_ledger_clear (&reader->ledger);
  g_string_free (reader->command, TRUE);
  g_ptr_array_unref (reader->suppressions);
  g_hash_table_unref (reader->modules);
  g_array_unref (reader->path);
  g_array_unref (reader->segments);
}

static gboolean
finish (HtReader *reader)
{
  gboolean cut_short;

  if (!hv_input_finish (reader->input, &cut_short, reader->error))
    return FALSE;
  gboolean partial = reader->input->pos < reader->input->end;
  if (reader->ledger.n_sites == 0 && !reader->footer)
    {
      reader->line += partial;
      return ht_fail (reader, "the recording stops before its first allocation");
    }
  free_tables (reader);
  ht_ledger_finish (&reader->ledger, reader->profile);
  describe (reader);
  warn (reader, cut_short, partial);
  return TRUE;
}

static gboolean
heaptrack_detect (const char *head, gsize size)
{
  HtFields fields = { head + 2, head + size };
  uint64_t version;
  const char *newline = memchr (head, '\n', size);

  if (newline)
    fields.end = newline;
  if (fields.end - head < 3 || head[0] != 'v' || head[1] != ' ' || !ht_hex (&fields, &version))
    return FALSE;
  if (fields.pos < fields.end && !ht_hex (&fields, &version))
    return FALSE;
  return fields.pos >= fields.end;
}

static gboolean
heaptrack_import (HvInput *input, HvProfile *profile, const HvImportOptions *options,
                  GError **error)
{
  GError *local = NULL;
  HtReader reader = { .input = input, .profile = profile, .error = &local };

  reader_init (&reader);
  gboolean done = read_lines (&reader) && finish (&reader);
  reader_clear (&reader);
  if (!done)
    g_propagate_error (error, local);
  return done;
}

const HvImporter hv_importer_heaptrack = { "heaptrack", heaptrack_detect, heaptrack_import };
