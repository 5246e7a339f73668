/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "canonical.h"

#include "frame-key.h"

#include <string.h>

/* How deep "<<<T as A>::B as C>::D>" is followed; each level reads its text once more. */
#define MAX_DEPTH 16
/* A longer short name loses all but its last two parts. */
#define SHORT_CHARACTERS 48
/* A primitive type is written out in short names up to this length. */
#define SHORT_TYPE 12

static const char anonymous_namespace[] = "(anonymous namespace)";

typedef struct
{
  const char *pos, *end;
} Text;

typedef struct
{
  GString *path;
  GString *trait; /* may be NULL; else empty unless the path begins with "<T as Trait>" */
  gboolean brief; /* for people, not for keys */
  gsize async_at; /* length of `path` where the body of an async function was named last */
} Name;

static gboolean parse_path (Text text, Name *name, guint depth);

static gboolean
starts (Text text, const char *word)
{
  gsize n = strlen (word);

  return (gsize) (text.end - text.pos) >= n && memcmp (text.pos, word, n) == 0;
}

/* As g_str_has_suffix(), which measures the text anew each time. */
static gboolean
ends (const GString *text, const char *word)
{
  gsize n = strlen (word);

  return text->len >= n && memcmp (text->str + text->len - n, word, n) == 0;
}

static gboolean
is_word (char c)
{
  return g_ascii_isalnum (c) || c == '_' || c == '$' || (unsigned char) c >= 0x80;
}

static const char *
find (Text text, const char *word)
{
  return memmem (text.pos, (gsize) (text.end - text.pos), word, strlen (word));
}

/* The length of "operator" and its sign when they stand at the beginning of `text`: what looks like
 * a bracket in it is none. */
static gsize
operator_length (Text text, const char *begin)
{
  static const char *const signs[] = { "()", "[]", "<=>", "<<=", ">>=", "->*", "<<", ">>",
                                       "<=", ">=", "->",  "==",  "!=",  "&&",  "||", "++",
                                       "--", "+=", "-=",  "*=",  "/=",  "%=",  "^=", "&=",
                                       "|=", "<",  ">",   "+",   "-",   "*",   "/",  "%",
                                       "^",  "&",  "|",   "~",   "!",   "=",   "," };
  const gsize word = strlen ("operator");

  if (!starts (text, "operator") || (text.pos > begin && is_word (text.pos[-1])))
    return 0;
  text.pos += word;
  for (gsize i = 0; i < G_N_ELEMENTS (signs); i++)
    if (starts (text, signs[i]))
      return word + strlen (signs[i]);
  return 0;
}

/* The bracket that closes the one at the beginning of `text`, or NULL. Inside parentheses angle
 * brackets may be comparisons, so they are not counted there. */
static const char *
closing (Text text)
{
  /* Names of kilobytes are read here, and few of their bytes matter. */
  static const uint8_t special[256] = {
    ['o'] = TRUE, ['('] = TRUE, ['['] = TRUE, ['{'] = TRUE, [')'] = TRUE,
    [']'] = TRUE, ['}'] = TRUE, ['<'] = TRUE, ['>'] = TRUE,
  };
  guint angle = 0, round = 0;

  for (Text at = text; at.pos < at.end; at.pos++)
    {
      if (!special[(uint8_t) *at.pos])
        continue;
      gsize skip = *at.pos == 'o' ? operator_length (at, text.pos) : 0;
      if (skip)
        at.pos += skip - 1;
      else if (*at.pos == '(' || *at.pos == '[' || *at.pos == '{')
        round++;
      else if (*at.pos == ')' || *at.pos == ']' || *at.pos == '}')
        {
          if (round == 0)
            return NULL;
          if (--round == 0 && angle == 0)
            return at.pos;
        }
      else if (round)
        continue;
      else if (*at.pos == '<')
        angle++;
      else if (*at.pos == '>' && at.pos > text.pos && at.pos[-1] != '-' && --angle == 0)
        return at.pos;
    }
  return NULL;
}

