/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "frame-key.h"

#include <string.h>

static gboolean
is_rust_hash (const char *text, gsize length)
{
  if (length != 19 || memcmp (text, "::h", 3) != 0)
    return FALSE;
  for (gsize i = 3; i < length; i++)
    if (!g_ascii_isxdigit (text[i]) || g_ascii_isupper (text[i]))
      return FALSE;
  return TRUE;
}

static gsize
without_digits (const char *text, gsize length)
{
  while (length && g_ascii_isdigit (text[length - 1]))
    length--;
  return length;
}

/* The length without one suffix that a compiler or linker added, or the same length. */
static gsize
without_suffix (const char *text, gsize length)
{
  static const char *const numbered[] = { ".part.", ".constprop.", ".isra.",
                                          ".llvm.", ".lto_priv.",  ".cold." };
  gsize stem = without_digits (text, length);

  if (stem < length || (length && text[length - 1] == '.'))
    for (gsize i = 0; i < G_N_ELEMENTS (numbered); i++)
      {
        gsize n = strlen (numbered[i]);
        if (stem > n && memcmp (text + stem - n, numbered[i], n) == 0)
          return stem - n;
      }
  if (length > 5 && memcmp (text + length - 5, ".cold", 5) == 0)
    return length - 5;
  if (length > 19 && is_rust_hash (text + length - 19, 19))
    return length - 19;
  if (length && text[length - 1] == ']')
    {
      const char *clone = g_strrstr_len (text, (gssize) length, " [clone ");
      if (clone && clone > text)
        return (gsize) (clone - text);
    }
  return length;
}

void
hv_normalise_function (GString *out, const char *function)
{
  gsize length = strlen (function);
  const char *version = strstr (function, "@GLIBC");

  /* "name@@GLIBC_2.2.5": only a version follows the '@' */
  if (version == NULL)
    version = strstr (function, "@@");
  if (version && version > function && !memchr (version, ' ', strlen (version)))
    {
      length = (gsize) (version - function);
      if (function[length - 1] == '@' && length > 1)
        length--;
    }

  for (gsize shorter; (shorter = without_suffix (function, length)) < length;)
    length = shorter;
  g_string_append_len (out, function, (gssize) length);
}

static gboolean
is_name (char c)
{
  return g_ascii_isalnum (c) || c == '_' || c == '$' || (unsigned char) c >= 0x80;
}

/* Length of the operator's symbol when "operator" ends at `at`: "<<", "->", "()", "[]", … else 0.
 */
static gsize
operator_symbol (const char *text, gsize at, gsize length)
{
  gsize n = 0;

  if (at < 8 || memcmp (text + at - 8, "operator", 8) != 0 || (at > 8 && is_name (text[at - 9])))
    return 0;
  if (at + 2 <= length && (memcmp (text + at, "()", 2) == 0 || memcmp (text + at, "[]", 2) == 0))
    return 2;
  while (at + n < length && strchr ("<>=!+-*/%&|^~,", text[at + n]))
    n++;
  return n;
}

/* The end of the bracket that opens at `at`, past its closing one; 0 when it never closes. */
static gsize
bracket_end (const char *text, gsize at, gsize length)
{
  guint depth = 0;

  for (gsize i = at; i < length; i++)
    {
      gsize symbol = operator_symbol (text, i, length);
      if (symbol)
        i += symbol - 1;
      else if (strchr ("<([{", text[i]))
        depth++;
      else if (text[i] == '>' && i && text[i - 1] == '-')
        continue;
      else if (strchr (">)]}", text[i]) && --depth == 0)
        return i + 1;
    }
  return 0;
}

/* Copies [from, to) with arguments in angle brackets left out; FALSE when brackets do not match. */
static gboolean
copy_without_arguments (GString *out, const char *text, gsize from, gsize to)
{
  for (gsize i = from; i < to;)
    {
      gsize symbol = operator_symbol (text, i, to);
      if (symbol)
        {
          g_string_append_len (out, text + i, (gssize) symbol);
          i += symbol;
          continue;
        }
      if (text[i] != '<')
        {
          g_string_append_c (out, text[i++]);
          continue;
        }

      gsize end = bracket_end (text, i, to);
      if (end == 0)
        return FALSE;
      gboolean after_name = i > from && (is_name (text[i - 1]) || text[i - 1] == '}');
      gboolean turbofish = i > from + 1 && text[i - 1] == ':' && text[i - 2] == ':'
                           && strncmp (text + i, "<impl ", 6) != 0;
      if (after_name)
        g_string_append (out, "<…>");
      else if (turbofish)
        g_string_truncate (out, out->len - 2);
      else
        {
          /* Rust's <Type as Trait> is part of the name */
          g_string_append_c (out, '<');
          if (!copy_without_arguments (out, text, i + 1, end - 1))
            return FALSE;
          g_string_append_c (out, '>');
        }
      i = end;
    }
  return TRUE;
}

void
hv_shorten_function (GString *out, const char *function)
{
  static const char *const qualifiers[] = { " const", " volatile", " &", " &&" };
  gsize length = strlen (function), start = 0, before = out->len;

  for (gsize i = 0; i < G_N_ELEMENTS (qualifiers); i++)
    if (length > strlen (qualifiers[i])
        && strcmp (function + length - strlen (qualifiers[i]), qualifiers[i]) == 0)
      length -= strlen (qualifiers[i]);

  /* the parameters: the last parenthesis, unless it is a name of its own or an operator's */
  if (length && function[length - 1] == ')')
    {
      gsize at = length, depth = 0;
      do
        {
          at--;
          depth += function[at] == ')';
          depth -= function[at] == '(';
        }
      while (at && depth);
      if (depth == 0 && at && (is_name (function[at - 1]) || strchr (">)]=", function[at - 1]))
          && operator_symbol (function, at, length) == 0)
        length = at;
    }

  /* the return type: all before the last blank outside brackets; "operator new" and conversion
   * operators keep theirs */
  for (gsize i = 0; i < length; i++)
    {
      gsize symbol = operator_symbol (function, i, length);
      if (symbol)
        /* "operator<< <char>": the blank keeps the two apart */
        i += symbol - (function[i + symbol] != ' ');
      else if (strchr ("<([{", function[i]))
        {
          gsize end = bracket_end (function, i, length);
          if (end == 0)
            break;
          i = end - 1;
        }
      else if (function[i] == ' ' && i + 1 < length)
        {
          if (i >= 8 && memcmp (function + i - 8, "operator", 8) == 0)
            break;
          start = i + 1;
        }
    }
  if (!copy_without_arguments (out, function, start, length) || out->len == before)
    {
      g_string_truncate (out, before);
      g_string_append (out, function);
    }
}

void
hv_frame_label (GString *out, const HvProfile *profile, const HvFrame *frame)
{
  if (frame->function)
    {
      if (frame->flags & HV_FRAME_SYNTHETIC)
        g_string_append (out, hv_profile_string (profile, frame->function));
      else
        hv_normalise_function (out, hv_profile_string (profile, frame->function));
      return;
    }
  if (frame->file && frame->line)
    {
      g_string_append_printf (out, "%s:%u", hv_basename (hv_profile_string (profile, frame->file)),
                              frame->line);
      return;
    }
  g_string_append (out, frame->module ? hv_basename (hv_profile_string (profile, frame->module))
                                      : "[unknown]");
  /* A run-time address is no offset: the module was loaded anywhere. */
  g_string_append_printf (out, "%s0x%" G_GINT64_MODIFIER "x",
                          frame->flags & HV_FRAME_RUNTIME_ADDRESS ? "@" : "+", frame->address);
}
