/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "json-scan.h"

#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* Skipped values may nest this deep; real ones nest three. */
#define MAX_DEPTH 64
/* More than any number that is accepted, and its terminator. */
#define NUMBER_ROOM 32

void
hv_json_scan_init (HvJsonScan *scan, HvInput *input)
{
  *scan = (HvJsonScan){ .input = input, .text = g_string_new (NULL) };
}

void
hv_json_scan_clear (HvJsonScan *scan)
{
  g_string_free (scan->text, TRUE);
  g_free (scan->numbers);
}

static gboolean
wrong (HvJsonScan *scan, const char *what)
{
  if (!hv_json_scan_failed (scan))
    scan->wrong = what;
  return FALSE;
}

/* More unread bytes than `have`; else the input is cut. */
static gboolean
refill (HvJsonScan *scan, gsize have)
{
  if (hv_input_fill (scan->input, have + 1))
    return TRUE;
  if (scan->wrong == NULL)
    scan->cut = TRUE;
  return FALSE;
}

int
hv_json_peek_far (HvJsonScan *scan)
{
  HvInput *input = scan->input;

  if (hv_json_scan_failed (scan))
    return -1;
  while (TRUE)
    {
      const char *p = input->pos;
      while (hv_json_is_blank (*p))
        p++;
      input->pos = p;
      if (p < input->end)
        return (unsigned char) *p;
      if (!refill (scan, 0))
        return -1;
    }
}

gboolean
hv_json_miss (HvJsonScan *scan, char c)
{
  switch (c)
    {
    case '{':
      return wrong (scan, "expected an object");
    case '[':
      return wrong (scan, "expected an array");
    case '"':
      return wrong (scan, "expected a text");
    case ':':
      return wrong (scan, "expected a colon");
    default:
      return wrong (scan, "expected a comma or the end of the list");
    }
}

/* Four hex digits at the position. */
static gboolean
hex4 (HvJsonScan *scan, gunichar *value)
{
  HvInput *input = scan->input;

  if (input->end - input->pos < 4 && !refill (scan, 3))
    return FALSE;
  *value = 0;
  for (int i = 0; i < 4; i++)
    {
      int digit = g_ascii_xdigit_value (input->pos[i]);
      if (digit < 0)
        return wrong (scan, "a \\u escape without four hexadecimal digits");
      *value = *value << 4 | (gunichar) digit;
    }
  input->pos += 4;
  return TRUE;
}

/* The escape behind a backslash, appended to scan->text. */
static gboolean
unescape (HvJsonScan *scan)
{
  static const char names[] = "\"\\/bfnrt", bytes[] = "\"\\/\b\f\n\r\t";
  HvInput *input = scan->input;

  if (input->pos == input->end && !refill (scan, 0))
    return FALSE;
  char c = *input->pos++;
  if (c != 'u')
    {
      const char *known = c ? strchr (names, c) : NULL;
      if (known == NULL)
        return wrong (scan, "an unknown escape in a text");
      g_string_append_c (scan->text, bytes[known - names]);
      return TRUE;
    }

  gunichar unit, low;
  if (!hex4 (scan, &unit))
    return FALSE;
  if (unit >= 0xd800 && unit < 0xdc00)
    {
      if (input->end - input->pos < 2 && !refill (scan, 1))
        return FALSE;
      if (input->pos[0] == '\\' && input->pos[1] == 'u')
        {
          input->pos += 2;
          if (!hex4 (scan, &low))
            return FALSE;
          if (low >= 0xdc00 && low < 0xe000)
            unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
          else
            {
              g_string_append_unichar (scan->text, 0xfffd);
              unit = low;
            }
        }
    }
  /* half a pair is no character, and NUL would end the text */
  g_string_append_unichar (scan->text,
                           unit == 0 || (unit >= 0xd800 && unit < 0xe000) ? 0xfffd : unit);
  return TRUE;
}

/* What is left of a string from its first escape on. */
static gboolean
string_with_escapes (HvJsonScan *scan, const char **text, gsize *length)
{
  HvInput *input = scan->input;

  g_string_truncate (scan->text, 0);
  while (TRUE)
    {
      const char *p = input->pos;
      while (p < input->end && *p != '"' && *p != '\\')
        p++;
      g_string_append_len (scan->text, input->pos, p - input->pos);
      input->pos = p;
      if (p == input->end)
        {
          if (!refill (scan, 0))
            return FALSE;
          continue;
        }
      input->pos++;
      if (*p == '"')
        break;
      if (!unescape (scan))
        return FALSE;
    }
  *text = scan->text->str;
  *length = scan->text->len;
  return TRUE;
}