/* Where `word` stands outside brackets; NULL: nowhere. */
static const char *
find_outside (Text text, const char *word)
{
  for (; text.pos < text.end; text.pos++)
    {
      if (starts (text, word))
        return text.pos;
      if (strchr ("<([{", *text.pos))
        {
          text.pos = closing (text);
          if (text.pos == NULL)
            return NULL;
        }
    }
  return NULL;
}

static void
append (Name *name, const char *text, gsize length)
{
  g_string_append_len (name->path, text, (gssize) length);
  if (name->trait && name->trait->len)
    g_string_append_len (name->trait, text, (gssize) length);
}

static void
trim_colons (GString *text)
{
  if (text && ends (text, "::"))
    g_string_truncate (text, text->len - 2);
}

static void
drop_part (Name *name)
{
  trim_colons (name->path);
  trim_colons (name->trait);
}

/* What the standard library's module is where a type without a path has its functions; the legacy
 * mangling names that module ("core::num::<impl u64>::pow") and v0 does not ("<u64>::pow"). */
static const char *
module_of_primitive (Text type)
{
  static const struct
  {
    const char *name, *module;
  } names[] = { { "u8", "core::num" },    { "u16", "core::num" },  { "u32", "core::num" },
                { "u64", "core::num" },   { "u128", "core::num" }, { "usize", "core::num" },
                { "i8", "core::num" },    { "i16", "core::num" },  { "i32", "core::num" },
                { "i64", "core::num" },   { "i128", "core::num" }, { "isize", "core::num" },
                { "f32", "core::num" },   { "f64", "core::num" },  { "bool", "core::bool" },
                { "char", "core::char" }, { "str", "core::str" },  { "!", "core::never" } };
  gsize length = (gsize) (type.end - type.pos);

  if (length == 0)
    return NULL;
  if (*type.pos == '[')
    return find_outside ((Text){ type.pos + 1, type.end - 1 }, ";") ? "core::array" : "core::slice";
  if (*type.pos == '(')
    return "core::tuple";
  if (*type.pos == '*')
    return "core::ptr";
  if (starts (type, "fn(") || starts (type, "unsafe ") || starts (type, "extern "))
    return "core::ops::function";
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (strlen (names[i].name) == length && memcmp (names[i].name, type.pos, length) == 0)
      return names[i].module;
  return NULL;
}

/* Without references, lifetimes, the words before a type's path, and "+ Send" after it. */
static Text
bare_type (Text type)
{
  static const char *const words[] = { " ", "&", "mut ", "dyn ", "impl " };
  guint parentheses = 0;

  for (gboolean again = TRUE; again;)
    {
      again = FALSE;
      for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
        if (starts (type, words[i]))
          {
            type.pos += strlen (words[i]);
            again = TRUE;
          }
      if (starts (type, "'") || starts (type, "for<"))
        {
          while (type.pos < type.end && *type.pos != ' ')
            type.pos++;
          again = TRUE;
        }
      /* "&(dyn A + B)"; other parentheses are a tuple's */
      if (parentheses < MAX_DEPTH && starts (type, "(dyn ") && closing (type) == type.end - 1)
        {
          parentheses++;
          type.pos++;
          type.end--;
          again = TRUE;
        }
    }
  const char *plus = find_outside (type, " + ");
  if (plus)
    type.end = plus;
  while (type.end > type.pos && type.end[-1] == ' ')
    type.end--;
  return type;
}

/* The path of a type to `path`; `anonymous` tells that it says nothing of where the code is from.
 */
