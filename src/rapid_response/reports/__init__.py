"""What people read: results and protocols in plain words, on the terminal, in Markdown and as pages."""
