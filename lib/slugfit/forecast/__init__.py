"""How large a slug will be, before anything is installed or downloaded."""