static gboolean
parse_type (Text type, GString *path, gboolean brief, gboolean *anonymous, guint depth)
{
  Text bare = bare_type (type);
  const char *module = module_of_primitive (bare);
  gsize length = (gsize) (bare.end - bare.pos);
  Name name = { .path = path, .brief = brief };

  *anonymous = TRUE;
  if (module)
    {
      if (brief && length <= SHORT_TYPE)
        g_string_append_len (path, bare.pos, (gssize) length);
      else
        g_string_append (path, module);
      return TRUE;
    }
  if (!parse_path (bare, &name, depth + 1))
    return FALSE;
  *anonymous = strstr (path->str, "::") == NULL;
  return TRUE;
}

/* What "<T>", "<T as Trait>", "<impl T>" and "<impl Trait for T>" at the beginning of a path name.
 */
static gboolean
parse_self (Text type, Text trait, Name *name, guint depth)
{
  g_autoptr (GString) self = g_string_new (NULL);
  gboolean anonymous;

  if (!parse_type (type, self, name->brief, &anonymous, depth))
    return FALSE;
  if (trait.pos == NULL)
    {
      g_string_append_len (name->path, self->str, (gssize) self->len);
      return TRUE;
    }

  g_autoptr (GString) of_trait = g_string_new (NULL);
  gboolean unused;
  if (!parse_type (trait, of_trait, name->brief, &unused, depth))
    return FALSE;
  const GString *chosen = anonymous ? of_trait : self;
  g_string_append_len (name->path, chosen->str, (gssize) chosen->len);
  if (name->trait)
    g_string_assign (name->trait, of_trait->str);
  return TRUE;
}

/* "std::basic_string<char, std::char_traits<char>, std::allocator<char> >" is what everybody calls
 * std::string. Gives `path`, which ends in the template's name, the name of the type; FALSE when it
 * has no other. */
static gboolean
name_type (GString *path, Text arguments)
{
  static const struct
  {
    const char *template, *of, *name;
  } types[] = { { "basic_string", "char", "string" },
                { "basic_string", "wchar_t", "wstring" },
                { "basic_string_view", "char", "string_view" },
                { "basic_string_view", "wchar_t", "wstring_view" },
                { "basic_stringbuf", "char", "stringbuf" },
                { "basic_filebuf", "char", "filebuf" },
                { "basic_streambuf", "char", "streambuf" },
                { "basic_ostringstream", "char", "ostringstream" },
                { "basic_stringstream", "char", "stringstream" },
                { "basic_ifstream", "char", "ifstream" },
                { "basic_ofstream", "char", "ofstream" },
                { "basic_ostream", "char", "ostream" },
                { "basic_istream", "char", "istream" } };
  static const char *const defaults[] = { ", std::char_traits<", ", std::__1::char_traits<",
                                          ", std::allocator<", ", std::__1::allocator<" };

  while (arguments.end > arguments.pos && arguments.end[-1] == ' ')
    arguments.end--;
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    {
      gsize length = strlen (types[i].template);
      Text rest = arguments;

      if (!ends (path, types[i].template) || !starts (rest, types[i].of))
        continue;
      if (path->len > length
          && (path->len < length + 5 || memcmp (path->str + path->len - length - 5, "std::", 5)))
        continue;
      rest.pos += strlen (types[i].of);
      for (gsize d = 0; d < G_N_ELEMENTS (defaults); d++)
        if (starts (rest, defaults[d]))
          {
            Text argument = { rest.pos + strlen (defaults[d]), rest.end };
            if (!starts (argument, types[i].of) || argument.pos + strlen (types[i].of) >= rest.end
                || argument.pos[strlen (types[i].of)] != '>')
              break;
            rest.pos = argument.pos + strlen (types[i].of) + 1;
          }
      if (rest.pos != rest.end)
        continue;
      g_string_truncate (path, path->len - length);
      g_string_append (path, types[i].name);
      return TRUE;
    }
  return FALSE;
}

