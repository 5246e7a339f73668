/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "canonical.h"

#include <string.h>

/* How deep "<<<T as A>::B as C>::D>" is followed. */
#define MAX_DEPTH 16

typedef struct
{
  const char *pos, *end;
} Text;

static gboolean
starts (const char *p, const char *end, const char *word)
{
  gsize n = strlen (word);
  return (gsize) (end - p) >= n && memcmp (p, word, n) == 0;
}

static gboolean
is_word (char c)
{
  return g_ascii_isalnum (c) || c == '_' || c == '$' || (c & 0x80);
}

/* The operator's sign at `p`, just after "operator", in bytes; 0 when it is a word. */
static gsize
operator_sign (const char *p, const char *end)
{
  static const char *const signs[] = { "()", "[]", "<=>", "<<=", ">>=", "->*", "<<", ">>",
                                       "<=", ">=", "->",  "==",  "!=",  "&&",  "||", "++",
                                       "--", "+=", "-=",  "*=",  "/=",  "%=",  "^=", "&=",
                                       "|=", "<",  ">",   "+",   "-",   "*",   "/",  "%",
                                       "^",  "&",  "|",   "~",   "!",   "=",   "," };

  for (gsize i = 0; i < G_N_ELEMENTS (signs); i++)
    if (starts (p, end, signs[i]))
      return strlen (signs[i]);
  return 0;
}

/* Whether "operator" stands at `p` as a word, and a sign follows: then '<' is no bracket. */
static gsize
operator_at (const char *begin, const char *p, const char *end)
{
  if (!starts (p, end, "operator") || (p > begin && is_word (p[-1])))
    return 0;
  gsize sign = operator_sign (p + 8, end);
  return sign ? 8 + sign : 0;
}

/* The bracket that closes the one at `open`; `end` when there is none. */
static const char *
closing (const char *open, const char *end)
{
  int depth = 0;

  for (const char *p = open; p < end; p++)
    {
      gsize skip = *p == 'o' ? operator_at (open, p, end) : 0;
      if (skip)
        {
          p += skip - 1;
          continue;
        }
      if (*p == '<' || *p == '(' || *p == '[' || *p == '{')
        depth++;
      else if (*p == '>' && p > open && (p[-1] == '-' || p[-1] == '='))
        continue; /* "->", "=>" */
      else if ((*p == '>' || *p == ')' || *p == ']' || *p == '}') && --depth == 0)
        return p;
    }
  return end;
}

/* The " as " of "<T as Trait>" outside brackets, or NULL. */
static const char *
find_as (const char *p, const char *end)
{
  for (; p < end; p++)
    {
      if (*p == '<' || *p == '(' || *p == '[' || *p == '{')
        {
          p = closing (p, end);
          if (p == end)
            return NULL;
        }
      else if (starts (p, end, " as "))
        return p;
    }
  return NULL;
}

static void canonical (Text text, GString *out, GString *trait, unsigned depth);

/* Drops references and the words before a type's path, and "+ Send" after it. */
static void
canonical_type (const char *p, const char *end, GString *out, unsigned depth)
{
  static const char *const words[] = { "&", "*const ", "*mut ", "mut ", "dyn ", "impl ", "(" };

  for (gboolean again = TRUE; again;)
    {
      again = FALSE;
      while (p < end && *p == ' ')
        p++;
      for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
        if (starts (p, end, words[i]))
          {
            p += strlen (words[i]);
            again = TRUE;
          }
      if (p < end && *p == '\'')
        {
          while (p < end && *p != ' ')
            p++;
          again = TRUE;
        }
    }
  for (const char *plus = p; plus < end; plus++)
    {
      if (*plus == '<' || *plus == '(' || *plus == '[')
        plus = closing (plus, end);
      if (plus < end && (starts (plus, end, " + ") || *plus == ',' || *plus == ')'))
        {
          end = plus;
          break;
        }
    }
  canonical ((Text){ p, end }, out, NULL, depth);
}

