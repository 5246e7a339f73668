/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tree-private.h"

#include "canonical-paths.h"
#include "canonical.h"
#include "frame-key.h"
#include "origin.h"

#include <string.h>

#define PAGE_OFFSET_MASK 0xfffu

uint32_t
_hv_tree_intern_key (HvTree *tree, const char *identity, const HvKey *key)
{
  struct HvTreeTables *t = tree->tables;
  uint32_t id = GPOINTER_TO_UINT (g_hash_table_lookup (t->key_ids, identity));

  if (id)
    return id - 1;
  if (tree->n_keys == t->keys_size)
    {
      t->keys_size = tree->n_keys ? tree->n_keys * 2 : 256;
      tree->key = g_renew (HvKey, tree->key, t->keys_size);
      t->key_flags = g_renew (uint8_t, t->key_flags, t->keys_size);
    }
  tree->key[tree->n_keys] = *key;
  tree->key[tree->n_keys].label = g_string_chunk_insert (t->texts, key->label);
  tree->key[tree->n_keys].short_label = tree->key[tree->n_keys].label;
  tree->key[tree->n_keys].function_key = tree->n_keys;
  tree->key[tree->n_keys].origin = "";
  t->key_flags[tree->n_keys] = 0;
  g_hash_table_insert (t->key_ids, g_string_chunk_insert (t->texts, identity),
                       GUINT_TO_POINTER (tree->n_keys + 1));
  return tree->n_keys++;
}

gboolean
_hv_tree_is_function (const HvFrame *frame)
{
  return frame->function && !(frame->flags & HV_FRAME_SYNTHETIC);
}

/* What tells modules apart: the program's own name may change from build to build, and so may what
 * follows ".so" in a library's. */
static const HvModuleText *
find_module_text (const HvTree *tree, const HvProfile *profile, HvTreeFrames *frames,
                  uint32_t module)
{
  HvModuleText *found = &frames->module[module % HV_MODULE_TEXTS];

  if (found->module != module)
    {
      const char *name = hv_basename (hv_profile_string (profile, module));
      const char *version = tree->tables->two_profiles ? strstr (name, ".so.") : NULL;
      gboolean program = frames->program && strcmp (name, frames->program) == 0;
      *found = (HvModuleText){ module, program ? 0 : (int) strlen (name), name };
      if (version && !program)
        found->length = (int) (version + 3 - name);
    }
  return found;
}

/* Rust's legacy mangling calls a method that a trait provides Trait::m, v0 <Type as Trait>::m: the
 * side that says more gives way when the other has never heard of the type's. */
static void
append_path (const HvProfile *profile, const HvTreeFrames *frames, uint32_t function,
             GString *identity)
{
  const char *trait, *path = hv_profile_canonical (profile, function, &trait);

  if (frames->other_paths && *trait && !g_hash_table_contains (frames->other_paths, path)
      && g_hash_table_contains (frames->other_paths, trait))
    path = trait;
  g_string_append (identity, path);
}

static void
append_identity (const HvTree *tree, const HvProfile *profile, HvTreeFrames *frames,
                 const HvFrame *frame, GString *identity)
{
  const char *module = hv_profile_string (profile, frame->module);

  if (frame->function == 0 && frame->flags & HV_FRAME_RUNTIME_ADDRESS && tree->tables->across_loads)
    {
      /* Another run loads the module elsewhere, but by whole pages: the offset in the page is what
       * stays. An address outside any module says nothing across runs. */
      g_string_append (identity, *module ? hv_basename (module) : "[unknown]");
      if (*module)
        g_string_append_printf (identity, "@%03x", (unsigned) (frame->address & PAGE_OFFSET_MASK));
      return;
    }
  if (_hv_tree_is_function (frame))
    append_path (profile, frames, frame->function, identity);
  else
    hv_frame_label (identity, profile, frame);
  if (tree->tables->with_modules && *module)
    {
      const HvModuleText *text = find_module_text (tree, profile, frames, frame->module);
      g_string_append_c (identity, '\x1f');
      g_string_append_len (identity, text->text, text->length);
    }
}