/* The angle bracket at the beginning of `text`, which ends at `close`. */
static gboolean
parse_angle (Text text, const char *close, Name *name, guint depth)
{
  Text inside = { text.pos + 1, close };
  GString *path = name->path;

  if (starts (inside, "lambda"))
    {
      /* GCC's debug information has "<lambda(int)>" */
      append (name, "{lambda}", strlen ("{lambda}"));
      return TRUE;
    }
  if (path->len == 0)
    {
      const char *as = find_outside (inside, " as ");
      Text trait = { as ? as + strlen (" as ") : NULL, close };
      return parse_self ((Text){ inside.pos, as ? as : close }, trait, name, depth);
    }

  gboolean turbofish = path->len > 2 && ends (path, "::");
  if (turbofish && starts (inside, "impl "))
    {
      inside.pos += strlen ("impl ");
      const char *of = find_outside (inside, " for ");
      Text trait = { of ? inside.pos : NULL, of };
      g_string_truncate (path, 0);
      if (name->trait)
        g_string_truncate (name->trait, 0);
      return parse_self ((Text){ of ? of + strlen (" for ") : inside.pos, close }, trait, name,
                         depth);
    }
  drop_part (name);
  if (name->brief && !turbofish && name_type (path, inside))
    return TRUE;
  if (name->brief && !turbofish && name->async_at != path->len)
    append (name, "<…>", strlen ("<…>"));
  return TRUE;
}

static gboolean
holds (Text text, const char *word)
{
  return find (text, word) != NULL;
}

/* "{{closure}}", "{closure#0}", "{impl#1}", "{shim:vtable#0}", "{lambda(int)#1}", …; `inside` is
 * what the braces hold. */
static void
parse_braces (Text inside, Name *name)
{
  Text whole = { inside.pos - 1, inside.end + 1 };
  const char *number = g_strstr_len (inside.pos, inside.end - inside.pos, "#");

  if (holds (inside, "shim") || (name->brief && starts (inside, "impl#")))
    drop_part (name);
  else if (name->brief && starts (inside, "async_fn"))
    {
      drop_part (name);
      name->async_at = name->path->len;
    }
  else if (name->brief && starts (inside, "async_block"))
    append (name, "{async}", strlen ("{async}"));
  else if (holds (inside, "closure") || starts (inside, "async_"))
    {
      const char *text = name->brief ? "{closure}" : "{{closure}}";
      append (name, text, strlen (text));
    }
  else if (starts (inside, "lambda"))
    {
      /* what it takes is long, which one it is tells more */
      const char *last = name->brief ? g_strrstr_len (inside.pos, inside.end - inside.pos, "#")
                                     : NULL;
      append (name, "{lambda", strlen ("{lambda"));
      if (last)
        append (name, last, (gsize) (inside.end - last));
      append (name, "}", 1);
    }
  else if (number && (!name->brief || starts (inside, "constant")))
    {
      append (name, whole.pos, (gsize) (number - whole.pos));
      append (name, "}", 1);
    }
  else
    append (name, whole.pos, (gsize) (whole.end - whole.pos));
}

/* Whether the last part of the path is a lambda, whose only function goes without saying. */
static gboolean
is_lambda (const GString *path)
{
  enum
  {
    LONGEST = sizeof "{lambda#18446744073709551615}::"
  };
  gsize length = MIN (path->len, LONGEST);
  const char *tail = path->str + path->len - length;
  const char *brace = ends (path, "}::") ? strrchr (tail, '{') : NULL;

  return brace && g_str_has_prefix (brace, "{lambda");
}

/* The words after a function's parameters; TRUE when the path goes on behind them, as in
 * "run() const::{lambda()#1}". */
static gboolean
skip_qualifiers (Text *text)
{
  static const char *const words[] = { " ", "const", "volatile", "noexcept", "&" };

  for (gboolean again = TRUE; again;)
    {
      again = FALSE;
      for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
        if (starts (*text, words[i]))
          {
            text->pos += strlen (words[i]);
            again = TRUE;
          }
    }
  return starts (*text, "::");
}

