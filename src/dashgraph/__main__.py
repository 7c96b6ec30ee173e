"""`python -m dashgraph` is the command line."""

from dashgraph.app.main import main

main()
