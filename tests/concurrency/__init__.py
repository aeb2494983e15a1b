"""Tasks, threads, cancellation, exhaustion, fork."""