gboolean
hv_json_string (HvJsonScan *scan, const char **text, gsize *length)
{
  HvInput *input = scan->input;
  gsize scanned = 0;

  if (!hv_json_take (scan, '"'))
    return FALSE;
  while (TRUE)
    {
      const char *p = input->pos + scanned;
      while (*p != '"' && *p != '\\' && (*p != '\0' || p < input->end))
        p++;
      scanned = (gsize) (p - input->pos);
      if (p < input->end)
        {
          if (*p == '\\')
            return string_with_escapes (scan, text, length);
          *text = input->pos;
          *length = scanned;
          input->pos = p + 1;
          return TRUE;
        }
      if (!refill (scan, scanned))
        return FALSE;
    }
}

/* A key of two or three plain characters and its colon, without blanks, into scan->key. */
static inline gboolean
short_key (HvJsonScan *scan)
{
  HvInput *input = scan->input;
  const char *p = input->pos;

  if (input->end - p < 8 || p[0] != '"' || hv_json_scan_failed (scan))
    return FALSE;
  int n = p[3] == '"' ? 2 : 3;
  if (p[n + 1] != '"' || p[n + 2] != ':')
    return FALSE;
  for (int i = 1; i <= n; i++)
    if (p[i] == '"' || p[i] == '\\')
      return FALSE;
  memcpy (scan->key, p + 1, 3);
  scan->key[n] = '\0';
  input->pos = p + n + 3;
  return TRUE;
}

gboolean
hv_json_key (HvJsonScan *scan)
{
  const char *text;
  gsize length;

  if (short_key (scan))
    return TRUE;
  if (!hv_json_string (scan, &text, &length))
    return FALSE;
  length = MIN (length, sizeof scan->key - 1);
  memcpy (scan->key, text, length);
  scan->key[length] = '\0';
  return hv_json_take (scan, ':');
}

/* How many of the eight bytes from the first (the lowest) on are digits. */
static inline unsigned
count_digits (uint64_t bytes)
{
  /* the highest bit is set in what is below '0', above '9' or no ASCII; what carries from one byte
   * into the next does so only behind the first of them */
  uint64_t other = (bytes - G_GUINT64_CONSTANT (0x3030303030303030))
                   | (bytes + G_GUINT64_CONSTANT (0x4646464646464646)) | bytes;
  other &= G_GUINT64_CONSTANT (0x8080808080808080);
  return other ? (unsigned) __builtin_ctzll (other) / 8 : 8;
}

/* The value of the first `n` of them, 1 to 8, all at once: pairs of digits, of those, and of those.
 */
static inline uint64_t
value_of_digits (uint64_t bytes, unsigned n)
{
  bytes = (bytes << (64 - 8 * n)) & G_GUINT64_CONSTANT (0x0f0f0f0f0f0f0f0f);
  bytes = (bytes * (10 * 256 + 1) >> 8) & G_GUINT64_CONSTANT (0x00ff00ff00ff00ff);
  bytes = (bytes * (100 * 65536 + 1) >> 16) & G_GUINT64_CONSTANT (0x0000ffff0000ffff);
  return bytes * (G_GUINT64_CONSTANT (10000) * 4294967296 + 1) >> 32;
}

static inline uint64_t
load_bytes (const char *at)
{
  uint64_t bytes;

  memcpy (&bytes, at, sizeof bytes);
  return GUINT64_FROM_LE (bytes);
}

/* The number at *p, of which all is in the window unless the input ends there; moves *p behind it.
 */
static inline gboolean
parse_int (HvJsonScan *scan, const char **p, int64_t *value)
{
  const char *at = *p;
  gboolean negative = *at == '-';

  at += negative;
  const char *digits = at;
  uint64_t sum = 0;
  unsigned digit;
  if (scan->input->end - at >= 8)
    {
      uint64_t bytes = load_bytes (at);
      unsigned n_first = count_digits (bytes);
      if (n_first)
        sum = value_of_digits (bytes, n_first);
      at += n_first;
    }
  /* 19 digits fit in 64 bits whatever they are */
  while ((digit = (unsigned) (unsigned char) *at - '0') <= 9 && at - digits < 20)
    {
      sum = sum * 10 + digit;
      at++;
    }
  gsize n = (gsize) (at - digits);
  if (G_UNLIKELY (at == scan->input->end))
    {
      scan->cut = TRUE;
      return FALSE;
    }
  if (G_UNLIKELY (n == 0 || (*digits == '0' && n > 1)))
    return wrong (scan, "expected a number");
  if (G_UNLIKELY (n > 19 || sum > INT64_MAX))
    return wrong (scan, "a number above 9223372036854775807");
  if (G_UNLIKELY (*at == '.' || *at == 'e' || *at == 'E'))
    return wrong (scan, "expected a whole number");
  *value = negative ? -(int64_t) sum : (int64_t) sum;
  *p = at;
  return TRUE;
}