/* One identifier; FALSE when none begins here. */
static gboolean
parse_word (Text *text, Name *name)
{
  static const char *const inline_namespaces[] = {
    "__cxx11", "__1", "__2", "__8", "_V2", "__ndk1"
  };
  const char *stop = text->pos;

  while (stop < text->end && is_word (*stop))
    stop++;
  gsize length = (gsize) (stop - text->pos);
  if (length == 0)
    return FALSE;
  Text word = { text->pos, stop };
  text->pos = stop;

  gboolean inside = name->path->len > 0 && starts (*text, "::");
  for (gsize i = 0; inside && i < G_N_ELEMENTS (inline_namespaces); i++)
    if (strlen (inline_namespaces[i]) == length
        && memcmp (inline_namespaces[i], word.pos, length) == 0)
      {
        text->pos += strlen ("::");
        return TRUE;
      }
  if (starts (word, "_GLOBAL__N_1"))
    append (name, anonymous_namespace, strlen (anonymous_namespace));
  else if (starts (word, "$_")) /* clang's, from 0 on */
    {
      guint64 n = name->brief ? g_ascii_strtoull (word.pos + 2, NULL, 10) + 1 : 0;
      g_autofree char *lambda = n ? g_strdup_printf ("{lambda#%" G_GUINT64_FORMAT "}", n)
                                  : g_strdup ("{lambda}");
      append (name, lambda, strlen (lambda));
    }
  /* its constructors go by the type's name too */
  else if (name->brief && length == strlen ("basic_string") && starts (word, "basic_string")
           && (ends (name->path, "string::") || ends (name->path, "string::~")))
    append (name, "string", strlen ("string"));
  else
    append (name, word.pos, length);
  return TRUE;
}

/* The path at `text` to `name`, whose strings are empty. FALSE when brackets do not match or nest
 * too deep. */
static gboolean
parse_path (Text text, Name *name, guint depth)
{
  const char *const begin = text.pos;
  gboolean after_parameters = FALSE;

  if (depth > MAX_DEPTH)
    return FALSE;
  while (text.pos < text.end)
    {
      char c = *text.pos;
      gsize sign = c == 'o' ? operator_length (text, begin) : 0;

      if (sign)
        {
          if (name->brief && is_lambda (name->path) && starts (text, "operator()"))
            drop_part (name);
          else
            append (name, text.pos, sign);
          text.pos += sign;
          if (starts (text, " <"))
            text.pos++;
          if (starts (text, "<"))
            {
              text.pos = closing (text);
              if (text.pos == NULL)
                return FALSE;
              text.pos++;
            }
        }
      else if (c == 'o' && (starts (text, "operator ") || starts (text, "operator\""))
               && (text.pos == begin || !is_word (text.pos[-1])))
        {
          /* "operator new[]", "operator bool", "operator"" _s": to the parameters */
          const char *stop = text.pos + strlen ("operator ");
          while (stop < text.end && *stop != '(' && *stop != '<')
            stop++;
          append (name, text.pos, (gsize) (stop - text.pos));
          text.pos = stop;
        }
      else if (starts (text, anonymous_namespace) || starts (text, "{anonymous}"))
        {
          append (name, anonymous_namespace, strlen (anonymous_namespace));
          text.pos = closing (text) + 1;
        }
      else if (strchr ("<([{", c))
        {
          const char *close = closing (text);
          if (close == NULL)
            return FALSE;
          if (c == '<' && !parse_angle (text, close, name, depth))
            return FALSE;
          if (c == '{')
            parse_braces ((Text){ text.pos + 1, close }, name);
          if (c == '(')
            {
              /* Go: "main.(*Cache).Get" */
              if (text.pos > begin && text.pos[-1] == '.')
                append (name, text.pos, (gsize) (close + 1 - text.pos));
              else if (name->path->len > 0 && !ends (name->path, "decltype"))
                after_parameters = TRUE;
            }
          text.pos = close + 1;
        }
      else if (strchr (">)]}", c))
        return FALSE;
      else if (c == ' ')
        {
          if (after_parameters)
            {
              if (!skip_qualifiers (&text))
                break;
              after_parameters = FALSE;
              continue;
            }
          /* what stood before was the return type */
          g_string_truncate (name->path, 0);
          if (name->trait)
            g_string_truncate (name->trait, 0);
          text.pos++;
        }
      else if (starts (text, "'lambda"))
        {
          const char *stop = memchr (text.pos + 1, '\'', (gsize) (text.end - text.pos - 1));
          if (stop == NULL)
            return FALSE;
          append (name, "{lambda}", strlen ("{lambda}"));
          text.pos = stop + 1;
        }
      else if (c == '&' || c == '*')
        text.pos++;
      else
        {
          after_parameters = FALSE;
          if (!parse_word (&text, name))
            {
              gsize length = starts (text, "::") ? 2 : 1;
              append (name, text.pos, length);
              text.pos += length;
            }
        }
    }
  drop_part (name);
  return TRUE;
}

