"""Pages of what the sandbox saw: runs, verdicts, loadings."""
