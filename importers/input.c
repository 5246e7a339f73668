/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "input.h"

#include "decoder.h"
#include "read-ahead.h"
#include "store/profile.h"

#include <string.h>

/* Large enough that a refill is rare beside the parsing of it, small enough to stay in the cache.
 */
#define WINDOW_SIZE (1024 * 1024)
/* No format has a longer unit that must be seen in one piece; a longer one is an attack. */
#define MAX_WINDOW (64 * 1024 * 1024)
/* A file that ends before this is read before a thread for it would have started. */
#define READ_AHEAD_FROM (1024 * 1024)

typedef struct
{
  HvInput base;

  HvDecoder *decoder;
  HvReadAhead *ahead; /* NULL: not yet, or never */
  HvScan scan;
  HvReadBlock block; /* what is unread ends with it; text NULL: with none */

  char *window; /* what is unread, unless it is in a block of `ahead` */
  gsize window_size;
  uint64_t decoded; /* bytes up to base.end */
  uint64_t lines;
  gboolean eof, ended_in_line;
  GError *error;

  GCancellable *cancellable;
  HvProgressFunc progress;
  gpointer progress_user;
} Input;

static HvInput *
input_new (HvDecoder *decoder, GError **error)
{
  if (decoder == NULL)
    return NULL;

  Input *in = g_new0 (Input, 1);
  in->decoder = decoder;
  in->window_size = WINDOW_SIZE;
  in->window = g_malloc (in->window_size + 1);
  in->window[0] = '\0';
  in->base.pos = in->base.end = in->window;
  if (!hv_decoder_is_compressed (decoder) || hv_input_fill (&in->base, 1)
      || hv_decoder_get_error (decoder) || !hv_decoder_is_cut_short (decoder))
    return &in->base;
  g_set_error (error, HV_ERROR, HV_ERROR_FORMAT,
               "the compressed data are damaged (at byte 0 of the content)");
  hv_input_free (&in->base);
  return NULL;
}

HvInput *
hv_input_open (const char *path, GCancellable *cancellable, GError **error)
{
  return input_new (hv_decoder_open (path, cancellable, error), error);
}

HvInput *
hv_input_new_for_memory (const void *data, gsize size, GError **error)
{
  return input_new (hv_decoder_new_for_memory (data, size, error), error);
}

void
hv_input_free (HvInput *input)
{
  Input *in = (Input *) input;

  if (in == NULL)
    return;
  hv_read_ahead_free (in->ahead);
  hv_decoder_free (in->decoder);
  g_clear_object (&in->cancellable);
  g_clear_error (&in->error);
  g_free (in->window);
  g_free (in);
}

void
hv_input_watch (HvInput *input, GCancellable *cancellable, HvProgressFunc progress, gpointer user)
{
  Input *in = (Input *) input;

  g_return_if_fail (in->ahead == NULL);
  g_set_object (&in->cancellable, cancellable);
  hv_decoder_set_cancellable (in->decoder, cancellable);
  in->progress = progress;
  in->progress_user = user;
}

void
hv_input_set_scan (HvInput *input, const HvScan *scan)
{
  ((Input *) input)->scan = *scan;
}

const uint32_t *
hv_input_scanned (const HvInput *input, const char **text, guint *n)
{
  const HvReadBlock *block = &((const Input *) input)->block;

  *text = block->text;
  *n = block->n_scan;
  return block->text && block->n_scan ? block->scan : NULL;
}

/* Makes the unread bytes the first of the window, with room for `more` after them. */
static void
make_room (Input *in, gsize more)
{
  gsize left = (gsize) (in->base.end - in->base.pos);
  gboolean inside = in->base.pos >= in->window && in->base.pos <= in->window + in->window_size;

  if (left + more > in->window_size)
    {
      gsize size = MAX (left + more, 2 * in->window_size);
      char *window = g_malloc (size + 1);
      memcpy (window, in->base.pos, left);
      g_free (in->window);
      in->window = window;
      in->window_size = size;
    }
  else if (in->base.pos != in->window)
    {
      if (inside)
        memmove (in->window, in->base.pos, left);
      else
        memcpy (in->window, in->base.pos, left);
    }
  in->base.pos = in->window;
  in->base.end = in->window + left;
}

