// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared.h"

/* The same name as in the other unit, another place. */
namespace
{
namespace inner
{
APART unsigned
hidden_function (unsigned n)
{
  Table<unsigned, 4> table;
  table.add (n);
  return table.count ();
}
}
}

template <typename First, typename... Rest>
INLINE unsigned
sum (First first, Rest... rest)
{
  if constexpr (sizeof...(rest) == 0)
    return deepest ((unsigned) first);
  else
    return deepest ((unsigned) first) + sum (rest...);
}

unsigned
second_unit (unsigned n)
{
  std::string text = std::to_string (n);
  return inner::hidden_function (n) + sum (n, 2L, 'c')
         + (unsigned) (text + "and more text").size ();
}

asm(".text\n"
    ".globl call_in_assembler\n"
    ".type call_in_assembler, @function\n"
    "call_in_assembler:\n"
    "  .cfi_startproc\n"
    "  subq $8, %rsp\n"
    "  .cfi_adjust_cfa_offset 8\n"
    "  call malloc@PLT\n"
    "  addq $8, %rsp\n"
    "  .cfi_adjust_cfa_offset -8\n"
    "  ret\n"
    "  .cfi_endproc\n"
    ".size call_in_assembler, . - call_in_assembler\n");
