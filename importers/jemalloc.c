/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The text of heap profiles by jemalloc ("heap_v2/R") and by gperftools, tcmalloc, jemalloc 3 and
 * their kin ("heap profile: …"), alone or after a "--- symbol" table. */
#include "importer.h"

#include "dump-name.h"
#include "heap-dump.h"

#include <string.h>

typedef struct
{
  HvDump dump;
  HvInput *input;
  HvProfile *profile;
  GError **error;

  const char *p, *end; /* what is left of the line */
  gboolean whole;      /* the line has its '\n' */
  gboolean at_map;     /* the line begins the memory map */
  gboolean at_end;     /* Go's statistics begin: no map follows */

  GString *warning; /* of consecutive %warn lines */
} Reader;

#define FAIL(r, ...) (fail (r, __VA_ARGS__), FALSE)

static void fail (Reader *r, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
fail (Reader *r, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_autofree char *text = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (r->error, HV_ERROR, HV_ERROR_FORMAT, "%s (line %" G_GUINT64_FORMAT ")", text,
               hv_input_line_number (r->input));
}

/* The next line without '\r' and blanks around it. */
static gboolean
next_line (Reader *r)
{
  gsize length;

  if (!hv_input_line (r->input, &r->p, &length))
    return FALSE;
  r->whole = !hv_input_ended_in_line (r->input);
  r->end = r->p + length;
  while (r->p < r->end && (*r->p == ' ' || *r->p == '\t'))
    r->p++;
  while (r->end > r->p && (r->end[-1] == ' ' || r->end[-1] == '\t' || r->end[-1] == '\r'))
    r->end--;
  return TRUE;
}

static inline void
skip_blanks (Reader *r)
{
  while (r->p < r->end && (*r->p == ' ' || *r->p == '\t'))
    r->p++;
}

static gboolean
looking_at (const Reader *r, const char *text)
{
  gsize length = strlen (text);

  return (gsize) (r->end - r->p) >= length && memcmp (r->p, text, length) == 0;
}

static gboolean
take (Reader *r, const char *text)
{
  if (!looking_at (r, text))
    return FALSE;
  r->p += strlen (text);
  return TRUE;
}

static inline gboolean
take_char (Reader *r, char c)
{
  skip_blanks (r);
  if (r->p == r->end || *r->p != c)
    return FALSE;
  r->p++;
  return TRUE;
}

static gboolean
take_number (Reader *r, uint64_t limit, uint64_t *number)
{
  const char *p = r->p;
  uint64_t value = 0;

  for (; p < r->end && g_ascii_isdigit (*p); p++)
    {
      uint64_t digit = (uint64_t) (*p - '0');
      if (value > (limit - digit) / 10)
        return FAIL (r, "a number is larger than %" G_GUINT64_FORMAT, limit);
      value = value * 10 + digit;
    }
  if (p == r->p)
    return FAIL (r, "a number is missing");
  r->p = p;
  *number = value;
  return TRUE;
}

/* "n: b [n: b]", blanks anywhere. */
static gboolean
take_counts (Reader *r, HvCounts *counts)
{
  static const char after[HV_N_PAIRS] = { ':', '[', ':', ']' };

  for (int i = 0; i < HV_N_PAIRS; i++)
    {
      uint64_t value;
      skip_blanks (r);
      if (!take_number (r, INT64_MAX, &value))
        return FALSE;
      counts->value[i] = (int64_t) value;
      if (!take_char (r, after[i]))
        return FAIL (r, "“%c” is missing after a number", after[i]);
    }
  return TRUE;
}

/* -1: not a hexadecimal digit. Most of a dump is such digits. */
static inline int
hex_digit (char c)
{
  unsigned decimal = (unsigned) (c - '0'), letter = (unsigned) ((c | 0x20) - 'a');

  return decimal < 10 ? (int) decimal : letter < 6 ? (int) letter + 10 : -1;
}

static gboolean
take_address (Reader *r, uint64_t *address)
{
  const char *p = r->p, *start;
  uint64_t value = 0;
  int digit;

  if (r->end - p > 2 && p[0] == '0' && p[1] == 'x')
    p += 2;
  for (start = p; p < r->end && (digit = hex_digit (*p)) >= 0; p++)
    {
      if (p - start == 16)
        return FAIL (r, "an address has more than 64 bits");
      value = value << 4 | (uint64_t) digit;
    }
  if (p == start || (p < r->end && *p != ' ' && *p != '\t'))
    return FAIL (r, "an address is malformed");
  r->p = p;
  *address = value;
  return TRUE;
}

/* The rest of the line: "0x… 0x…". Zeros end the stacks of jemalloc 3 and stand for no stack in
 * Chromium's. */
static gboolean
take_stack (Reader *r, HvDumpRecord *record)
{
  uint64_t address = 1;

  record->first_address = r->dump.addresses->len;
  for (skip_blanks (r); r->p < r->end; skip_blanks (r))
    {
      if (!take_address (r, &address))
        return FALSE;
      if (address)
        g_array_append_val (r->dump.addresses, address);
    }
  record->depth = (uint32_t) (r->dump.addresses->len - record->first_address);
  if (address == 0 && record->depth)
    r->dump.ends_in_zero = TRUE;
  return TRUE;
}

/* --- before the numbers --- */

static void
end_warning (Reader *r)
{
  if (r->warning->len)
    hv_profile_warn (r->profile, "%s", r->warning->str);
  g_string_truncate (r->warning, 0);
}

/* "%warn" lines are one sentence until an empty one; other commands say nothing to a reader. */
static void
read_command (Reader *r)
{
  if (!take (r, "%warn"))
    return;
  skip_blanks (r);
  if (r->p == r->end)
    {
      end_warning (r);
      return;
    }
  g_autofree char *text = g_strndup (r->p, (gsize) (r->end - r->p));
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_string_append_printf (r->warning, "%s%s", r->warning->len ? " " : "", valid);
}

static void
add_symbol (Reader *r)
{
  HvDumpSymbol symbol = { .name = r->dump.names->len };
  const char *name, *end = r->end;
  uint64_t same;

  if (!looking_at (r, "0x") || !take_address (r, &symbol.address))
    {
      g_clear_error (r->error);
      return;
    }
  skip_blanks (r);
  name = r->p;
  if (name == end || (end - name == 2 && memcmp (name, "??", 2) == 0))
    return;
  /* an address that has no name is named by itself */
  if (end - name > 2 && name[0] == '0' && name[1] == 'x')
    {
      if (take_address (r, &same) && r->p == end)
        return;
      g_clear_error (r->error);
    }
  g_string_append_len (r->dump.names, name, end - name);
  g_string_append_c (r->dump.names, '\0');
  g_array_append_val (r->dump.symbols, symbol);
}

/* How the numbers of `kind` were counted. */
static void
set_sampling (Reader *r, const char *kind, gsize length, gboolean has_rate, uint64_t rate)
{
  HvDump *d = &r->dump;
  static const char *const unsampled[] = { "heapprofile", "growth", "growthz", "fragmentation",
                                           "fragmentationz" };
  const int64_t *n = d->header.value;

  d->kind = g_strndup (kind, length);
  d->period = (int64_t) rate;
  d->sampling = HV_SAMPLING_NONE;
  if (length == 0)
    {
      /* Before there were kinds, equal pairs meant samples of 128 KiB in the mean. */
      g_free (d->kind);
      d->kind = g_strdup ("heap");
      d->period = 128 * 1024;
      if (n[HV_PAIR_LIVE_BLOCKS] == n[HV_PAIR_TOTAL_BLOCKS]
          && n[HV_PAIR_LIVE_BYTES] == n[HV_PAIR_TOTAL_BYTES])
        d->sampling = HV_SAMPLING_LINEAR;
    }
  else if (g_str_has_suffix (d->kind, "_v2"))
    d->sampling = HV_SAMPLING_POISSON;
  else if (strcmp (d->kind, "heap") == 0)
    {
      d->sampling = HV_SAMPLING_LINEAR;
      d->period = has_rate ? (int64_t) (rate / 2) : 128 * 1024;
    }
  else
    {
      gboolean known = FALSE;
      for (gsize i = 0; i < G_N_ELEMENTS (unsampled); i++)
        known = known || strcmp (d->kind, unsampled[i]) == 0;
      if (!known)
        {
          g_autofree char *name = g_utf8_make_valid (d->kind, -1);
          hv_profile_warn (r->profile,
                           "The heap profile is of the unknown kind “%s”; its numbers are taken as "
                           "they are.",
                           name);
        }
    }
  /* A mean of one byte samples everything; 0 is what tcmalloc writes with sampling turned off. */
  if (d->period <= 1)
    d->sampling = HV_SAMPLING_NONE;
}

/* "heap profile: n: b [n: b] @ kind/rate" behind its first two words. */
static gboolean
read_legacy_header (Reader *r)
{
  HvDump *d = &r->dump;
  const char *start = r->p, *kind;
  gsize length;
  uint64_t rate = 0;
  gboolean has_rate = FALSE;

  d->legacy = TRUE;
  if (!take_counts (r, &d->header))
    return FALSE;
  /* gperftools writes at least six columns */
  d->padded = start + 1 < r->p && start[1] == ' ';
  for (const char *p = start + 1; p < r->p && g_ascii_isdigit (*p); p++)
    d->padded = d->padded || p - start >= 6;

  (void) take_char (r, '@');
  skip_blanks (r);
  for (kind = r->p; r->p < r->end && *r->p != '/' && *r->p != ' '; r->p++)
    ;
  length = (gsize) (r->p - kind);
  if (r->p < r->end && *r->p == '/')
    {
      r->p++;
      if (!take_number (r, INT64_MAX, &rate))
        return FALSE;
      has_rate = TRUE;
    }
  set_sampling (r, kind, length, has_rate, rate);
  return TRUE;
}

/* Reads up to the header, and the header. */
static gboolean
read_head (Reader *r)
{
  gboolean in_symbols = FALSE;
  uint64_t rate;

  while (next_line (r))
    {
      if (take (r, "---"))
        {
          skip_blanks (r);
          if (looking_at (r, "contention") || looking_at (r, "profile"))
            return FAIL (r, "a profile of locks or of time, not of the heap");
          in_symbols = take (r, "symbol");
          r->dump.symbolized = r->dump.symbolized || in_symbols;
        }
      else if (in_symbols)
        add_symbol (r);
      else if (r->p < r->end && *r->p == '%')
        read_command (r);
      else if (r->p < r->end)
        {
          gboolean modern = take (r, "heap_v2/");
          if (!modern && !take (r, "heap profile:"))
            return FAIL (r, "no heap profile begins here");
          if (!r->whole)
            return FAIL (r, "the file ends in the profile's header");
          if (!modern)
            return read_legacy_header (r);
          if (!take_number (r, INT64_MAX, &rate))
            return FALSE;
          set_sampling (r, "heap_v2", 7, TRUE, rate);
          return TRUE;
        }
    }
  return FAIL (r, "the file ends before the profile's header");
}

/* --- the numbers --- */

static gboolean
begins_map (Reader *r)
{
  return take (r, "MAPPED_LIBRARIES:") || take (r, "--- Memory map:");
}

/* "tUID: n: b [n: b] NAME" behind the 't'. `record` is the stack it belongs to, G_MAXUINT: none. */
static gboolean
read_thread (Reader *r, guint record)
{
  HvDumpShare share = { .record = record };

  if (!take_number (r, UINT64_MAX, &share.uid))
    return FALSE;
  if (!take_char (r, ':'))
    return FAIL (r, "“:” is missing after a thread's number");
  if (!take_counts (r, &share.counts))
    return FALSE;
  if (record != G_MAXUINT)
    {
      g_array_append_val (r->dump.shares, share);
      return TRUE;
    }
  skip_blanks (r);
  HvDumpThread thread = { share.uid, hv_profile_intern (r->profile, r->p, r->end - r->p) };
  g_array_append_val (r->dump.threads, thread);
  return TRUE;
}

/* The records of jemalloc 4 and later: an address line, then "t*:" and "tUID:" lines. */
static gboolean
read_modern_records (Reader *r)
{
  HvDumpRecord record;
  gboolean have_total = FALSE, pending = FALSE;

  while (next_line (r) && r->whole)
    {
      if (r->p == r->end)
        continue;
      if (take (r, "@"))
        {
          if (!have_total)
            return FAIL (r, "a stack comes before the line of totals");
          if (pending)
            return FAIL (r, "the stack before this one has no numbers");
          pending = TRUE;
          if (!take_stack (r, &record))
            return FALSE;
        }
      else if (take (r, "t*:"))
        {
          if (have_total && !pending)
            return FAIL (r, "numbers without a stack");
          if (!take_counts (r, pending ? &record.counts : &r->dump.header))
            return FALSE;
          if (pending)
            g_array_append_val (r->dump.records, record);
          pending = FALSE;
          have_total = TRUE;
        }
      else if (take (r, "t"))
        {
          guint n = r->dump.records->len;
          if (!have_total || pending)
            return FAIL (r, "a thread's numbers come before those of all threads");
          if (!read_thread (r, n ? n - 1 : G_MAXUINT))
            return FALSE;
        }
      else if (begins_map (r))
        {
          if (!have_total || pending)
            return FAIL (r, "the memory map comes before the numbers");
          r->at_map = TRUE;
          return TRUE;
        }
      else
        return FAIL (r, "neither a stack nor numbers");
    }
  return TRUE;
}

/* The older records: "n: b [n: b] @ 0x…", one line each. Go adds comments, and statistics at the
 * end. */
static gboolean
read_legacy_records (Reader *r)
{
  while (next_line (r) && r->whole)
    {
      HvDumpRecord record;

      if (r->p == r->end)
        continue;
      if (*r->p == '#')
        {
          if (take (r, "# runtime.MemStats"))
            r->at_end = TRUE;
          continue;
        }
      if (begins_map (r))
        {
          r->at_map = TRUE;
          return TRUE;
        }
      if (!take_counts (r, &record.counts))
        return FALSE;
      if (!take_char (r, '@'))
        return FAIL (r, "“@” is missing after the numbers");
      if (!take_stack (r, &record))
        return FALSE;
      g_array_append_val (r->dump.records, record);
    }
  return TRUE;
}

static gboolean
read_rest (Reader *r)
{
  HvProfile *profile = r->profile;

  if (r->at_map)
    {
      while (next_line (r) && r->whole)
        hv_maps_add_line (&r->dump.maps, profile, r->p, (gsize) (r->end - r->p));
      if (!r->whole)
        {
          profile->incomplete = TRUE;
          hv_profile_warn (profile,
                           "The file is cut short in its memory map (line %" G_GUINT64_FORMAT ").",
                           hv_input_line_number (r->input));
        }
    }
  else if (!r->at_end)
    {
      if (r->dump.records->len == 0)
        return FAIL (r, "the file ends before its first complete record");
      profile->incomplete = TRUE;
      hv_profile_warn (
          profile,
          "The file is cut short: it ends without a memory map (line %" G_GUINT64_FORMAT
          "), so that addresses have no names.",
          hv_input_line_number (r->input));
    }
  r->dump.size = hv_input_offset (r->input);
  return TRUE;
}

static gboolean
jemalloc_import (HvInput *input, HvProfile *profile, const HvImportOptions *options, GError **error)
{
  g_autoptr (GError) own_error = NULL;
  Reader r = { .input = input, .profile = profile, .error = &own_error };
  gboolean done;

  if (profile->path)
    profile->pid = hv_dump_name_parse (hv_basename (profile->path)).pid;
  hv_dump_init (&r.dump, profile);
  r.warning = g_string_new (NULL);
  done = read_head (&r);
  end_warning (&r);
  done = done && (r.dump.legacy ? read_legacy_records (&r) : read_modern_records (&r))
         && read_rest (&r) && hv_dump_build (&r.dump, &own_error);
  g_string_free (r.warning, TRUE);
  hv_dump_clear (&r.dump);
  if (!done)
    g_propagate_error (error, g_steal_pointer (&own_error));
  return done;
}

static gboolean
jemalloc_detect (const char *head, gsize size)
{
  const char *p = head, *end = head + size;
  static const char modern[] = "heap_v2/", legacy[] = "heap profile:", section[] = "--- ";
  const gsize n_modern = sizeof modern - 1, n_legacy = sizeof legacy - 1;

  /* commands and empty lines may come first */
  while (p < end && (*p == '%' || *p == '\n' || *p == '\r'))
    {
      p = memchr (p, '\n', (gsize) (end - p));
      if (p == NULL)
        return FALSE;
      p++;
    }
  if ((gsize) (end - p) > sizeof section - 1 && memcmp (p, section, sizeof section - 1) == 0)
    {
      static const char symbol[] = "--- symbol";
      return ((gsize) (end - p) >= sizeof symbol - 1 && memcmp (p, symbol, sizeof symbol - 1) == 0)
             || memmem (p, (gsize) (end - p), "\nheap_v2/", n_modern + 1) != NULL
             || memmem (p, (gsize) (end - p), "\nheap profile:", n_legacy + 1) != NULL;
    }
  if ((gsize) (end - p) > n_modern && memcmp (p, modern, n_modern) == 0)
    return g_ascii_isdigit (p[n_modern]);
  return (gsize) (end - p) >= n_legacy && memcmp (p, legacy, n_legacy) == 0;
}

const HvImporter hv_importer_jemalloc = { "jemalloc", jemalloc_detect, jemalloc_import };