/* Whether a name is its own path: a C function's. */
static gboolean
is_plain (Text text)
{
  const char *at = text.pos;

  while (at < text.end && (g_ascii_isalnum (*at) || *at == '_'))
    at++;
  return at == text.end && !starts (text, "_GLOBAL__N_1");
}

void
hv_canonical_path (GString *path, GString *trait, const char *function)
{
  Text normal = { function, function + hv_normalised_length (function) };

  /* Rust up to 1.7x declares a program's allocator in the program: "app::_::__rg_alloc" */
  const char *allocator = find (normal, "::_::__rg_");
  if (allocator)
    normal.pos = allocator + strlen ("::_::");
  if (is_plain (normal))
    {
      g_string_append_len (path, normal.pos, normal.end - normal.pos);
      return;
    }

  g_autoptr (GString) own = g_string_sized_new (SHORT_CHARACTERS);
  g_autoptr (GString) of_trait = g_string_new (NULL);
  Name name = { .path = own, .trait = of_trait };
  if (!parse_path (normal, &name, 0) || own->len == 0)
    {
      g_string_append_len (path, normal.pos, normal.end - normal.pos);
      return;
    }
  g_string_append (path, own->str);
  if (trait)
    g_string_append (trait, of_trait->str);
}

/* Where the last two parts of a short name begin; closures go with their function. */
static const char *
last_parts (const char *text)
{
  const char *parts[2] = { text, text }, *const end = text + strlen (text);

  for (const char *at = text; *at; at++)
    if (strchr ("<([{", *at))
      {
        const char *close = closing ((Text){ at, end });
        if (close == NULL)
          return text;
        at = close;
      }
    else if (g_str_has_prefix (at, "operator"))
      break;
    else if (g_str_has_prefix (at, "::") && at[2] != '{')
      {
        parts[0] = parts[1];
        parts[1] = at + 2;
      }
  return parts[0];
}

/* Of text that need not be UTF-8: g_utf8_strlen() would read on behind a character that is cut. */
static gsize
n_characters (const GString *text)
{
  gsize n = 0;

  for (gsize i = 0; i < text->len; i++)
    n += ((uint8_t) text->str[i] & 0xc0) != 0x80;
  return n;
}

static void
append_readable (GString *out, const char *function, gsize characters)
{
  g_autoptr (GString) path = g_string_new (NULL);
  Name name = { .path = path, .brief = TRUE, .async_at = G_MAXSIZE };

  if (!parse_path ((Text){ function, function + strlen (function) }, &name, 0) || path->len == 0)
    {
      g_string_append (out, function);
      return;
    }
  gboolean async = name.async_at == path->len;
  g_string_append (out, n_characters (path) > characters ? last_parts (path->str) : path->str);
  if (async)
    g_string_append (out, " (async)");
}

void
hv_generic_name (GString *out, const char *function)
{
  append_readable (out, function, G_MAXSIZE);
}

void
hv_shorten_function (GString *out, const char *function)
{
  append_readable (out, function, SHORT_CHARACTERS);
}
