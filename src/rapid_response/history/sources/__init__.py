"""Where past incidents come from: each kind of source gives pieces of a table, in order and in bounded memory."""