gboolean
hv_json_int (HvJsonScan *scan, int64_t *value)
{
  HvInput *input = scan->input;

  if (hv_json_peek (scan) < 0)
    return FALSE;
  if (input->end - input->pos < NUMBER_ROOM)
    hv_input_fill (input, NUMBER_ROOM);
  return parse_int (scan, &input->pos, value);
}

#ifdef __SSE2__

#define BLOCK 32
/* No more than so many numbers end in a block. */
#define BLOCK_INTS (BLOCK / 2)

/* Bit i: what p[i] is. */
typedef struct
{
  uint32_t commas, digits, minus;
} Marks;

static inline Marks
marks_of (const char *p)
{
  Marks marks = { 0 };

  for (unsigned i = 0; i < BLOCK; i += 16)
    {
      __m128i bytes = _mm_loadu_si128 ((const void *) (p + i));
      __m128i above = _mm_sub_epi8 (bytes, _mm_set1_epi8 ('0'));
      __m128i digits = _mm_cmpeq_epi8 (_mm_min_epu8 (above, _mm_set1_epi8 (9)), above);
      __m128i commas = _mm_cmpeq_epi8 (bytes, _mm_set1_epi8 (','));
      __m128i minus = _mm_cmpeq_epi8 (bytes, _mm_set1_epi8 ('-'));
      marks.digits |= (uint32_t) _mm_movemask_epi8 (digits) << i;
      marks.commas |= (uint32_t) _mm_movemask_epi8 (commas) << i;
      marks.minus |= (uint32_t) _mm_movemask_epi8 (minus) << i;
    }
  return marks;
}

/* Takes the numbers of up to seven digits that have a comma before and behind them within the block
 * at p; where each of them is does not wait for the one before. Returns the last
 * comma; p: there is none such. */
static inline const char *
block_ints (const char *p, int64_t *numbers, gsize *count)
{
  Marks marks = marks_of (p);
  uint32_t minus = marks.minus & marks.commas << 1;
  uint32_t other = ~(marks.commas | marks.digits | minus);
  uint32_t commas = other ? marks.commas & ((other & -other) - 1) : marks.commas;
  unsigned start = 0;

  if (!(commas & 1))
    return p;
  for (commas &= commas - 1; commas; commas &= commas - 1)
    {
      unsigned stop = (unsigned) __builtin_ctz (commas), negative = minus >> (start + 1) & 1;
      unsigned n = stop - start - 1 - negative;
      const char *digits = p + start + 1 + negative;
      if (G_UNLIKELY (n - 1 >= 7 || (*digits == '0' && n > 1)))
        break;
      int64_t value = (int64_t) value_of_digits (load_bytes (digits), n);
      numbers[(*count)++] = (value ^ -(int64_t) negative) + negative;
      start = stop;
    }
  return p + start;
}

#endif

/* Takes numbers of up to seven digits with a comma before each and no blanks, the usual form, as
 * long as there is room: an array of `size` of which `count` are there. Returns how many then are.
 */
static gsize
plain_ints (HvJsonScan *scan, gsize count, gsize size)
{
  HvInput *input = scan->input;
  const char *p = input->pos, *end = input->end;
  int64_t *numbers = scan->numbers;

#ifdef __SSE2__
  while (count + BLOCK_INTS <= size && end - p >= BLOCK + 8)
    {
      const char *next = block_ints (p, numbers, &count);
      if (next == p)
        break;
      p = next;
    }
#endif
  while (count < size && end - p > NUMBER_ROOM && *p == ',')
    {
      gboolean minus = p[1] == '-';
      const char *digits = minus ? p + 2 : p + 1;
      uint64_t bytes = load_bytes (digits);
      unsigned n = count_digits (bytes);
      if (n == 0 || n == 8 || (digits[0] == '0' && n > 1) || (digits[n] != ',' && digits[n] != ']'))
        break;
      int64_t value = (int64_t) value_of_digits (bytes, n);
      numbers[count++] = minus ? -value : value;
      p = digits + n;
    }
  input->pos = p;
  return count;
}

