"""Pages for people, in French: plain forms that need no script."""
