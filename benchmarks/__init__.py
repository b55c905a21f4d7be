"""What is measured: territory import, solving, search and booking, each beside a limit measured in the same run."""
