"""Who may work on something that several machines see: one at a time, and none for ever."""