static void
append_line (GString *text, const HvKey *key)
{
  g_string_append_printf (text, "  %s:%u", hv_basename (key->file), key->line);
}

/* The key with the identity and label in `frames`; frames of one key may be called differently. */
static uint32_t
intern_frame (HvTree *tree, const HvTreeFrames *frames, const HvFrame *frame, HvKey *key)
{
  key->label = frames->text->str;
  uint32_t id = _hv_tree_intern_key (tree, frames->identity->str, key);
  if (hv_group_is_of_functions (tree->options.group) && _hv_tree_is_function (frame))
    tree->tables->key_flags[id] |= strcmp (tree->key[id].label, key->label) == 0
                                       ? HV_KEY_OF_FUNCTION
                                       : HV_KEY_OF_FUNCTION | HV_KEY_MIXED;
  return id;
}

/* A function has a frame a line, and they are one unless lines are told apart. */
static gboolean
is_of_known_function (HvTree *tree, const HvProfile *profile, HvTreeFrames *frames, uint32_t f)
{
  const HvFrame *frame = &profile->frame[f];
  uint32_t same;

  if (!_hv_tree_is_function (frame) || !hv_group_is_of_functions (tree->options.group)
      || tree->options.group == HV_GROUP_LINE)
    return FALSE;
  same = frames->of_function[frame->function];
  frames->of_function[frame->function] = f;
  if (same == 0 || profile->frame[same].module != frame->module)
    return FALSE;
  frames->key[f] = frames->key[same];
  if (frames->fold->async_body[f])
    tree->tables->key_flags[frames->key[f] - 1] |= HV_KEY_ASYNC_BODY;
  return TRUE;
}

void
_hv_tree_find_frame_key (HvTree *tree, const HvProfile *profile, HvTreeFrames *frames, uint32_t f)
{
  if (is_of_known_function (tree, profile, frames, f))
    return;

  const HvFrame *frame = &profile->frame[f];
  const char *module = hv_profile_string (profile, frame->module);
  HvKey key = { .function = hv_profile_string (profile, frame->function),
                .module = module,
                .file = hv_profile_string (profile, frame->file),
                .line = frame->line,
                .flags = frame->flags,
                .category = profile->frame_category[f] };
  GString *text = frames->text, *identity = frames->identity;
  uint32_t function = HV_NO_KEY;

  g_string_truncate (text, 0);
  g_string_truncate (identity, 0);
  switch (frame->flags & HV_FRAME_SYNTHETIC ? HV_GROUP_FUNCTION : tree->options.group)
    {
    case HV_GROUP_MODULE:
      g_string_append (text, *module ? hv_basename (module) : "[unknown module]");
      g_string_assign (identity, text->str);
      break;
    case HV_GROUP_FILE:
      if (frame->file)
        g_string_append (text, key.file);
      else if (*module)
        g_string_append_printf (text, "[%s]", hv_basename (module));
      else
        g_string_append (text, "[unknown file]");
      g_string_assign (identity, text->str);
      break;
    case HV_GROUP_CRATE:
      hv_frame_origin (text, profile, frame);
      g_string_assign (identity, text->str);
      break;
    case HV_GROUP_FUNCTION:
    case HV_GROUP_STACK:
    case HV_GROUP_LINE:
    case HV_GROUP_THREAD:
    case HV_GROUP_TASK:
    case HV_N_GROUPS:
    default:
      hv_frame_label (text, profile, frame);
      append_identity (tree, profile, frames, frame, identity);
      if (tree->options.group == HV_GROUP_LINE && frame->line && frame->function)
        {
          key.line = 0;
          function = intern_frame (tree, frames, frame, &key);
          key.line = frame->line;
          g_string_append_printf (identity, "\x1f%s:%u", hv_basename (key.file), frame->line);
          append_line (text, &key);
        }
      break;
    }
  uint32_t id = intern_frame (tree, frames, frame, &key);
  if (frames->fold->async_body[f])
    tree->tables->key_flags[id] |= HV_KEY_ASYNC_BODY;
  if (function != HV_NO_KEY)
    {
      tree->key[id].function_key = function;
      if (frames->fold->async_body[f])
        tree->tables->key_flags[function] |= HV_KEY_ASYNC_BODY;
    }
  frames->key[f] = id + 1;
}

