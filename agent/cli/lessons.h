/* What `postroom COMMAND --help` shows after the options: how the command is used. */
#pragma once

/* The text, translated, owned; NULL: no lesson for this command. */
char *lesson_of(const char *command);
