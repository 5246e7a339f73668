/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cli.h"

G_BEGIN_DECLS

/* The question under which the report of the command is kept in the store (hv_session_get_answer):
 * a hash of the program, the arguments, the units and the rules in force. Newly allocated; NULL:
 * what the command asks for is not kept, as anything but the text of one file. */
char *hv_kept_report_question (const HvCommand *command);

G_END_DECLS