/* Appends what the other thread decompressed; FALSE at the end. */
static gboolean
take_block (Input *in)
{
  gsize left = (gsize) (in->base.end - in->base.pos);
  HvReadBlock *block = &in->block;

  if (!hv_read_ahead_next (in->ahead, block))
    {
      block->text = NULL;
      return FALSE;
    }
  if (left <= HV_READ_AHEAD_ROOM)
    {
      memcpy (block->text - left, in->base.pos, left);
      in->base.pos = block->text - left;
      in->base.end = block->text + block->size;
    }
  else
    {
      make_room (in, block->size);
      memcpy (in->window + left, block->text, block->size);
      in->window[left + block->size] = '\0';
      in->base.end = in->window + left + block->size;
      block->text = NULL;
    }
  hv_read_ahead_release (in->ahead);
  in->decoded += block->size;
  if (in->progress)
    in->progress (block->position, hv_decoder_get_size (in->decoder), in->progress_user);
  return TRUE;
}

/* Appends to the window, where `wanted` bytes are; FALSE at the end. */
static gboolean
decode (Input *in, gsize wanted)
{
  make_room (in, wanted);
  gsize left = (gsize) (in->base.end - in->base.pos);
  gsize made = hv_decoder_read (in->decoder, in->window + left, in->window_size - left);

  in->window[left + made] = '\0';
  in->base.end += made;
  in->decoded += made;
  if (in->progress)
    in->progress (hv_decoder_get_position (in->decoder), hv_decoder_get_size (in->decoder),
                  in->progress_user);
  return made > 0;
}

gboolean
hv_input_fill (HvInput *input, gsize need)
{
  Input *in = (Input *) input;

  if (need > MAX_WINDOW && (gsize) (input->end - input->pos) < need)
    {
      if (in->error == NULL)
        g_set_error (&in->error, HV_ERROR, HV_ERROR_FORMAT,
                     "a line or text of more than %d MiB (at byte %" G_GUINT64_FORMAT ")",
                     MAX_WINDOW >> 20, hv_input_offset (input));
      return FALSE;
    }
  while ((gsize) (input->end - input->pos) < need && !in->eof)
    {
      if (in->ahead == NULL && in->decoded >= READ_AHEAD_FROM
          && hv_decoder_never_waits (in->decoder))
        in->ahead = hv_read_ahead_new (in->decoder, &in->scan);
      in->eof = in->ahead ? !take_block (in)
                          : !decode (in, need - (gsize) (input->end - input->pos));
    }
  return (gsize) (input->end - input->pos) >= need;
}

/* Before the end the decoder is the other thread's. */
static const GError *
failure (const Input *in)
{
  return in->error || !in->eof ? in->error : hv_decoder_get_error (in->decoder);
}

gboolean
hv_input_line (HvInput *input, const char **line, gsize *length)
{
  Input *in = (Input *) input;
  gsize scanned = 0;

  while (TRUE)
    {
      gsize left = (gsize) (input->end - input->pos);
      const char *newline = left > scanned ? memchr (input->pos + scanned, '\n', left - scanned)
                                           : NULL;
      if (newline)
        {
          *line = input->pos;
          *length = (gsize) (newline - input->pos);
          input->pos = newline + 1;
          in->lines++;
          return TRUE;
        }
      scanned = left;
      if (!hv_input_fill (input, left + 1))
        break;
    }
  *length = (gsize) (input->end - input->pos);
  if (*length == 0 || failure (in))
    return FALSE;
  *line = input->pos;
  input->pos = input->end;
  in->lines++;
  in->ended_in_line = TRUE;
  return TRUE;
}

gboolean
hv_input_ended_in_line (const HvInput *input)
{
  return ((const Input *) input)->ended_in_line;
}

uint64_t
hv_input_offset (const HvInput *input)
{
  const Input *in = (const Input *) input;

  return in->decoded - (uint64_t) (input->end - input->pos);
}

uint64_t
hv_input_line_number (const HvInput *input)
{
  return ((const Input *) input)->lines;
}

uint64_t
hv_input_size (const HvInput *input)
{
  const HvDecoder *decoder = ((const Input *) input)->decoder;

  return hv_decoder_is_compressed (decoder) ? 0 : hv_decoder_get_size (decoder);
}

gboolean
hv_input_finish (HvInput *input, gboolean *cut_short, GError **error)
{
  Input *in = (Input *) input;
  const GError *failed = failure (in);

  *cut_short = in->eof && hv_decoder_is_cut_short (in->decoder);
  if (failed == NULL)
    return TRUE;
  g_propagate_error (error, g_error_copy (failed));
  return FALSE;
}