void
_hv_tree_async_name (GString *name, const char *function)
{
  const char *last = g_strrstr (function, "::");

  g_string_append_len (name, function, last ? last - function : 0);
  g_string_append (name, "::{async_fn#0}");
}

/* "<app::Db as app::Get>::get (async)" of "<app::Db as app::Get>::get::{async_fn#0}"; nothing
 * of a name that is not of the body of an async function or block. */
static void
append_readable_body (GString *text, const char *function)
{
  static const char block[] = "::{async_block#";
  const char *last = g_strrstr (function, "::{async_");

  if (last == NULL || strstr (last + 2, "}::") != NULL)
    return;
  g_string_append_len (text, function, last - function);
  g_string_append (text, g_str_has_prefix (last, block) ? "::{async}" : " (async)");
}

/* The label, where that is not the function's name, and the short one. */
static void
name_key (HvTree *tree, uint32_t k)
{
  g_autoptr (GString) full = g_string_new (NULL);
  g_autoptr (GString) text = g_string_new (NULL);
  gboolean lines = tree->options.group == HV_GROUP_LINE;
  HvKey *key = &tree->key[k];

  if (*key->function == '\0' || key->flags & HV_FRAME_SYNTHETIC)
    return;
  hv_normalise_function (full, key->function);
  if (tree->tables->key_flags[k] & HV_KEY_ASYNC_BODY)
    {
      g_autofree char *body = g_strdup (full->str);
      g_string_truncate (full, 0);
      _hv_tree_async_name (full, body);
    }
  if (tree->tables->key_flags[k] & HV_KEY_MIXED)
    hv_generic_name (text, full->str);
  else
    append_readable_body (text, full->str);
  if (text->len)
    {
      if (lines && key->line)
        append_line (text, key);
      key->label = g_string_chunk_insert (tree->tables->texts, text->str);
    }
  g_string_truncate (text, 0);
  hv_shorten_function (text, full->str);
  if (lines && key->line)
    append_line (text, key);
  key->short_label = g_string_chunk_insert (tree->tables->texts, text->str);
}

void
_hv_tree_name_keys (HvTree *tree)
{
  struct HvTreeTables *t = tree->tables;

  if (!hv_group_is_of_functions (tree->options.group))
    return;
  if (tree->options.names_on_demand)
    t->named = g_new0 (uint8_t, MAX (1, tree->n_keys));
  /* labels are what rows are ordered by */
  for (uint32_t k = 0; k < tree->n_keys; k++)
    if (t->named == NULL || t->key_flags[k] & (HV_KEY_MIXED | HV_KEY_ASYNC_BODY)
        || strstr (tree->key[k].function, "::{async_"))
      {
        name_key (tree, k);
        if (t->named)
          t->named[k] = TRUE;
      }
}

const char *
hv_key_short_label (const HvTree *tree, uint32_t key)
{
  uint8_t *named = tree->tables->named;

  if (named && !named[key])
    {
      name_key ((HvTree *) tree, key);
      named[key] = TRUE;
    }
  return tree->key[key].short_label;
}

void
_hv_tree_name_rest (HvTree *tree)
{
  for (uint32_t k = 0; tree->tables->named && k < tree->n_keys; k++)
    (void) hv_key_short_label (tree, k);
}