/* "<T>" or "<T as Trait>" at the beginning of a path. */
static void
qualified_self (const char *p, const char *end, GString *out, GString *trait, unsigned depth)
{
  const char *as = find_as (p, end);

  canonical_type (p, as ? as : end, out, depth + 1);
  if (as == NULL)
    return;
  g_autoptr (GString) name = g_string_new (NULL);
  canonical_type (as + 4, end, name, depth + 1);
  if (trait)
    g_string_assign (trait, name->str);
  /* a generic parameter or a primitive says nothing of where the code is from */
  if (strstr (out->str, "::") == NULL)
    g_string_assign (out, name->str);
}

static void
append_braces (GString *out, const char *open, const char *close)
{
  if (g_strstr_len (open, close - open, "closure"))
    g_string_append (out, "{{closure}}");
  else if (g_strstr_len (open, close - open, "lambda"))
    g_string_append (out, "{lambda}");
  else if (g_strstr_len (open, close - open, "shim"))
    return;
  else
    g_string_append_len (out, open, close - open + 1);
}

static void
append_both (GString *out, GString *trait, const char *p, gsize n)
{
  g_string_append_len (out, p, (gssize) n);
  if (trait && trait->len)
    g_string_append_len (trait, p, (gssize) n);
}

static void
trim_colons (GString *text)
{
  if (text && text->len >= 2 && strcmp (text->str + text->len - 2, "::") == 0)
    g_string_truncate (text, text->len - 2);
}

/* `out` is empty at the start. */
static void
canonical (Text text, GString *out, GString *trait, unsigned depth)
{
  const char *begin = text.pos, *p = text.pos, *end = text.end;
  gboolean after_parameters = FALSE;

  if (depth > MAX_DEPTH)
    return;
  while (p < end)
    {
      gsize sign;
      if (*p == '<')
        {
          const char *close = closing (p, end);
          if (out->len == 0)
            qualified_self (p + 1, close, out, trait, depth);
          else
            {
              /* "::<T>" and the "::<impl T>" of an impl block */
              trim_colons (out);
              trim_colons (trait);
            }
          p = close < end ? close + 1 : end;
        }
      else if (*p == '(' && starts (p, end, "(anonymous namespace)"))
        {
          append_both (out, trait, p, strlen ("(anonymous namespace)"));
          p += strlen ("(anonymous namespace)");
        }
      else if (*p == '(' || *p == '[')
        {
          const char *close = closing (p, end);
          after_parameters |= *p == '(' && out->len > 0;
          p = close < end ? close + 1 : end;
        }
      else if (*p == '{')
        {
          const char *close = closing (p, end);
          if (close == end)
            break;
          append_braces (out, p, close);
          p = close + 1;
          after_parameters = FALSE;
        }
      else if (*p == ' ')
        {
          /* after the parameters "const" and "&" follow; before the name, its return type ends */
          if (after_parameters)
            break;
          g_string_truncate (out, 0);
          p++;
          begin = p;
        }
      else if (*p == 'o' && (sign = operator_at (begin, p, end)) != 0)
        {
          append_both (out, trait, p, sign);
          p += sign;
          if (p < end && *p == ' ')
            p++; /* "operator< <int>" */
        }
      else if (*p == 'o' && starts (p, end, "operator ") && (p == begin || !is_word (p[-1])))
        {
          /* "operator new[]", "operator bool" */
          const char *stop = p + 9;
          while (stop < end && *stop != '(' && *stop != '<')
            stop++;
          append_both (out, trait, p, (gsize) (stop - p));
          p = stop;
        }
      else if (*p == '&' || *p == '*')
        p++;
      else
        {
          const char *stop = p + 1;
          after_parameters = FALSE;
          if (is_word (*p))
            while (stop < end && is_word (*stop))
              stop++;
          gboolean inline_namespace = (starts (p, end, "__cxx11::") || starts (p, end, "__1::"))
                                      && out->len > 0;
          if (inline_namespace)
            stop += 2;
          else
            append_both (out, trait, p, (gsize) (stop - p));
          p = stop;
        }
    }
  trim_colons (out);
  trim_colons (trait);
}

void
hv_canonical_path (const char *function, GString *path, GString *trait_path)
{
  g_string_truncate (path, 0);
  if (trait_path)
    g_string_truncate (trait_path, 0);
  canonical ((Text){ function, function + strlen (function) }, path, trait_path, 0);
}
