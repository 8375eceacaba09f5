"""What goes into an image and by which commands, decided without building one."""
