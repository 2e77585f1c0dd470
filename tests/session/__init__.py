"""Whole sessions, as people have them: the program under a terminal, through a real sshd, in a real tmux."""