/* Whether another number comes in an array; the window then holds all of it. */
static inline gboolean
more_ints (HvJsonScan *scan, gboolean *first)
{
  HvInput *input = scan->input;

  if (!hv_json_more (scan, ']', first) || hv_json_peek (scan) < 0)
    return FALSE;
  if (input->end - input->pos < NUMBER_ROOM)
    hv_input_fill (input, NUMBER_ROOM);
  return TRUE;
}

gboolean
hv_json_ints (HvJsonScan *scan, gsize limit, const int64_t **values, gsize *n)
{
  gsize count = 0;

  for (gboolean first = TRUE; more_ints (scan, &first);)
    {
      if (count == limit)
        return wrong (scan, "a list that is too long");
      if (count == scan->numbers_size)
        {
          scan->numbers_size = MAX (256, scan->numbers_size * 2);
          scan->numbers = g_renew (int64_t, scan->numbers, scan->numbers_size);
        }
      if (!parse_int (scan, &scan->input->pos, &scan->numbers[count++]))
        return FALSE;
      count = plain_ints (scan, count, MIN (limit, scan->numbers_size));
    }
  *values = scan->numbers;
  *n = count;
  return !hv_json_scan_failed (scan);
}

/* The letters of true, false or null. */
static gboolean
word (HvJsonScan *scan, const char *letters)
{
  HvInput *input = scan->input;

  for (; *letters; letters++)
    {
      if (input->pos == input->end && !refill (scan, 0))
        return FALSE;
      if (*input->pos != *letters)
        return wrong (scan, "expected a value");
      input->pos++;
    }
  return TRUE;
}

gboolean
hv_json_bool (HvJsonScan *scan, gboolean *value)
{
  int next = hv_json_peek (scan);

  if (next != 't' && next != 'f')
    return wrong (scan, "expected true or false");
  *value = next == 't';
  return word (scan, *value ? "true" : "false");
}

gboolean
hv_json_null (HvJsonScan *scan)
{
  return hv_json_peek (scan) == 'n' && word (scan, "null");
}

/* A string of any length, in pieces. */
static gboolean
skip_string (HvJsonScan *scan)
{
  HvInput *input = scan->input;

  while (TRUE)
    {
      const char *p = input->pos;
      while (p < input->end && *p != '"' && *p != '\\')
        p++;
      input->pos = p;
      if (p == input->end)
        {
          if (!refill (scan, 0))
            return FALSE;
          continue;
        }
      input->pos++;
      if (*p == '"')
        return TRUE;
      if (input->pos == input->end && !refill (scan, 0))
        return FALSE;
      input->pos++;
    }
}

static gboolean
skip_number (HvJsonScan *scan)
{
  HvInput *input = scan->input;

  while (TRUE)
    {
      const char *p = input->pos;
      while (g_ascii_isdigit (*p) || *p == '-' || *p == '+' || *p == '.' || *p == 'e' || *p == 'E')
        p++;
      input->pos = p;
      if (p < input->end)
        return TRUE;
      if (!refill (scan, 0))
        return FALSE;
    }
}

static gboolean
skip_value (HvJsonScan *scan, int depth)
{
  HvInput *input = scan->input;
  int next = hv_json_peek (scan);
  gboolean first = TRUE;

  if (depth > MAX_DEPTH)
    return wrong (scan, "values nested too deeply");
  switch (next)
    {
    case -1:
      return FALSE;
    case '{':
      input->pos++;
      while (hv_json_more (scan, '}', &first))
        if (!hv_json_take (scan, '"') || !skip_string (scan) || !hv_json_take (scan, ':')
            || !skip_value (scan, depth + 1))
          return FALSE;
      return !hv_json_scan_failed (scan);
    case '[':
      input->pos++;
      while (hv_json_more (scan, ']', &first))
        if (!skip_value (scan, depth + 1))
          return FALSE;
      return !hv_json_scan_failed (scan);
    case '"':
      input->pos++;
      return skip_string (scan);
    case 't':
      return word (scan, "true");
    case 'f':
      return word (scan, "false");
    case 'n':
      return word (scan, "null");
    default:
      if (next == '-' || (next >= '0' && next <= '9'))
        return skip_number (scan);
      return wrong (scan, "expected a value");
    }
}

gboolean
hv_json_skip (HvJsonScan *scan)
{
  return skip_value (scan, 1);
}