void
_hv_tree_find_origins (HvTree *tree)
{
  g_autoptr (GString) origin = g_string_new (NULL);
  HvGroup group = tree->options.group;

  if (tree->options.names_on_demand)
    return;
  for (uint32_t k = 0; k < tree->n_keys; k++)
    {
      HvKey *key = &tree->key[k];
      if (key->flags & HV_FRAME_SYNTHETIC || (!*key->function && !*key->file && !*key->module))
        continue;
      g_string_truncate (origin, 0);
      if (group == HV_GROUP_CRATE)
        g_string_assign (origin, key->label);
      else if (group == HV_GROUP_MODULE)
        hv_code_origin (origin, "", "", key->module);
      else
        hv_code_origin (origin, group == HV_GROUP_FILE ? "" : key->function, key->file,
                        key->module);
      if (strcmp (origin->str, "[unknown]") == 0)
        continue;
      key->origin = g_string_chunk_insert_const (tree->tables->texts, origin->str);
    }
}

/* The base name of the one module with resolved frames that is no library; NULL: none, or several.
 */
static const char *
program_of (const HvProfile *profile)
{
  const char *program = NULL;
  g_autofree uint8_t *seen = g_malloc0 (MAX (1, profile->n_strings));

  for (uint32_t f = 1; f < profile->n_frames; f++)
    {
      const HvFrame *frame = &profile->frame[f];
      if (frame->module == 0 || seen[frame->module] || !_hv_tree_is_function (frame))
        continue;
      seen[frame->module] = TRUE;
      const char *name = hv_basename (hv_profile_string (profile, frame->module));
      if (*name == '[' || strstr (name, ".so"))
        continue;
      if (program && strcmp (program, name) != 0)
        return NULL;
      program = name;
    }
  return program;
}

static gboolean
has_legacy_rust (const HvProfile *profile)
{
  g_autofree uint8_t *seen = g_malloc0 (MAX (1, profile->n_strings));

  for (uint32_t f = 1; f < profile->n_frames; f++)
    {
      uint32_t function = profile->frame[f].function;
      if (!seen[function] && strstr (hv_profile_string (profile, function), "{{closure}}"))
        return TRUE;
      seen[function] = TRUE;
    }
  return FALSE;
}

static GHashTable *
canonical_paths (const HvProfile *profile)
{
  GHashTable *paths = g_hash_table_new (g_str_hash, g_str_equal);

  for (uint32_t f = 1; f < profile->n_frames; f++)
    if (_hv_tree_is_function (&profile->frame[f]))
      g_hash_table_add (
          paths, (gpointer) hv_profile_canonical (profile, profile->frame[f].function, NULL));
  return paths;
}

void
_hv_tree_reconcile (HvTreeSide *sides)
{
  const char *base = program_of (sides[HV_SIDE_BASE].profile);
  const char *current = program_of (sides[HV_SIDE_CURRENT].profile);

  if (base && current)
    {
      sides[HV_SIDE_BASE].program = base;
      sides[HV_SIDE_CURRENT].program = current;
    }
  if (has_legacy_rust (sides[HV_SIDE_BASE].profile)
      != has_legacy_rust (sides[HV_SIDE_CURRENT].profile))
    for (guint i = 0; i < HV_N_SIDES; i++)
      sides[i].paths = canonical_paths (sides[i].profile);
}

static gboolean
is_valgrind (const HvProfile *profile)
{
  return strcmp (profile->format, "dhat") == 0 && profile->time_unit == HV_TIME_INSTRUCTIONS;
}

gboolean
_hv_tree_crosses_loads (const HvTreeSide *sides)
{
  const HvProfile *base = sides[HV_SIDE_BASE].profile, *current = sides[HV_SIDE_CURRENT].profile;

  return (base->process_key == 0 || base->process_key != current->process_key)
         && !(is_valgrind (base) && is_valgrind (current));
}
