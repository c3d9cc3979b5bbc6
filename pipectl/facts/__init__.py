"""Facts about AWS: tables with their sources, one file each, which all rooms read; it imports no room."""
